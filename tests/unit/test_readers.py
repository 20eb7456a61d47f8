"""Every format of files, with toys whose content is known, and Biopython where it reads the same thing."""

import bz2
import gzip
import inspect
import io
import lzma
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pandas as pd
import pytest
from Bio import SeqIO
from pydantic import TypeAdapter

from seqgraft.config.reading import AnyReading
from seqgraft.data.readers.base import Raw
from seqgraft.data.readers.cut import parse_cut
from seqgraft.data.readers.registry import READERS, read_task
from seqgraft.data.readers.wanted import Wanted

Entry = tuple[str, str | bytes, Mapping[str, Any]]


def read(folder: Path, *entries: Entry, **reading: Any) -> Raw:
    """Write the files, and read them with settings that have gone through the config."""
    for name, content, _ in entries:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    settings = TypeAdapter(AnyReading).validate_python(reading)
    told: list[str] = []
    raw = read_task(
        [folder / name for name, *_ in entries],
        [dict(content) for *_, content in entries],
        settings.model_dump(mode="json", by_alias=True, exclude_none=True),
        told.append,
    )
    assert len(told) == len(entries)
    return raw


def rows(raw: Raw) -> list[dict[str, Any]]:
    """Return the table's rows without what is the same for the whole file."""
    return raw.table.drop(columns=["file", "path"]).to_dict("records")


def test_one_class_per_file(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        ("a.fa", ">a x\nACGT\nAC\n", {"class": "yes", "part": "pool"}),
        ("b.fa", ">b\r\nTTTT\r\n> \r\nGG", {"class": "no"}),
        format="fasta",
    )
    assert rows(raw) == [
        {"id": "a", "sequence": "ACGTAC", "line": 1, "label": "yes", "part": "pool"},
        {"id": "b", "sequence": "TTTT", "line": 1, "label": "no", "part": ""},
        {"id": "", "sequence": "GG", "line": 3, "label": "no", "part": ""},
    ]
    assert raw.table["file"].tolist() == ["a.fa", "b.fa", "b.fa"]
    assert raw.table["path"].tolist() == [str(tmp_path / name) for name in ("a.fa", "b.fa", "b.fa")]
    assert raw.left_out.empty


def test_labels_in_headers(tmp_path: Path) -> None:
    text = ">+sample\nACGU\n\n>-sample\nGG\nGG\n"
    pattern = "^([+-])sample$"
    raw = read(tmp_path, ("a.fa", text, {}), format="fasta-header", ids="line", label=pattern)
    assert rows(raw) == [
        {"id": "a.fa:1", "sequence": "ACGU", "line": 1, "label": "+"},
        {"id": "a.fa:4", "sequence": "GGGG", "line": 4, "label": "-"},
    ]
    text = ">s1 TARGET=1.5 SET=train FAMILY=x\nMK\n>s2 TARGET=-2 SET=test FAMILY=y\nMW\n"
    raw = read(
        tmp_path,
        ("b.fa", text, {}),
        format="fasta-header",
        label=r"TARGET=(\S+)",
        part=r"SET=(\S+)",
        group="FAMILY=(.)",
    )
    assert rows(raw) == [
        {"id": "s1", "sequence": "MK", "line": 1, "label": "1.5", "part": "pool", "group": "x"},
        {"id": "s2", "sequence": "MW", "line": 3, "label": "-2", "part": "test", "group": "y"},
    ]


def test_headers_and_sequences_are_biopythons(tmp_path: Path) -> None:
    text = ">a|1 first\r\nMK\r\nLV\r\n\r\n>b|0\r\nAA\r\n>c|1\r\nWW"
    raw = read(tmp_path, ("a.fa", text, {}), format="fasta-header", label=r"\|([01])")
    with (tmp_path / "a.fa").open() as handle:
        reference = list(SeqIO.parse(handle, "fasta"))
    assert raw.table["id"].tolist() == [record.id for record in reference]
    assert raw.table["sequence"].tolist() == [str(record.seq) for record in reference]
    assert raw.table["label"].tolist() == [record.id.split("|")[1] for record in reference]


