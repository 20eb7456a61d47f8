"""What a comparison of files found, and how it is told."""

from dataclasses import dataclass, field

TITLES = {
    "config": "config",
    "inputs": "input files",
    "predictions": "predictions",
    "models": "model weights",
    "data": "records, parts and leakage tables of the tasks",
    "tables": "tables and verdicts",
    "histories": "histories and bundles",
}


@dataclass
class Findings:
    """What is the same, what is not, and what is worth a note.

    Attributes
    ----------
    counts : dict of str to int
        Files looked at, by kind.
    differences : list of (str, str, str)
        Kind, file and what is wrong with it.
    unrecorded : list of str
        Files that no record names.
    notes : list of str
        What differs without being data: code, versions, machine.
    """

    counts: dict[str, int] = field(default_factory=dict)
    differences: list[tuple[str, str, str]] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether no file differs or is missing."""
        return not self.differences

    def add(self, kind: str, name: str, problem: str) -> None:
        """Count a file; a problem that is not empty is a difference."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if problem:
            self.differences.append((kind, name, problem))

    def lines(self) -> list[str]:
        """Tell the findings: counts by kind, then each difference, each unrecorded file and each note."""
        told = []
        for kind, total in self.counts.items():
            bad = sum(entry[0] == kind for entry in self.differences)
            told.append(f"  {TITLES[kind]}: {total - bad} of {total} the same")
        told += [f"  {name}: {problem}" for _, name, problem in self.differences]
        told += [
            f"  {name}: in the folder, but not in the record (nothing reads it)" for name in self.unrecorded
        ]
        return told + [f"  note: {note}" for note in self.notes]
