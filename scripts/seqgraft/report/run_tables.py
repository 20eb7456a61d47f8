"""Tables of how a study was run: the network, the machine, files, versions."""

from collections.abc import Mapping, Sequence
from typing import Any

from seqgraft.learn.descriptions import BACKBONES
from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, num


def setup_facts(inputs: ReportInputs) -> list[tuple[str, str]]:
    """Return the facts of the run as pairs of a name and a value.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of (str, str)
    """
    provenance, config = inputs.provenance, inputs.config
    machine: Mapping[str, Any] = provenance.get("machine", {})
    seconds = sum(float(table["seconds"].sum()) for table in inputs.histories.values() if "seconds" in table)
    source = sum(float(model.history["seconds"].max()) for model in inputs.source_models.values())
    fits = sum(len(table) for table in inputs.histories.values())
    facts = [
        ("study", str(config["study"])),
        ("seqgraft", _program(provenance)),
        ("finished", str(provenance.get("finished", "")).replace("T", " ").replace("+00:00", " UTC")),
        ("device", text.listed(inputs.devices)),
        ("threads of torch", str(config["training"].get("threads", ""))),
        ("replicates", f"{config['replicates']} draws of the target labels"),
        ("source models", f"{config['pretraining']['replicates']} per source"),
        ("fits", f"{text.count(fits)}, {text.duration(seconds)} of computing"),
        ("training of source models", text.duration(source)),
        ("machine", text.listed([str(machine[k]) for k in ("system", "processor") if machine.get(k)])),
        ("cores of the machine", str(machine.get("cores", ""))),
        ("Python", str(machine.get("python", ""))),
        (
            "packages",
            ", ".join(f"{name} {version}" for name, version in provenance.get("packages", {}).items()),
        ),
        ("seeds", str(provenance.get("seeds", ""))),
        ("checksum of the config", str(provenance.get("config_sha256", ""))),
    ]
    return [(name, value) for name, value in facts if value]


def repeat_facts(inputs: ReportInputs) -> list[tuple[str, str]]:
    """Say how the study is run again and how its files are checked, as pairs of a name and a command or sentence.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of (str, str)
    """
    study = str(inputs.config["study"])
    own = any(entry.get("path") for entry in inputs.provenance.get("raw", {}).values())
    facts = [
        ("the code", _code(inputs.provenance.get("project", {}))),
        ("run it again", str(inputs.provenance.get("repeat", ""))),
        ("are the files those of this run?", f"make verify STUDY={study}"),
        (
            "did a repetition give the same?",
            f"python -m seqgraft.verify results/{study} --against <the other folder>/results/{study}",
        ),
    ]
    if own:
        facts.append(
            (
                "files of your own",
                f"copies are in results/{study}/raw/; a repetition reads them where `path` says",
            )
        )
    return [(name, value) for name, value in facts if value]


def _program(provenance: Mapping[str, Any]) -> str:
    """Name the version and, where it is known, the commit."""
    project = provenance.get("project", {})
    commit = f", commit {project['commit'][:12]}" if project.get("commit") else ""
    return f"{provenance.get('seqgraft', '')}{commit}"


def _code(project: Mapping[str, Any]) -> str:
    """Say which code made the study, and whether anybody else can get it."""
    if not project:
        return ""
    if not project.get("commit"):
        return f"version {project['version']}; not run from a git checkout, so no commit is known"
    origin = f" of {project['origin']}" if project.get("origin") else ""
    changed = project.get("changed", [])
    if not changed:
        return f"commit {project['commit']}{origin}, unchanged"
    names = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
    return f"commit {project['commit']}{origin} with changes that are in no commit: {names}"


def backbone_facts(inputs: ReportInputs) -> list[tuple[str, str]]:
    """Return the facts of the backbone as pairs of a name and a value.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of (str, str)
        One line for each distinct size where sources differ in length or alphabet.
    """
    settings = inputs.config["backbone"]
    about = BACKBONES.get(settings["name"])
    facts = [("backbone", f"{settings['name']}. {about.text}" if about else str(settings["name"]))]
    seen: dict[tuple[Any, ...], list[str]] = {}
    for folder, model in inputs.source_models.items():
        own = model.bundle
        key = tuple(own.get(name) for name in ("parameters", "receptive_field", "flops_per_sequence"))
        seen.setdefault((*key, (own.get("reading") or {}).get("length")), []).append(folder.split("/")[0])
    for (parameters, field, operations, length), folders in seen.items():
        names = f" ({text.listed(sorted(set(folders)))})" if len(seen) > 1 else ""
        facts += [
            (f"parameters{names}", f"{text.count(parameters)}, without the head"),
            (f"receptive field{names}", _field(field, length)),
            (f"work per sequence{names}", f"{text.large(operations)} floating-point operations, forward"),
        ]
    others = ", ".join(f"{key} {text.setting(value)}" for key, value in settings.items() if key != "name")
    return [*facts, ("settings", others)] if others else facts


def _field(field: int | None, length: int | None) -> str:
    """Say what one cell of the network sees."""
    words = f"{text.count(field)} letters seen by one cell before cells are joined"
    return f"{words}, of sequences of {text.count(length)} letters" if length else words


def raw_table(inputs: ReportInputs) -> Table:
    """Show the raw files: where from, how large, which bytes.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table
    """
    rows = []
    for path, entry in inputs.provenance.get("raw", {}).items():
        url = str(entry.get("url", ""))
        place = "simulated by seqgraft" if entry.get("simulated") else url or str(entry.get("path", ""))
        link = url if url.startswith(("https://", "http://")) else ""
        rows.append(
            Row(
                (
                    Cell(path.rsplit("/", 1)[-1], inputs.title_of(str(entry.get("task", ""))), "head"),
                    Cell(str(entry.get("class", ""))),
                    num(text.size(entry["bytes"])),
                    Cell(place, kind="code" if url else "", link=link),
                    Cell(str(entry["sha256"]), kind="code"),
                )
            )
        )
    return Table("Files", ("file", "class", "size", "from", "SHA-256"), tuple(rows), frozenset({2}))


def digest_table(caption: str, heads: Sequence[str], digests: Mapping[str, str]) -> Table:
    """Show names and digests.

    Parameters
    ----------
    caption : str
        Of the table.
    heads : sequence of str
        Two column heads.
    digests : mapping of str to str
        By name.

    Returns
    -------
    Table
    """
    rows = tuple(Row((Cell(name, kind="head"), Cell(value, kind="code"))) for name, value in digests.items())
    return Table(caption, tuple(heads), rows)