LABELS = "name,high,low,chr,use\nz,1, 2,chr1,yes\nx,3,,chr2,yes\ny,5,6,chr3,no\n"


def test_labels_in_a_table(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        ("a.fa", ">x\nAA\n>y\nCC\n>z\nGG\n>w\nTT\n", {}),
        ("a.csv", LABELS, {"role": "labels", "part": "test"}),
        format="fasta-table", separator="comma", id="name", labels={"up": "high", "down": "low"}, chromosome="chr",
        only={"use": ["yes"]}, unlabelled="drop",
    )  # fmt: skip
    wanted = {"part": "test"}
    assert rows(raw) == [
        {
            "id": "z",
            "sequence": "GG",
            "line": 5,
            "label_up": "1",
            "label_down": "2",
            "chromosome": "chr1",
            **wanted,
        },
        {
            "id": "x",
            "sequence": "AA",
            "line": 1,
            "label_up": "3",
            "label_down": "",
            "chromosome": "chr2",
            **wanted,
        },
    ]
    assert raw.left_out.to_numpy().tolist() == [
        ["a.csv", 4, "y", "use is 'no': left out by `only`", "not asked for", False],
        ["a.fa", 7, "w", "no label: left out", "no label", False],
    ]


CSV = 'name, context ,score,set\na,"AACCGGTT",0.5,train\n\nb,TTTTGGGG, 1e-3 ,test\n"c,d",CCCCAAAA,,train\n'


@pytest.mark.parametrize("form", ["csv", "tsv", "parquet", "numbers"])
def test_tables(tmp_path: Path, form: str) -> None:
    columns = {"id": "name", "sequence": "context[2:6]", "label": "score", "part": "set"}
    content: str | bytes = CSV
    first, expected = (
        2,
        [("a", "CCGG", "0.5", "pool"), ("b", "TTGG", "1e-3", "test"), ("c,d", "CCAA", "", "pool")],
    )
    if form == "tsv":
        content = CSV.replace("c,d", "c;d").replace(",", "\t").replace("c;d", "c,d")
    elif form == "parquet":
        table = pd.DataFrame(
            {
                "name": ["a", "b", "c,d"],
                "context": ["AACCGGTT", "TTTTGGGG", "CCCCAAAA"],
                "score": [0.5, 1e-3, None],
                "set": ["train", "test", "train"],
            }
        )
        table.to_parquet(tmp_path / "t")
        content = (tmp_path / "t").read_bytes()
        expected[1] = ("b", "TTGG", "0.001", "test")
    elif form == "numbers":
        content = CSV.partition("\n")[2]
        columns = {"id": 1, "sequence": "2[2:6]", "label": 3, "part": 4, "header": False}  # type: ignore[dict-item]
    raw = read(tmp_path, ("t", content, {}), format="csv" if form == "numbers" else form, **columns)
    table = raw.table[["id", "sequence", "label", "part"]]
    assert list(table.itertuples(index=False, name=None)) == expected
    lines = {"parquet": [1, 2, 3], "numbers": [1, 3, 4]}
    assert raw.table["line"].tolist() == lines.get(form, [first, first + 2, first + 3])


def test_rows_of_a_table_without_ids_are_called_by_their_place(tmp_path: Path) -> None:
    raw = read(tmp_path, ("t.csv", "s,y\nAC,1\nGT,2\n", {}), format="csv", sequence="s", label="y")
    assert raw.table["id"].tolist() == ["t.csv:2", "t.csv:3"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a", "ABCDEFGH"),
        ("a[1:3]", "BC"),
        ("a[:2] + b + a[-2:]", "ABxyzGH"),
        ('"odd [name] +"[1:]', "q"),
        (" a [ 0 : 1 ]+b[1:2] ", "Ay"),
    ],
)
def test_cuts(tmp_path: Path, expression: str, expected: str) -> None:
    text = "a,b,odd [name] +,y\nABCDEFGH,xyz,pq,1\n"
    raw = read(tmp_path, ("t.csv", text, {}), format="csv", sequence=expression, label="y")
    assert raw.table["sequence"].tolist() == [expected]


