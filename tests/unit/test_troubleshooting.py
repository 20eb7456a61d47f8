"""docs/troubleshooting.md holds every message of the program, and no message that the program no longer has.

The messages are read from the syntax trees of the code: what a `SeqgraftError` (or a class made from it) is raised
with, what the config's models refuse with a `ValueError`, what a try of the network failed with, and the tables of
words that are put in. An entry of the page is a line in bold that shows a message as a user may see it; a value that
the program puts in may be any text there.
"""

import ast
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import snakemake

from seqgraft.config import sentences
from seqgraft.running import machine

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/troubleshooting.md"
LIBRARY = ROOT / "scripts/seqgraft"
HOLE = "…"
# Messages of other programs that a user of this one meets; a version of Snakemake may word them anew.
FOREIGN = (
    "FileNotFoundError: [Errno 2] No such file or directory: 'study.yaml'",
    "NotADirectoryError: [Errno 20] Not a directory: '…'",
    "IsADirectoryError: [Errno 21] Is a directory: '…'",
    "Config file is not valid JSON or YAML.",
    "Config file must be given as JSON or YAML with keys at top level.",
    "UnicodeDecodeError: 'utf-8' codec can't decode byte …",
    "cores have to be specified for local execution",
    "Error: Directory cannot be locked.",
    "The files below seem to be incomplete.",
    "Missing input files for rule …",
    "No rule to produce …",
    "Failed to create output directory …",
    "The 'conda' command is not available in the shell …",
    "Failed to install conda environment from pin file …",
)
DEFECT = "…: error: …: …, where: a defect in seqgraft; the details are in …"


def template(node: ast.expr) -> str:
    """Return a text's fixed words, with a hole for each value that is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(template(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return template(node.left) + template(node.right)
    return HOLE


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def error_classes(trees: dict[Path, ast.Module]) -> set[str]:
    """Name SeqgraftError and every class made from it."""
    classes = {"SeqgraftError"}
    for _ in range(3):  # a class of a class
        for tree in trees.values():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and classes & {name_of(base) for base in node.bases}:
                    classes.add(node.name)
    return classes


def messages() -> Iterator[tuple[str, str]]:
    """Yield each message of the program with the place where it stands."""
    trees = {path: ast.parse(path.read_text()) for path in sorted((ROOT / "scripts").rglob("*.py"))}
    told = error_classes(trees)
    for path, tree in trees.items():
        wanted = set(told) | {"FailedTryError"}
        if path.parent == LIBRARY / "config":
            wanted.add("ValueError")
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in wanted:
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                given = [*node.args, *(key.value for key in node.keywords if key.arg == "what")]
                assert given, f"{place}: the test cannot find the text of this message"
                yield template(given[0]), place
    for kind, words in sentences._PLAIN.items():
        given = "" if kind == "missing" else f", not {HOLE}"
        yield f"{HOLE}: {re.sub('{.*?}', HOLE, words)}{given}", "scripts/seqgraft/config/sentences.py: _PLAIN"
    (shown,) = (
        node
        for node in ast.walk(trees[LIBRARY / "config/sentences.py"])
        if isinstance(node, ast.FunctionDef) and node.name == "sentence"
    )
    for node in ast.walk(shown):
        if isinstance(node, ast.Return) and node.value is not None:
            yield template(node.value), f"scripts/seqgraft/config/sentences.py:{node.lineno}"
    for number in machine._REMEDIES:
        yield os.strerror(number), "scripts/seqgraft/running/machine.py: _REMEDIES"
    yield DEFECT, "scripts/seqgraft/running/job.py: _defect"


def fixed_words(text: str) -> str:
    return re.sub(r"[^A-Za-z]+", " ", text.replace(HOLE, " ")).strip()


# What consists of holes alone is put together elsewhere, from texts that are found there.
FOUND = sorted({(text, place) for text, place in messages() if len(fixed_words(text)) > 4})


def pattern(text: str) -> re.Pattern[str]:
    """Return what the message looks like with any values put in, perhaps after a key or the words around it."""
    text = re.sub(f"(?:{HOLE})+", HOLE, text.replace("\n", " "))
    return re.compile("(.*: )?" + ".*".join(re.escape(part) for part in text.split(HOLE)))


def entries() -> list[str]:
    """List the messages that the page explains."""
    return re.findall(r"^\*\*(.+)\*\*$", PAGE.read_text(), re.MULTILINE)


@pytest.mark.parametrize(("text", "place"), FOUND, ids=[f"{place} {text[:40]}" for text, place in FOUND])
def test_every_message_is_explained(text: str, place: str) -> None:
    wanted = pattern(text)
    assert any(wanted.fullmatch(entry) for entry in entries()), (
        f"docs/troubleshooting.md does not explain this message of {place}:\n\n  {text}\n\n"
        "Add an entry to the section of its stage: a line in bold that shows the message as a user sees it (with … or "
        "example values where the program puts some in), then what it means and what to do."
    )


def test_snakemake_still_says_so() -> None:
    """The words of Snakemake's messages, of the version that is installed; Python's own are not looked for."""
    folder = Path(snakemake.__file__).parent
    files = ("api", "exceptions", "common/configfile", "deployment/conda", "io/__init__")
    trees = [ast.parse((folder / f"{name}.py").read_text()) for name in files]
    said = {
        template(node)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr | ast.Constant)
    }
    for text in FOREIGN:
        if "Error: [Errno" not in text and "codec" not in text:
            words = text.removesuffix(f" {HOLE}").removesuffix(" for rule")
            words = words.replace("'conda'", f"'{HOLE}'").replace("Config file is", f"{HOLE} file is")
            assert any(words in one for one in said), f"Snakemake no longer says: {words}"


@pytest.mark.parametrize("text", FOREIGN)
def test_every_foreign_message_is_explained(text: str) -> None:
    assert text in entries(), (
        f"docs/troubleshooting.md has no entry **{text}**, which users of Snakemake meet"
    )


@pytest.mark.parametrize("entry", entries() if PAGE.exists() else [])
def test_every_entry_is_a_message_of_the_program(entry: str) -> None:
    known = entry in FOREIGN or any(pattern(text).fullmatch(entry) for text, _ in FOUND)
    assert known, (
        f"docs/troubleshooting.md explains a message that the program does not have (any more):\n\n  {entry}\n\n"
        "Word it as the code does, or remove the entry; a message of another program belongs in FOREIGN in this test."
    )


def test_every_entry_is_followed_by_an_explanation() -> None:
    blocks = PAGE.read_text().split("\n\n")
    for before, after in itertools.pairwise(blocks):
        if before.startswith("**") and before.endswith("**"):
            assert re.match(r"[A-Z`].{29}", after), f"{before} is not explained"


def test_no_message_stands_where_this_test_cannot_see_it() -> None:
    for path in [ROOT / "Snakefile", *(ROOT / "workflow").rglob("*.smk")]:
        assert "SeqgraftError(" not in path.read_text(), f"{path}: raise it in the library, where it is found"
