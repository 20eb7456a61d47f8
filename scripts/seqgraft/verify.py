"""Whether a study's files are still those of its run, and whether a repetition gave the same.

``python -m seqgraft.verify results/<study>`` compares the folder with its ``provenance.json``;
``--against other/results/<study>`` compares two runs. Exit status: 0 nothing differs in data, 1 something does,
2 nothing could be compared.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import seqgraft
from seqgraft.digest import code_digest
from seqgraft.errors import SeqgraftError
from seqgraft.files import sha256_of
from seqgraft.record.against import compare_runs, kind_of
from seqgraft.record.findings import Findings
from seqgraft.record.reading import read_record
from seqgraft.record.software import everything_installed

# What a run leaves beside its results; nothing is computed from it.
BESIDE = {"resume", "logs", "benchmarks"}
# Snakemake's own mark, in the folder of a study that an earlier version has run.
MARK = ".snakemake_timestamp"


def check(folder: Path, record: Mapping[str, Any], library: Path) -> Findings:
    """Compare a study's folder, the user's own files and the present software with a record.

    Parameters
    ----------
    folder : pathlib.Path
        ``results/<study>``.
    record : mapping
        Its ``provenance.json``.
    library : pathlib.Path
        The folder that holds the package, with the rules' scripts in it.

    Returns
    -------
    Findings
    """
    found = Findings()
    for kind, expected in recorded_files(record).items():
        for name, sha256 in expected.items():
            found.add(kind, name, _state(folder / name, sha256))
    _own_files(record, found)
    _later_and_unrecorded(folder, record, found)
    found.notes += [*code_notes(record["code"], library), *software_notes(record)]
    return found


def recorded_files(record: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return every recorded file's checksum, by what it is and by its path below the study's folder."""
    groups: dict[str, dict[str, str]] = {
        "config": {"config.yaml": record["config_sha256"]},
        "inputs": {name: entry["sha256"] for name, entry in record["raw"].items()},
        "predictions": {},
        "models": {},
        "data": {},
        "tables": {},
        "histories": dict(record["once"]),
    }
    for name, sha256 in record["sha256"].items():
        groups[kind_of(name)][name] = sha256
    return {kind: files for kind, files in groups.items() if files}


def _state(path: Path, expected: str) -> str:
    """Say how a file stands to its recorded checksum: nothing where it is the same."""
    if not path.is_file():
        return "missing"
    found = sha256_of(path)
    return "" if found == expected else f"differs: sha256 was {expected[:16]}…, is {found[:16]}…"


def _own_files(record: Mapping[str, Any], found: Findings) -> None:
    """Look at the user's own files, of which the study holds copies."""
    for name, entry in record["raw"].items():
        own = Path(entry["path"]) if entry.get("path") else None
        if own is None:
            continue
        if not own.is_file():
            found.notes.append(f"the file {own}, from which {name} was copied, is not there (any more)")
        elif sha256_of(own) != entry["sha256"]:
            text = "differs: it was edited since the study copied it, and a repetition would use the new one"
            found.add("inputs", str(own), text)


def _later_and_unrecorded(folder: Path, record: Mapping[str, Any], found: Findings) -> None:
    """Look for what is made from the record, and for what the record does not know."""
    for name in record["later"]:
        if not (folder / name).is_file():
            found.notes.append(f"{name} is missing; run the study again, which writes it anew in seconds")
    files = recorded_files(record).values()
    known = {name for group in files for name in group} | {"provenance.json", *record["later"]}
    known.add(f"figures/{MARK}")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] not in BESIDE and str(name) not in known:
            found.unrecorded.append(str(name))


def code_notes(recorded: Mapping[str, str], library: Path) -> list[str]:
    """Compare the digests of the code behind each rule with those of the present code."""
    changed = []
    for rule, digest in recorded.items():
        script = library / f"{rule}.py"
        if not script.is_file() or code_digest(script, library) != digest:
            changed.append(rule)
    if not changed:
        return []
    return [
        f"the code behind {', '.join(changed)} is not that of the run: a rerun would make its results anew"
    ]


def software_notes(record: Mapping[str, Any]) -> list[str]:
    """Compare the recorded versions with the installed ones: of what computes, then of everything else."""
    notes = []
    present = everything_installed()
    names = {name.lower(): version for name, version in present.items()}
    if record["seqgraft"] != seqgraft.__version__:
        notes.append(f"seqgraft was {record['seqgraft']}, is {seqgraft.__version__}")
    for name, version in record["packages"].items():
        now = names.get(name.lower(), "not installed")
        if now != version:
            notes.append(f"{name} was {version}, is {now}")
    rest = [
        name
        for name, version in record["environment"].items()
        if name not in record["packages"] and names.get(name.lower()) != version
    ]
    if rest:
        notes.append(f"other packages with another version or none: {', '.join(rest)}")
    return notes


def report(folder: Path, record: Mapping[str, Any], found: Findings) -> str:
    """Put findings into words."""
    project = record["project"]
    commit = f", commit {project['commit'][:12]}" if project["commit"] else ""
    state = f" with {len(project['changed'])} changed files" if project.get("changed") else ""
    head = (
        f"Study '{record['study']}' in {folder}, finished {record['finished']}, "
        f"seqgraft {record['seqgraft']}{commit}{state}"
    )
    end = "Nothing differs from the record." if found.same else "The study's files are not those of its run."
    return "\n".join([head, *found.lines(), end])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m seqgraft.verify",
        description="Say whether a study's files are those of its run, or whether two runs gave the same.",
    )
    parser.add_argument("folder", type=Path, help="results/<study>")
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="the same study's folder of another run"
    )
    asked = parser.parse_args(arguments)
    try:
        record = read_record(asked.folder)
        if asked.against is None:
            found = check(asked.folder, record, Path(seqgraft.__file__).parents[1])
            text = report(asked.folder, record, found)
        else:
            found = compare_runs(asked.folder, record, asked.against, read_record(asked.against))
            text = f"{asked.folder} against {asked.against}\n" + "\n".join(found.lines())
            text += "\nBoth runs gave the same." if found.same else "\nThe two runs differ."
    except SeqgraftError as error:
        print(f"verify: error: {error}", file=sys.stderr)
        return 2
    print(text)
    return 0 if found.same else 1


if __name__ == "__main__":
    raise SystemExit(main())