@pytest.mark.parametrize("expression", ["", "a[1]", "a[1:", "a+", "+a", "a[-:2]", "a[1:2][3:4]", "a[1:2:3]"])
def test_what_is_no_cut(expression: str) -> None:
    assert parse_cut(expression) is None


def test_pairs_in_columns(tmp_path: Path) -> None:
    raw = read(
        tmp_path, ("t.csv", "g,m,y,c\nACG,CGT,1,h1\nGGG,CCC,0,h2\n", {}), format="csv",
        sequence_1="g", sequence_2="m[1:]", label="y", group="c",
    )  # fmt: skip
    assert rows(raw)[0] == {
        "id": "t.csv:2", "line": 2, "sequence_1": "ACG", "sequence_2": "GT", "label": "1", "group": "h1",
    }  # fmt: skip


@pytest.mark.parametrize("sequence_files", ["fasta", "table"])
def test_pairs_of_ids(tmp_path: Path, sequence_files: str) -> None:
    text = ">P1 x\nMK\n>P2\nMW\n" if sequence_files == "fasta" else "P1\tMK\nP2\tMW\n"
    raw = read(
        tmp_path, ("s", text, {}), ("p.tsv", "P1\tP2\t1.0\nP2\tP2\t0.0\n", {"role": "pairs"}), format="pairs",
        header=False, first=1, second=2, label=3, sequence_files=sequence_files,
    )  # fmt: skip
    assert rows(raw) == [
        {
            "id": "p.tsv:1",
            "line": 1,
            "id_1": "P1",
            "sequence_1": "MK",
            "id_2": "P2",
            "sequence_2": "MW",
            "label": "1.0",
        },
        {
            "id": "p.tsv:2",
            "line": 2,
            "id_1": "P2",
            "sequence_1": "MW",
            "id_2": "P2",
            "sequence_2": "MW",
            "label": "0.0",
        },
    ]


def test_pairs_of_two_kinds(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        ("drugs.tsv", "x\tCCO\n", {"role": "first"}),
        ("proteins.tsv", "x\tMK\n", {"role": "second"}),
        ("pairs.tsv", "drug\tprotein\tkd\nx\tx\t5\n", {"role": "pairs"}),
        format="pairs", first="drug", second="protein", label="kd", sequence_files="table",
    )  # fmt: skip
    assert raw.table[["sequence_1", "sequence_2", "label"]].to_numpy().tolist() == [["CCO", "MK", "5"]]


def test_residues(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        ("s.fa", ">a\nMKL\n>b\nWWW\nW\n>c\nMM\n", {}),
        ("l.fa", ">b SET=test\nHH\nCC\n>a SET=train\nEEC\n", {"role": "labels"}),
        ("m.fa", ">a\n011\n", {"role": "mask"}),
        format="residues", part=r"SET=(\S+)", unlabelled="drop",
    )  # fmt: skip
    assert rows(raw) == [
        {"id": "b", "sequence": "WWWW", "line": 3, "label": "HHCC", "mask": "1111", "part": "test"},
        {"id": "a", "sequence": "MKL", "line": 1, "label": "EEC", "mask": "011", "part": "pool"},
    ]
    assert raw.left_out[["id", "line"]].to_numpy().tolist() == [["c", 6]]


def test_residues_in_cells(tmp_path: Path) -> None:
    text = "input, h, v, m\nM K,H E,1.5 -2,1.0 0.0\nW,C,3,1\n"
    settings = {"format": "csv", "sequence": "input", "mask": "m", "residues": "blanks"}
    raw = read(tmp_path, ("t.csv", text, {}), label="h", **settings)
    assert raw.table[["sequence", "label", "mask"]].to_numpy().tolist() == [
        ["MK", "HE", "10"],
        ["W", "C", "1"],
    ]
    raw = read(tmp_path, ("t.csv", text, {}), label="v", **settings)
    assert raw.table["label"].tolist() == [["1.5", "-2"], "3"]
    raw = read(
        tmp_path, ("u.csv", "s,h\nMK,HE\n", {}), format="csv", sequence="s", label="h", residues="letters"
    )
    assert raw.table["label"].tolist() == ["HE"]


