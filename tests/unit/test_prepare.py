"""From files to records: nothing vanishes, every id is its own, and wrong letters are told with their place."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqgraft.data.labels import binary_labels
from seqgraft.data.prepare import Prepared, prepare, summary_of
from seqgraft.errors import SeqgraftError

CLASSES = ["yes", "no"]
INSULIN = "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKT"


def prepared(folder: Path, yes: str, no: str, alphabet: str = "dna", **policies: str) -> Prepared:
    """Prepare a task of two files, named after their classes."""
    files = []
    for name, content in zip(CLASSES, (yes, no), strict=True):
        path = folder / f"{name}.fa"
        path.write_text(content, encoding="utf-8")
        files.append(path)
    return prepare(files, CLASSES, alphabet=alphabet, classes=CLASSES, **policies)


def refused(folder: Path, *contents: str, **options: str) -> SeqgraftError:
    with pytest.raises(SeqgraftError) as caught:
        prepared(folder, *contents, **options)
    return caught.value


def test_a_task_by_hand(tmp_path: Path) -> None:
    yes = ">a\nACGT\n>b\nacgt\n>c\nTTTT\n>d\nACNT\n"
    no = ">a2\nCCCC\n>e\nTTTT\n> \nGGGG\n>f\nAC\n"
    result = prepared(tmp_path, yes, no)
    assert result.records.to_dict("split")["data"] == [
        ["a", "ACGT", "yes", "yes.fa", 1],
        ["a2", "CCCC", "no", "no.fa", 1],
        ["no.fa:5", "GGGG", "no", "no.fa", 5],
        ["f", "AC", "no", "no.fa", 7],
    ]
    assert list(result.records.columns) == ["id", "sequence", "label", "file", "line"]
    assert str(result.records["line"].dtype) == "int64"
    assert result.rejects.to_dict("split")["data"] == [
        ["no.fa", 3, "e", "same sequence also labelled yes: all copies left out"],
        ["no.fa", 5, "", "id missing, renamed to no.fa:5"],
        ["yes.fa", 3, "b", "changed: lower case read as upper case: 4"],
        ["yes.fa", 3, "b", "duplicate of a"],
        ["yes.fa", 5, "c", "same sequence also labelled no: all copies left out"],
        ["yes.fa", 7, "d", "ambiguous letter N: left out"],
    ]
    assert list(result.rejects.columns) == ["file", "line", "id", "reason"]
    assert result.summary == {
        "files": [
            {"file": "yes.fa", "class": "yes", "read": 4, "accepted": 1},
            {"file": "no.fa", "class": "no", "read": 4, "accepted": 3},
        ],
        "rejected": {"conflicting labels": 2, "duplicate": 1, "ambiguous letter": 1},
        "renamed": 1,
        "changed": {"lower case read as upper case": 1},
        "length": {"min": 2, "median": 4.0, "max": 4},
        "classes": {
            "yes": {"sequences": 1, "letters": {"A": 0.25, "C": 0.25, "G": 0.25, "T": 0.25}, "gc": 0.5},
            "no": {"sequences": 3, "letters": {"A": 0.1, "C": 0.5, "G": 0.4, "T": 0.0}, "gc": 0.9},
        },
        "labels": {"type": "binary", "classes": ["yes", "no"], "counts": {"yes": 1, "no": 3}},
    }
    assert summary_of(result.summary) == (
        "8 sequences read, 4 accepted (2 conflicting labels, 1 duplicate, 1 ambiguous letter), 1 renamed, "
        "1 with lower case read as upper case"
    )


def test_nothing_to_reject(tmp_path: Path) -> None:
    result = prepared(tmp_path, ">a\nAC\n", ">b\nGT\n")
    assert result.rejects.empty
    assert list(result.rejects.columns) == ["file", "line", "id", "reason"]
    assert result.summary["rejected"] == {}
    assert summary_of(result.summary) == "2 sequences read, 2 accepted (none left out), 0 renamed"


def test_repeated_ids_are_all_renamed(tmp_path: Path) -> None:
    result = prepared(tmp_path, ">a\nAC\n>b\nCA\n", ">a\nGT\n")
    assert result.records["id"].tolist() == ["yes.fa:1", "b", "no.fa:1"]
    assert result.rejects["reason"].tolist() == [
        "id repeated, renamed to no.fa:1",
        "id repeated, renamed to yes.fa:1",
    ]


def test_a_header_that_equals_a_made_id(tmp_path: Path) -> None:
    # The second header is what the third, which has no id, will be called; the last is its own place.
    result = prepared(tmp_path, ">a\nAC\n>yes.fa:5\nCA\n>\nGG\n", ">no.fa:1\nGT\n")
    assert result.records["id"].tolist() == ["a", "yes.fa:3", "yes.fa:5", "no.fa:1"]
    assert result.rejects["reason"].tolist() == [
        "id in the form of another sequence's place, renamed to yes.fa:3",
        "id missing, renamed to yes.fa:5",
    ]


@pytest.mark.parametrize("name", ["NA", "nan", "null", "None", "N/A"])
def test_an_id_that_tables_lose_is_renamed(tmp_path: Path, name: str) -> None:
    result = prepared(tmp_path, f">{name} neuraminidase\nAC\n", ">b\nGT\n")
    assert result.records["id"].tolist() == ["yes.fa:1", "b"]
    assert result.rejects["reason"].tolist() == ["id read as a missing value, renamed to yes.fa:1"]


NAMES = st.sampled_from(["", "a", "b", "NA", "yes.fa:1", "yes.fa:3", "yes.fa:5", "no.fa:1", "no.fa:3"])
RECORDS = st.lists(st.tuples(NAMES, st.text(alphabet="ACGTN", min_size=1, max_size=3)), max_size=6)


@given(yes=RECORDS, no=RECORDS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_vanishes_and_ids_are_unique(
    tmp_path: Path, yes: list[tuple[str, str]], no: list[tuple[str, str]]
) -> None:
    # One sequence of each class that nothing can reject.
    given_ = {"yes": [("sure", "ACGTA"), *yes], "no": [("safe", "CCCCC"), *no]}
    texts = ["".join(f">{name}\n{sequence}\n" for name, sequence in given_[label]) for label in CLASSES]
    result = prepared(tmp_path, *texts)
    records, rejects = result.records, result.rejects
    assert records["id"].is_unique
    assert not records["id"].isin(["", "NA"]).any()
    assert records["sequence"].is_unique
    out = rejects[~rejects["reason"].str.contains("renamed to")]
    places = Counter(zip([*records["file"], *out["file"]], [*records["line"], *out["line"]], strict=True))
    all_places = [(f"{k}.fa", 2 * i + 1) for k, own in given_.items() for i in range(len(own))]
    assert places == Counter(all_places)  # each is accepted or rejected, and that once
    classes: dict[str, set[str]] = {}
    for label, own in given_.items():
        for _, sequence in own:
            classes.setdefault(sequence, set()).add(label)
    wanted = {s for s, labels in classes.items() if len(labels) == 1 and "N" not in s}
    assert set(records["sequence"]) == wanted
    assert all(classes[s] == {label} for s, label in zip(records["sequence"], records["label"], strict=True))


@pytest.mark.parametrize(
    ("alphabet", "sequence", "what", "remedy"),
    [
        (
            "dna", INSULIN,
            "'E' is not a letter of the dna alphabet; this looks like protein",
            "give the right file, or correct the task's `alphabet`",
        ),
        (
            "dna", "ACGUUGCA",
            "'U' is not a letter of the dna alphabet; this looks like rna",
            "give the right file, or correct the task's `alphabet`",
        ),
        (
            "rna", "ACGTTGCA",
            "'T' is not a letter of the rna alphabet; this looks like dna",
            "give the right file, or correct the task's `alphabet`",
        ),
        (
            "dna", "AC-GT",
            "'-' is not a letter of the dna alphabet",
            "set the task's `gaps` to remove or drop, or take the gaps out: sequences are read one by one, not aligned",
        ),
        (
            "protein", f"{INSULIN}*",
            "'*' is not a letter of the protein alphabet",
            "set the task's `stops` to remove (at the end) or drop, or take the stop signs out, which are not amino "
            "acids",
        ),
        (
            # The upper case of ß is SS, two letters of an amino acid.
            "protein", f"{INSULIN}\u00df",
            "'\u00df' is not a letter of the protein alphabet",
            "give the right file, or correct the task's `alphabet`",
        ),
    ],
)  # fmt: skip
def test_a_foreign_letter(tmp_path: Path, alphabet: str, sequence: str, what: str, remedy: str) -> None:
    error = refused(tmp_path, ">a\nGC\nGC\n" + f">b\n{sequence}\n", ">c\nCC\n", alphabet=alphabet)
    assert (error.what, error.where, error.remedy) == (
        what, f"{tmp_path / 'yes.fa'}, record at line 4", remedy,
    )  # fmt: skip


@pytest.mark.parametrize(("letters", "name"), [("ACGTN", "dna"), ("ACGUN", "rna")])
def test_nucleotides_given_as_protein(tmp_path: Path, letters: str, name: str) -> None:
    text = "".join(f">s{i}\n{letters * 5}\n" for i in range(5))
    error = refused(tmp_path, f">p\n{INSULIN}\n", text, alphabet="protein", ambiguous="unknown")
    assert (
        error.what == f"nearly all letters of the file are nucleotides; this looks like {name}, not protein"
    )
    assert error.where == str(tmp_path / "no.fa")


def test_a_short_peptide_may_look_like_dna(tmp_path: Path) -> None:
    result = prepared(tmp_path, ">a\nGATTACA\n", ">b\nMKV\n", alphabet="protein")
    assert result.records["sequence"].tolist() == ["GATTACA", "MKV"]


def test_proteins_whose_letters_are_all_codes_of_dna(tmp_path: Path) -> None:
    error = refused(tmp_path, ">a\nMKRNDHKSTWY\n>b\nVRGKACDM\n", ">c\nACGT\n")
    assert error.what == (
        "no sequence of class 'yes' is left after checking (2 ambiguous letter); this looks like protein"
    )
    assert error.where == str(tmp_path / "yes.fa")
    assert error.remedy == (
        "give the right file, or change the task's `alphabet`, `ambiguous` or `conflicts`"
    )


def test_ambiguity_codes_as_an_error(tmp_path: Path) -> None:
    dna = ">a\nACGT\n>b\nACGTACGTACGTACGTNACGT\n"
    error = refused(tmp_path, dna, ">c\nGT\n", ambiguous="error")
    assert error.what == "'N' is an ambiguity code of the dna alphabet"  # and no word of protein
    assert error.where == f"{tmp_path / 'yes.fa'}, record at line 3"
    assert error.remedy == "set the task's `ambiguous` to drop or unknown, or clean the file"
    error = refused(tmp_path, ">a\nMKRNDHKSTWY\n", ">c\nGT\n", ambiguous="error")
    assert error.what == "'D' is an ambiguity code of the dna alphabet; this looks like protein"


def test_ambiguity_codes_kept_as_unknown(tmp_path: Path) -> None:
    result = prepared(tmp_path, ">a\nACNT\n", ">b\nGT\n", ambiguous="unknown")
    assert result.records["sequence"].tolist() == ["ACNT", "GT"]
    assert result.rejects.empty
    assert result.summary["classes"]["yes"]["letters"] == {"A": 0.25, "C": 0.25, "G": 0.0, "T": 0.25}


def test_a_foreign_letter_is_an_error_under_every_policy(tmp_path: Path) -> None:
    for policy in ("drop", "error", "unknown"):
        error = refused(tmp_path, ">a\nACGTACGTACGTACGTNJ\n", ">b\nGT\n", ambiguous=policy)
        assert error.what == "'J' is not a letter of the dna alphabet"


def test_conflicting_labels_as_an_error(tmp_path: Path) -> None:
    error = refused(tmp_path, ">a\nAC\n>b\nCA\n", ">c\nGT\n>d\nCA\n", conflicts="error")
    assert error.what == "the sequence of 'b' is labelled yes here and no elsewhere"
    assert error.where == f"{tmp_path / 'yes.fa'}, record at line 3"
    assert error.remedy == "remove the wrong copy, or set the task's `conflicts` to drop"


def test_a_class_of_conflicts_only(tmp_path: Path) -> None:
    error = refused(tmp_path, ">a\nAC\n>\nAC\n", ">c\nGT\n>d\nAC\n")
    assert error.what == "no sequence of class 'yes' is left after checking (2 conflicting labels)"


def test_two_files_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    files = [tmp_path / "a.fa", tmp_path / "other/a.fa"]
    for path in files:
        path.write_text(">a\nAC\n")
    with pytest.raises(SeqgraftError, match=r"two files of the task are called 'a\.fa'"):
        prepare(files, CLASSES, alphabet="dna", classes=CLASSES)


def test_several_files_of_a_class_keep_the_configs_order(tmp_path: Path) -> None:
    files = []
    for name, sequence in [("z", "AC"), ("y", "GT"), ("x", "TT")]:
        files.append(tmp_path / f"{name}.fa")
        files[-1].write_text(f">{name}\n{sequence}\n")
    result = prepare(files, ["no", "yes", "no"], alphabet="dna", classes=CLASSES)
    assert result.records["id"].tolist() == ["z", "y", "x"]
    assert result.records["label"].tolist() == ["no", "yes", "no"]


def test_labels_as_numbers() -> None:
    labels = binary_labels(["no", "yes", "no"], CLASSES)
    assert labels.tolist() == [0, 1, 0]
    assert str(labels.dtype) == "int8"
    assert binary_labels(["no", "yes", "no"], ["no", "yes"]).tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="no class of the task: maybe"):
        binary_labels(["yes", "maybe"], CLASSES)


def test_with_both_strands_a_reverse_complement_is_the_same_sequence(tmp_path: Path) -> None:
    yes, no = ">a\nAACG\n>b\nCGTT\n>c\nGGGA\n", ">d\nTCCC\n>e\nAAAA\n"
    single = prepared(tmp_path, yes, no)
    assert list(single.records["id"]) == ["a", "b", "c", "d", "e"]
    both = prepared(tmp_path, yes, no, strand="both")
    assert list(both.records["id"]) == ["a", "e"]  # b is a's other strand, and c and d contradict each other
    assert both.summary["rejected"] == {"duplicate": 1, "conflicting labels": 2}
