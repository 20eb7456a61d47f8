"""How many sequences a task has and how long they are, as far as that can be known before anything is read in full."""

import json
from dataclasses import dataclass
from pathlib import Path

from seqgraft.config.tasks import FileEntry, Task

SIMULATED_LENGTH = 81  # letters that the generator `promoters` makes
_SAMPLE = 1 << 20  # bytes read of a file to count its sequences


@dataclass(frozen=True)
class TaskSize:
    """What a plan must know of a task.

    Parameters
    ----------
    sequences : int
        In all classes; exact or extrapolated.
    length : int
        Letters of one of them.
    """

    sequences: int
    length: int


def size_of(task: Task, results: Path) -> TaskSize | None:
    """Return a task's size: simulated as asked, prepared before, or counted in files that lie here.

    Parameters
    ----------
    task : Task
        From the config.
    results : pathlib.Path
        ``results/<study>/data/<task>``, whose ``summary.json`` may be there from an earlier run; raw files are looked
        for beside it.

    Returns
    -------
    TaskSize or None
        None where only a file that must be fetched first can tell.
    """
    if task.simulate is not None:
        return TaskSize(sum(task.simulate.counts.values()), SIMULATED_LENGTH)
    summary = results / "summary.json"
    if summary.is_file():
        content = json.loads(summary.read_text(encoding="utf-8"))
        total = sum(own["sequences"] for own in content["classes"].values())
        return TaskSize(total, round(content["length"]["median"]))
    raw = results.parents[1] / "raw" / results.name
    # Where labels, masks or pairs have files of their own, records in files are no examples.
    counted = [count(_here(entry, raw)) if entry.role == "sequences" else None for entry in task.files]
    known = [size for size in counted if size is not None]
    if not known or len(known) < len(counted):
        return None
    return TaskSize(sum(size.sequences for size in known), max(size.length for size in known))


def _here(entry: FileEntry, raw: Path) -> Path | None:
    """Return where a file lies on this machine, if it does."""
    places = [Path(entry.path)] if entry.path else []
    return next((place for place in [*places, raw / entry.name] if place.is_file()), None)


def count(path: Path | None) -> TaskSize | None:
    """Count a FASTA file's sequences by its first megabyte; None for a compressed or an odd one."""
    if path is None:
        return None
    with path.open("rb") as handle:
        start = handle.read(_SAMPLE)
    if not start.startswith(b">"):
        return None
    headers = start.count(b"\n>") + 1
    first = start[1:].split(b"\n>")[0].split(b"\n")[1:]
    length = len(b"".join(first).replace(b"\r", b""))
    return TaskSize(round(headers * path.stat().st_size / len(start)), max(1, length))