def test_residue_values(tmp_path: Path) -> None:
    raw = read(
        tmp_path,
        ("s.fa", ">10\nMK\n>x\nWA\n", {}),
        ("v.txt", "10:\t999, -1.5\n\n", {"role": "labels", "part": "pool"}),
        ("scores_x.txt", "W  7  0.25\nA 12 3\n", {"role": "rows", "part": "test"}),
        format="residue-values", file_id=r"scores_(.+)\.txt",
    )  # fmt: skip
    assert rows(raw) == [
        {"id": "10", "sequence": "MK", "line": 1, "label": ["999", "-1.5"], "part": "pool"},
        {"id": "x", "sequence": "WA", "line": 3, "label": ["0.25", "3"], "part": "test"},
    ]


def test_one_sequence_per_line(tmp_path: Path) -> None:
    raw = read(tmp_path, ("a.txt", " ACGT\r\n\r\nGG\r\n", {"class": "yes"}), format="lines")
    assert rows(raw) == [
        {"id": "a.txt:1", "sequence": "ACGT", "line": 1, "label": "yes"},
        {"id": "a.txt:3", "sequence": "GG", "line": 3, "label": "yes"},
    ]


def zipped(members: Mapping[str, str]) -> bytes:

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


PACKINGS = {"plain": bytes, "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("packing", [*PACKINGS, "zip"])
@pytest.mark.parametrize("form", ["fasta-header", "csv"])
def test_packings(tmp_path: Path, packing: str, form: str) -> None:
    text = ">a|1\nACGT\n" if form == "fasta-header" else "s,y\nACGT,1\n"
    settings: dict[str, Any] = (
        {"label": r"\|(.)"} if form == "fasta-header" else {"sequence": "s", "label": "y"}
    )
    if packing == "zip":
        entry: Entry = ("x.zip", zipped({"in/x": text, "in/y": "?"}), {"member": "in/x"})
    else:
        entry = ("x", PACKINGS[packing](text.encode()), {})
    raw = read(tmp_path, entry, format=form, **settings)
    assert raw.table[["sequence", "label"]].to_numpy().tolist() == [["ACGT", "1"]]
    assert raw.table["file"].tolist() == ["x.zip/in/x" if packing == "zip" else "x"]


def test_a_line_of_ten_million_letters_is_a_sequence(tmp_path: Path) -> None:
    letters = "ACGT" * 2_500_000
    raw = read(tmp_path, ("a.csv", f"s,y\n{letters},1\n", {}), format="csv", sequence="s", label="y")
    assert raw.table["sequence"].str.len().tolist() == [10_000_000]


MODELS = {
    form: model
    for model in get_args(get_args(AnyReading)[0])
    for form in get_args(model.model_fields["format"].annotation)
}


def test_every_format_of_the_config_has_a_reader() -> None:
    assert set(MODELS) == set(READERS)


def test_every_format_is_shown_with_an_example() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/data-formats.md").read_text()
    headings = "".join(line for line in page.splitlines() if line.startswith("## "))
    assert all(f"`{form}`" in headings for form in READERS)


def keywords(reader: Any) -> dict[str, Any]:
    function = reader.func if isinstance(reader, partial) else reader
    given = set(reader.keywords) if isinstance(reader, partial) else set()
    found = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and name not in given
    }
    if any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values()):
        defaults = Wanted()
        found |= {name: getattr(defaults, name) for name in Wanted.__dataclass_fields__}
    return found


@pytest.mark.parametrize("form", sorted(READERS))
def test_readers_take_the_keys_of_the_config(form: str) -> None:
    fields = {name: field for name, field in MODELS[form].model_fields.items() if name != "format"}
    own = keywords(READERS[form])
    assert set(own) == set(fields)
    for name, field in fields.items():
        if own[name] is inspect.Parameter.empty:
            assert field.is_required(), name
        elif not field.is_required():
            assert (
                dict(own[name]) == field.default
                if isinstance(own[name], Mapping)
                else own[name] == field.default
            )
