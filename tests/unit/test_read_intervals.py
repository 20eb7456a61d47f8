"""Intervals and a genome: the sequences that Biopython cuts out, and one clear message for each mistake."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from Bio import SeqIO
from mistakes import Told, job, job_is_refused, run
from pydantic import TypeAdapter, ValidationError

from seqgraft.config.reading import AnyReading, FileContent
from seqgraft.data.readers.registry import read_task

Capture = pytest.CaptureFixture[str]
RAW = "results/mine/raw/a"
BED, GENOME, TABLE = f"{RAW}/peaks.bed", f"{RAW}/genome.fa", f"{RAW}/sites.tsv"
# c1 holds 20 letters, c2 12; the second contig follows the first in the store.
CONTIGS = {"c1": "ACGTTGCAANCCGGTATTTA", "c2": "GGGGAAAACTCT"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(RAW).mkdir(parents=True)
    Path(GENOME).write_text(
        "".join(f">{name} some contig\n{s[:7]}\n{s[7:]}\n" for name, s in CONTIGS.items())
    )


def read(text: str, genome: str = GENOME, **settings: Any) -> pd.DataFrame:
    Path(BED).write_text(text)
    contents: list[Mapping[str, Any]] = [{"role": "intervals", "class": "site"}, {"role": "genome"}]
    if "label" in settings:
        contents[0] = {"role": "intervals"}
    reading = TypeAdapter(AnyReading).validate_python({"format": "intervals", **settings})
    reading.check([(f"f{i}", FileContent(**content)) for i, content in enumerate(contents)])
    raw = read_task([Path(BED), Path(genome)], contents, reading.model_dump(mode="json"), lambda _: None)
    raw.table.attrs["left_out"] = raw.left_out
    return raw.table


def test_bed_by_hand() -> None:
    table = read(
        "# a comment\nbrowser position c1\ntrack name=x\nc1\t0\t4\nc1\t4\t8\tpeak\t0\t-\n\nc2\t10\t12\n".replace(
            "c1\t0\t4\n", "c1\t0\t4\tp\t0\t+\n"
        ).replace("c2\t10\t12\n", "c2\t10\t12\tq\t5\t.\n")
    )
    assert table["sequence"].tolist() == ["ACGT", "TGCA", "CT"]  # TGCA is its own reverse complement
    assert table["chromosome"].tolist() == ["c1", "c1", "c2"]
    assert table["label"].tolist() == ["site"] * 3
    assert table["line"].tolist() == [4, 5, 7]
    assert table["id"].tolist() == ["peaks.bed:4", "peaks.bed:5", "peaks.bed:7"]
    assert table["file"].tolist() == ["peaks.bed"] * 3
    assert table["path"].tolist() == [BED] * 3


def test_the_other_strand() -> None:
    text = "c2\t2\t7\ta\t0\t-\nc2\t2\t7\tb\t0\t+\n"
    assert read(text)["sequence"].tolist() == ["TTTCC", "GGAAA"]
    assert read(text, strands="ignore")["sequence"].tolist() == ["GGAAA", "GGAAA"]
    assert read("c2 2 7\n")["sequence"].tolist() == ["GGAAA"]  # blanks between columns, no strand


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("window", [1, 2, 3, 6, 7])
@pytest.mark.parametrize("centre", ["start", "middle", "end", "summit"])
def test_windows_are_where_biopython_finds_them(centre: str, window: int, reverse: bool) -> None:
    """All starts and lengths on one contig: the centre's letter stands at window // 2 in reading direction."""
    length = 20
    places = [(s, e) for s in range(length) for e in range(s + 1, length + 1)]
    sign = "-" if reverse else "+"
    rows = [f"c1\t{s}\t{e}\tn\t0\t{sign}\t.\t.\t.\t{(e - s) // 3}\n" for s, e in places]
    summit = {"summit": 10} if centre == "summit" else {}
    table = read("".join(rows), window=window, centre=centre, edge="pad", **summit)
    contig = SeqIO.to_dict(SeqIO.parse(GENOME, "fasta"))["c1"].seq
    reading = contig.reverse_complement() if reverse else contig
    padded = "N" * 30 + str(reading) + "N" * 30
    for (s, e), found in zip(places, table["sequence"], strict=True):
        first, last = (length - e, length - 1 - s) if reverse else (s, e - 1)
        at = {"start": first, "end": last, "middle": (first + last + 1) // 2}
        at["summit"] = length - 1 - (s + (e - s) // 3) if reverse else s + (e - s) // 3
        begin = at[centre] - window // 2 + 30
        assert found == padded[begin : begin + window], (s, e)


def test_a_window_of_its_own_length_is_the_interval() -> None:
    text = "".join(f"c1\t{s}\t{s + 6}\tn\t0\t{sign}\n" for s in range(15) for sign in "+-")
    assert read(text, window=6)["sequence"].tolist() == read(text)["sequence"].tolist()


@pytest.mark.parametrize(("first", "numbers"), [(0, "2\t7"), (1, "3\t7")])
def test_tables_count_from_nought_or_one(first: int, numbers: str) -> None:
    """The same five letters: from 0 with the end left out, and from 1 with the end included."""
    columns = {"chromosome": "chrom", "start": "from", "end": "to", "strand": "dir"}
    table = read(
        f"name\tchrom\tfrom\tto\tdir\tkind\tset\nx\tc2\t{numbers}\t-\tweak\tA\ny\tc1\t{numbers}\t+\tstrong\tB\n",
        columns="tab", first=first, id="name", label="kind", group="set", **columns,
    )  # fmt: skip
    assert table["sequence"].tolist() == ["TTTCC", "GTTGC"]
    assert table["label"].tolist() == ["weak", "strong"]
    assert table["id"].tolist() == ["x", "y"]
    assert table["group"].tolist() == ["A", "B"]
    assert table["line"].tolist() == [2, 3]


def test_labels_of_bed_by_column_number() -> None:
    table = read("c1 0 4 p 7 + on\nc1 1 5 q 7 + off\n", label=7, id=4)
    assert table["label"].tolist() == ["on", "off"]
    assert table["id"].tolist() == ["p", "q"]


def test_windows_beyond_the_chromosome_are_listed_where_left_out() -> None:
    text = "c1\t0\t2\nc1\t9\t11\nc2\t10\t12\n"
    table = read(text, window=8, edge="drop")
    assert table["sequence"].tolist() == [CONTIGS["c1"][6:14]]
    left = table.attrs["left_out"]
    assert left["line"].tolist() == [1, 3]
    assert left["reason"].tolist() == ["window beyond the chromosome: left out"] * 2
    assert read(text, window=8, edge="pad")["sequence"].tolist() == [
        "NNN" + CONTIGS["c1"][:5], CONTIGS["c1"][6:14], CONTIGS["c2"][7:] + "NNN",
    ]  # fmt: skip


def test_a_packed_genome() -> None:
    Path(f"{RAW}/genome.fa.gz").write_bytes(gzip.compress(Path(GENOME).read_bytes()))
    assert read("c2\t2\t7\n", f"{RAW}/genome.fa.gz")["sequence"].tolist() == ["GGAAA"]


def prepare(
    text: str | bytes, genome: str | None = None, path: str = BED, **settings: Any
) -> SimpleNamespace:
    Path(path).write_bytes(text.encode() if isinstance(text, str) else text)
    if genome is not None:
        Path(GENOME).write_text(genome)
    table = {"chromosome": "chrom", "start": "from", "end": "to", "first": 1, "columns": "tab"}
    settings = (table if path == TABLE else {}) | settings
    label = {} if "label" in settings else {"class": "site"}
    return job(
        "prepare",
        input=[path, GENOME],
        output={
            name: f"results/mine/data/a/{file}"
            for name, file in (
                ("records", "records.parquet"), ("rejects", "rejects.tsv"), ("summary", "summary.json"),
            )
        },
        wildcards={"task": "a"},
        params={
            "contents_of_files": [{"role": "intervals", **label}, {"role": "genome"}],
            "reading": {"format": "intervals", **settings},
            "cleaning": {"alphabet": "dna", "classes": ["site"]},
        },
    )  # fmt: skip


def test_the_whole_job() -> None:
    run(prepare("c1\t0\t4\nc1\t7\t12\nc2\t0\t4\n"))
    records = pd.read_parquet("results/mine/data/a/records.parquet")
    assert records["sequence"].tolist() == ["ACGT", "GGGG"]  # the second holds an N
    assert records["chromosome"].tolist() == ["c1", "c2"]
    assert "ambiguous letter N: left out" in Path("results/mine/data/a/rejects.tsv").read_text()
    assert json.loads(Path("results/mine/data/a/summary.json").read_text())["rejected"] == {
        "ambiguous letter": 1
    }


FIRST = "mend the line, or correct `first` in the task's `read`"
OTHER = "give the genome on which the intervals were placed; names must be the same in both files"
VERSION = "give the genome on which the intervals were placed, of the same version"
DIGITS = "mend the line; places are counted in letters, without signs between the digits"
EDGE = "set `edge` in the task's `read` to drop or pad, or choose a smaller `window`"
SUMMIT = "correct `summit` in the task's `read`, or choose another `centre`"
BEDS = "give BED (chromosome, start, end, …), columns separated by tabs, or correct the task's `read`"
HEAD = "chrom\tfrom\tto\n"
GOOD = "c1\t0\t4\n"
NARROW = "c1\t2\t6\tn\t0\t+\t.\t.\t.\t{}\n"
PEAK = {"window": 3, "centre": "summit", "summit": "10"}
# The job, and the whole message.
MISTAKES: dict[str, tuple[dict[str, Any], Told]] = {
    "an end beyond the chromosome": (
        {"text": GOOD + "c1\t18\t21\n"},
        Told("the interval ends at 21, and 'c1' has 20 letters", f"{BED}, line 2", VERSION),
    ),
    "a start beyond the chromosome": (
        {"text": "c2\t500\t600\n"},
        Told("the interval ends at 600, and 'c2' has 12 letters", f"{BED}, line 1", VERSION),
    ),
    "a start after the end": (
        {"text": GOOD + "#\nc1\t9\t5\n"},
        Told("the interval holds no letter: it starts at 9 and ends at 5", f"{BED}, line 3", FIRST),
    ),
    "an interval without a letter": (
        {"text": "c1\t5\t5\n"},
        Told("the interval holds no letter: it starts at 5 and ends at 5", f"{BED}, line 1", FIRST),
    ),
    "an unknown chromosome": (
        {"text": "chr1\t0\t4\n"},
        Told(
            "the genome genome.fa has no sequence called 'chr1'; did you mean 'c1'?", f"{BED}, line 1", OTHER
        ),
    ),
    "a negative start": (
        {"text": "c1\t-3\t4\n"},
        Told("the start -3 lies before the first letter, which is 0", f"{BED}, line 1", FIRST),
    ),
    "a start of nought in a table that counts from one": (
        {"text": HEAD + "c1\t0\t4\n", "path": TABLE},
        Told("the start 0 lies before the first letter, which is 1", f"{TABLE}, line 2", FIRST),
    ),
    "a fraction": (
        {"text": "c1\t1.5\t4\n"},
        Told("the start '1.5' is not a whole number", f"{BED}, line 1", DIGITS),
    ),
    "commas between thousands": (
        {"text": "c1\t1\t1,000\n"},
        Told("the end '1,000' is not a whole number", f"{BED}, line 1", DIGITS),
    ),
    "a line of names in BED": (
        {"text": "chrom\tstart\tend\nc1\t0\t4\n"},
        Told("the start 'start' is not a whole number", f"{BED}, line 1", DIGITS),
    ),
    "an empty cell": (
        {"text": HEAD + "c1\t1\t\n", "path": TABLE},
        Told("the end '' is not a whole number", f"{TABLE}, line 2", DIGITS),
    ),
    "a number without an end": (
        {"text": f"c1\t0\t{'9' * 30}\n"},
        Told(f"the end '{'9' * 30}' is not a whole number", f"{BED}, line 1", DIGITS),
    ),
    "a strand that is none": (
        {"text": "c1\t0\t4\ta\t0\tforward\n"},
        Told(
            "the strand 'forward' is none of +, - and .",
            f"{BED}, line 1",
            "mend the line, or set `strands` to ignore in the task's `read`",
        ),
    ),
    "two columns": (
        {"text": "c1\t4\n"},
        Told("the line has 2 columns, and column 3 is read", f"{BED}, line 1", BEDS),
    ),
    "a label's column that one line lacks": (
        {"text": "c1\t0\t4\tsite\nc1\t1\t5\n", "label": "4"},
        Told("the line has 3 columns, and column 4 is read", f"{BED}, line 2", BEDS),
    ),
    "a name for a column of BED": (
        {"text": GOOD, "label": "class"},
        Told(
            "there is no column 'class': the columns of BED are named by number, from 1",
            BED,
            "correct the task's `read`",
        ),
    ),
    "nothing but a track line": (
        {"text": "track name=peaks\n# none\n"},
        Told("the file holds no interval", BED, "give a BED file with at least one"),
    ),
    "a window beyond the chromosome": (
        {"text": "c1\t5\t6\nc1\t1\t2\n", "window": 5},
        Told("the window reaches beyond its chromosome", f"{BED}, line 2", EDGE),
    ),
    "all windows beyond the chromosome": (
        {"text": GOOD, "window": 50, "edge": "drop"},
        Told("every window reaches beyond its chromosome", f"{BED}, line 1", EDGE),
    ),
    "a peak without a summit": (
        {"text": NARROW.format(-1), **PEAK},
        Told("the summit -1 lies outside its interval", f"{BED}, line 1", SUMMIT),
    ),
    "a summit counted from the chromosome": (
        {"text": NARROW.format(4), **PEAK},
        Told("the summit 4 lies outside its interval", f"{BED}, line 1", SUMMIT),
    ),
    "two contigs of one name": (
        {"text": GOOD, "genome": ">c1\nACGTACGT\n>c1\nACGT\n"},
        Told(
            "the genome holds two sequences called 'c1'",
            GENOME,
            "give a FASTA file in which every sequence has a name of its own",
        ),
    ),
    "a genome that is no FASTA file": (
        {"text": GOOD, "genome": "LOCUS       NC_000913\n"},
        Told(
            "the file is not FASTA: it begins with 'LOCUS       NC_00091' and not with '>'; this looks like GenBank",
            f"{GENOME}, line 1",
            "give a FASTA file, in which each sequence follows a header line that begins with '>'",
        ),
    ),
    "UTF-16": (
        {"text": GOOD.encode("utf-16")},
        Told("the file is encoded in UTF-16, not plain text", BED, "save it as UTF-8 or ASCII"),
    ),
    "an empty file": ({"text": "\n"}, Told("the file is empty", BED, "give a file with content")),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_intervals_that_cannot_be_used(name: str, capfd: Capture) -> None:
    given, message = MISTAKES[name]
    job_is_refused(prepare(**given), message, capfd)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start": "from"}, "`start` means nothing in BED"),
        ({"first": 1}, "`first` means nothing in BED"),
        (
            {"columns": "tab", "chromosome": "c", "start": "s", "end": "e"},
            "a table of intervals needs `first`",
        ),
        ({"centre": "summit", "window": 9}, "`centre: summit` needs `summit` and `window`"),
        ({"summit": 10, "window": 9}, "`centre: summit` needs `summit` and `window`"),
        ({"window": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_contradict_each_other(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(AnyReading).validate_python({"format": "intervals", **settings})


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ([{"role": "intervals"}, {"role": "genome"}], "needs `class`, or `read.label`"),
        ([{"role": "intervals", "class": "a"}, {"role": "genome", "class": "a"}], "a genome has no `class`"),
        ([{"role": "intervals", "class": "a"}], "needs a file with `role: genome`"),
        ([{"role": "intervals", "class": "a"}, {"role": "genome"}, {"role": "genome"}], "needs one file"),
    ],
)
def test_files_that_do_not_suffice(contents: list[dict[str, str]], message: str) -> None:
    reading = TypeAdapter(AnyReading).validate_python({"format": "intervals"})
    with pytest.raises(ValueError, match=message):
        reading.check([(f"f{i}", FileContent(**content)) for i, content in enumerate(contents)])


def test_many_intervals_of_many_lengths() -> None:
    generator = np.random.default_rng(3)
    starts = generator.integers(0, 19, size=200)
    ends = np.array([generator.integers(start + 1, 21) for start in starts])
    table = read("".join(f"c1\t{s}\t{e}\n" for s, e in zip(starts, ends, strict=True)))
    assert table["sequence"].tolist() == [CONTIGS["c1"][s:e] for s, e in zip(starts, ends, strict=True)]
