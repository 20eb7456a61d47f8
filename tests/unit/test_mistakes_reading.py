"""Files that cannot be read in the format that the task names: each is told in one message, and nothing is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mistakes import Told, job_is_refused
from reading_mistakes import Given, at, prepare

FASTA = {"format": "fasta"}
HEADER = {"format": "fasta-header", "label": r"\|([01])"}
LABELS = {"format": "fasta-table", "id": "id", "label": "y"}
CSV = {"format": "csv", "sequence": "s", "label": "y"}
TSV = {**CSV, "format": "tsv"}
PARQUET = {**CSV, "format": "parquet"}
CELLS = {**CSV, "residues": "blanks", "mask": "m"}
LINES = {"format": "lines"}
RESIDUES = {"format": "residues"}
VALUES = {"format": "residue-values"}
PAIRS = {"format": "pairs", "first": "a", "second": "b", "label": "y"}
YES = {"class": "yes"}
SEQUENCES = Given("s.fa", ">p\nACGT\n>q\nGGGG\n")
UTF_16 = "the file is encoded in UTF-16, not plain text"
ZERO = "the file is not text: it holds a zero byte"
ANOTHER = "give every one an id of its own, as they are looked up by it"
MEND_LINE = "mend the line; a cell that holds the separator stands in quotes"
READ = "correct the task's `read`"
SAVE = "save it as UTF-8 or ASCII"
TEXT = "give a file of plain text, or the format that it has"
COMPLETE = "give one per residue, for the same sequence"
NO_SEQUENCE = "give the file that holds this sequence, or remove the line; ids are compared letter by letter"
UNLABELLED = "complete the labels, or set the task's `read.unlabelled` to drop"


def labels(text: str) -> Given:
    return Given("l.txt", text, {"role": "labels"})


def pairs(text: str) -> Given:
    return Given("p.tsv", text, {"role": "pairs"})


# The format, the files, and the message; the place is that of the first file where it is short.
MISTAKES: dict[str, tuple[Mapping[str, Any], list[Given], Told]] = {
    "a table with zero bytes": (
        CSV,
        [Given("t.csv", "s,y\nAC\0,1\n")],
        Told(ZERO, at("t.csv", ", line 2"), TEXT),
    ),
    "a table in UTF-16": (
        CSV,
        [Given("t.csv", "s,y\nAC,1\n".encode("utf-16"))],
        Told(UTF_16, at("t.csv"), SAVE),
    ),
    "lines in UTF-16": (
        LINES,
        [Given("t.txt", "ACGT\n".encode("utf-16"), YES)],
        Told(UTF_16, at("t.txt"), SAVE),
    ),
    "an empty table": (
        CSV,
        [Given("t.csv", " \n\n")],
        Told("the file is empty", at("t.csv"), "give a file with content"),
    ),
    "a table of its header alone": (
        CSV,
        [Given("t.csv", "s,y\n")],
        Told("the table holds no row", at("t.csv"), "give a table with at least one row"),
    ),
    "a column that is misspelt": (
        CSV,
        [Given("t.csv", "S,y\nAC,1\n")],
        Told("there is no column 's'; did you mean 'S'?", at("t.csv"), READ),
    ),
    "a TSV read as CSV": (
        CSV,
        [Given("t.csv", "s\ty\nAC\t1\n")],
        Told(
            "there is no column 's'; known: s\ty",
            at("t.csv"),
            f"{READ}; the first line looks like tsv",
        ),
    ),
    "a column called twice": (
        CSV,
        [Given("t.csv", "s,y,s\nAC,1,GG\n")],
        Told("two columns are called 's'", at("t.csv"), "rename one of them in the file"),
    ),
    "a number behind the last column": (
        {"format": "csv", "header": False, "sequence": "1", "label": "3"},
        [Given("t.csv", "AC,1\n")],
        Told(
            "there is no column 3: the first line has 2 cells, and columns without a header are named by number",
            at("t.csv"),
            READ,
        ),
    ),
    "a row with a cell too many": (
        CSV,
        [Given("t.csv", "s,y\nAC,1\nGG,0,\n")],
        Told("the line has 3 cells, and the first line has 2", at("t.csv", ", line 3"), MEND_LINE),
    ),
    "a row that is cut short": (
        TSV,
        [Given("t.tsv", "s\ty\nAC\t1\nGG")],
        Told("the line has 1 cells, and the first line has 2", at("t.tsv", ", line 3"), MEND_LINE),
    ),
    "a quotation mark that stays open": (
        CSV,
        [Given("t.csv", 's,y\n"AC,1\nGG,0\n')],
        Told(
            "the line is not part of a table: unexpected end of data",
            at("t.csv", ", line 4"),
            "look for a quotation mark that is not closed",
        ),
    ),
    "an empty cell for a sequence": (
        CSV,
        [Given("t.csv", "s,y\n ,1\n")],
        Told(
            "the sequence is missing: `s` is empty",
            at("t.csv", ", line 2"),
            "complete the table, or leave the row out by `only`",
        ),
    ),
    "a cut behind the sequence's end": (
        {**CSV, "sequence": "s[2:6]"},
        [Given("t.csv", "s,y\nACGTA,1\n")],
        Told(
            "the sequence in column 's' has 5 letters: too few for the cut `s[2:6]`",
            at("t.csv", ", line 2"),
            "correct the cut in the task's `read`, or leave the row out by `only`",
        ),
    ),
    "values of `only` that do not occur": (
        {**CSV, "only": {"set": ["train", "dev"]}},
        [Given("t.csv", "s,y,set\nAC,1,Train\n")],
        Told(
            "no row has the values of `only` (set: train or dev); set is Train",
            at("t.csv"),
            "correct `only` in the task's `read`",
        ),
    ),
    "a part of another name": (
        {**CSV, "part": "set"},
        [Given("t.csv", "s,y,set\nAC,1,valid\n")],
        Told(
            "the part 'valid' is not among `parts`; known: train, pool, test",
            at("t.csv", ", line 2"),
            "say under `parts` in the task's `read` whether it belongs to the test part or to the pool",
        ),
    ),
    "parquet that is none": (
        PARQUET,
        [Given("t.parquet", "s,y\nAC,1\n")],
        Told("the file is not parquet, or is cut short", at("t.parquet"), "correct the task's `read.format`"),
    ),
    "labels of another length in cells": (
        CELLS,
        [Given("t.csv", "s,y,m\nA C,H E C,1 1\n")],
        Told("3 labels in column 'y', but the sequence has 2 residues", at("t.csv", ", line 2"), COMPLETE),
    ),
    "a mask of another length in cells": (
        CELLS,
        [Given("t.csv", "s,y,m\nA C,H E,1\n")],
        Told("1 labels in column 'm', but the sequence has 2 residues", at("t.csv", ", line 2"), COMPLETE),
    ),
    "a mask of probabilities": (
        CELLS,
        [Given("t.csv", "s,y,m\nA C,H E,1 0.5\n")],
        Told(
            "the mask holds '0.5', and may only hold 1 (the residue counts) and 0 (it does not)",
            at("t.csv", ", line 2"),
            "mend the mask, or leave it out",
        ),
    ),
    "a header without a label": (
        HEADER,
        [Given("a.fa", ">x|1\nACGT\n>\nGG\n")],
        Told(
            r"no label is found by `\|([01])` in the header ''",
            at("a.fa", ", line 3"),
            "correct `label` in the task's `read`, or mend the header",
        ),
    ),
    "FASTA given as lines": (
        LINES,
        [Given("a.txt", ">x\nACGT\n", YES)],
        Told(
            "the line is not one sequence: '>x'",
            at("a.txt", ", line 1"),
            "give one sequence per line and nothing else, or the format that the file has",
        ),
    ),
    "a table given as lines": (
        LINES,
        [Given("a.txt", "ACGT\nACGT 1\n", YES)],
        Told(
            "the line is not one sequence: 'ACGT 1'",
            at("a.txt", ", line 2"),
            "give one sequence per line and nothing else, or the format that the file has",
        ),
    ),
    "a table given as FASTA": (
        FASTA,
        [Given("a.fa", "s,y\nAC,1\n", YES)],
        Told(
            "the file is not FASTA: it begins with 's,y' and not with '>'",
            at("a.fa", ", line 1"),
            "give a FASTA file, in which each sequence follows a header line that begins with '>'",
        ),
    ),
    "a label for an unknown sequence": (
        LABELS,
        [SEQUENCES, labels("id\ty\np\t1\nr\t0\n")],
        Told(
            "the table of labels names 'r', and no sequence has this id", at("l.txt", ", line 3"), NO_SEQUENCE
        ),
    ),
    "two labels for one sequence": (
        LABELS,
        [SEQUENCES, labels("id\ty\np\t1\np\t0\n")],
        Told(
            f"'p' is labelled twice, here and in {at('l.txt', ', line 2')}",
            at("l.txt", ", line 3"),
            "keep the right line",
        ),
    ),
    "a sequence that the table does not hold": (
        LABELS,
        [SEQUENCES, labels("id\ty\np\t1\n")],
        Told("1 of 2 sequences have no label, the first is 'q'", at("s.fa", ", line 3"), UNLABELLED),
    ),
    "two sequences of one id": (
        LABELS,
        [Given("s.fa", ">p\nAC\n>p\nGG\n"), labels("id\ty\np\t1\n")],
        Told("another sequence has the id 'p' as well", at("s.fa", ", line 3"), ANOTHER),
    ),
    "a sequence without an id": (
        RESIDUES,
        [Given("s.fa", ">\nAC\n"), labels(">p\nHH\n")],
        Told("a sequence has no id", at("s.fa", ", line 1"), ANOTHER),
    ),
    "residue labels of another length": (
        RESIDUES,
        [SEQUENCES, labels(">q\nHHHH\n>p\nHHH\n")],
        Told("3 labels, but the sequence has 4 residues", at("l.txt", ", line 3"), COMPLETE),
    ),
    "a mask of another length": (
        RESIDUES,
        [SEQUENCES, labels(">p\nHHHH\n>q\nHHHH\n"), Given("m.fa", ">p\n11111\n", {"role": "mask"})],
        Told("5 values of a mask, but the sequence has 4 residues", at("m.fa", ", line 1"), COMPLETE),
    ),
    "labels of residues for an unknown sequence": (
        RESIDUES,
        [SEQUENCES, labels(">P\nHHHH\n")],
        Told(
            "the file of labels names 'P', and no sequence has this id", at("l.txt", ", line 1"), NO_SEQUENCE
        ),
    ),
    "numbers of another length": (
        VALUES,
        [SEQUENCES, labels("p:\t1, 2, 3, 4\nq:\t1, 2\n")],
        Told("2 numbers of 'q', but the sequence has 4 residues", at("l.txt", ", line 2"), COMPLETE),
    ),
    "numbers without an id": (
        VALUES,
        [SEQUENCES, labels("1, 2, 3, 4\n")],
        Told(
            "the line is not an id, a colon, a blank and numbers: '1, 2, 3, 4'",
            at("l.txt", ", line 1"),
            "give one line per sequence, such as `P12345: 0.5, 1.25, 3`",
        ),
    ),
    "numbers twice": (
        VALUES,
        [SEQUENCES, labels("p:\t1, 2, 3, 4\np:\t1, 2, 3, 4\n")],
        Told(
            f"'p' has numbers twice, here and in {at('l.txt', ', line 1')}",
            at("l.txt", ", line 2"),
            "keep the right ones",
        ),
    ),
    "rows of another sequence": (
        VALUES,
        [SEQUENCES, Given("p.txt", "A 1 0.5\nC 2 1\nC 3 1\nT 4 1\n", {"role": "rows"})],
        Told(
            "residue 3 of 'p' is C here and G in its sequence",
            at("p.txt"),
            "give numbers and sequence of the same protein",
        ),
    ),
    "rows without letters": (
        VALUES,
        [SEQUENCES, Given("p.txt", "A 0.5\n22 1\n", {"role": "rows"})],
        Told(
            "the line is not a residue and its number: '22 1'",
            at("p.txt", ", line 2"),
            "give one line per residue: its letter, perhaps its position, its number",
        ),
    ),
    "rows in a file of another name": (
        {**VALUES, "file_id": r"scores_(\d+)\.txt"},
        [SEQUENCES, Given("p.txt", "A 1\n", {"role": "rows"})],
        Told(
            r"no id is found by `scores_(\d+)\.txt` in the file's name",
            at("p.txt"),
            "correct `file_id` in the task's `read`; it must match the whole name",
        ),
    ),
    "a pair with an unknown id": (
        PAIRS,
        [SEQUENCES, pairs("a\tb\ty\np\tq\t1\np\tz\t0\n")],
        Told(
            "the table of pairs names 'z', and no sequence has this id", at("p.tsv", ", line 3"), NO_SEQUENCE
        ),
    ),
    "two files of one name": (
        FASTA,
        [Given("a.fa", ">a\nAC\n", YES), Given("a.fa", ">b\nGG\n", {"class": "no"})],
        Told("two files of the task are called 'a.fa'", at("a.fa"), "rename one of them"),
    ),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_file_that_cannot_be_read(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    reading, files, message = MISTAKES[name]
    job_is_refused(prepare(reading, files), message, capfd)
