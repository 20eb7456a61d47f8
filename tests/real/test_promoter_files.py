"""The four published files of config/bacteria.yaml, read as the study reads them."""

import os
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
import yaml
from Bio import SeqIO

from seqgraft.config.load import read_study
from seqgraft.data.download import fetch
from seqgraft.data.leakage import find_leaks
from seqgraft.data.parts import parts_of
from seqgraft.data.prepare import Prepared, prepare
from seqgraft.data.split import split
from seqgraft.errors import SeqgraftError
from seqgraft.files import sha256_of

ROOT = Path(__file__).resolve().parents[2]
COUNTS = {"ecoli": {"promoter": 839, "background": 3000}, "bsubtilis": {"promoter": 373, "background": 1000}}
# Ids that occur more than once in a file: genes with several promoters, all of whose ids are renamed.
RENAMED = {"ecoli": 0, "bsubtilis": 51}


class Real(NamedTuple):
    """A task of the study with its files and what they turned into."""

    entries: list[dict]
    files: list[Path]
    prepared: Prepared


@pytest.fixture(scope="module")
def mirror() -> Path:
    named = os.environ.get("SEQGRAFT_MIRROR")
    if not named:
        pytest.skip("SEQGRAFT_MIRROR is not set: real data not tested")
    return Path(named)


@pytest.fixture(scope="module")
def tasks(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Real]:
    path = ROOT / "config/bacteria.yaml"
    study = read_study(yaml.safe_load(path.read_text()), [str(path)])
    folder = tmp_path_factory.mktemp("raw")
    found = {}
    for name in COUNTS:  # each file once: a further task has the same files
        task = study.tasks[name]
        entries = [entry.model_dump(by_alias=True, exclude_none=True) for entry in task.files]
        files = [folder / name / entry.name for entry in task.files]
        for entry, file in zip(entries, files, strict=True):
            fetch(entry, file, mirror=mirror, cache=None, log=_Silent(), pauses=())
        labels = [entry["class"] for entry in entries]
        result = prepare(
            files, labels, alphabet=task.alphabet, classes=task.classes, conflicts=task.conflicts
        )
        found[name] = Real(entries, files, result)
    return found


class _Silent:
    """A log that nobody reads."""

    def info(self, *_: object) -> None:
        """Keep quiet."""


@pytest.mark.parametrize("name", list(COUNTS))
def test_bytes_are_those_of_the_config(tasks: dict[str, Real], name: str) -> None:
    for entry, file in zip(tasks[name].entries, tasks[name].files, strict=True):
        assert sha256_of(file) == entry["sha256"]


def test_another_checksum_is_refused(tasks: dict[str, Real], mirror: Path, tmp_path: Path) -> None:
    entry = tasks["ecoli"].entries[0] | {"sha256": tasks["ecoli"].entries[1]["sha256"]}
    with pytest.raises(SeqgraftError, match=f"expected sha256 {entry['sha256']}, found "):
        fetch(entry, tmp_path / "a.fa", mirror=mirror, cache=None, log=_Silent(), pauses=())
    assert not (tmp_path / "a.fa").exists()


@pytest.mark.parametrize("name", list(COUNTS))
def test_every_sequence_is_read_and_accepted(tasks: dict[str, Real], name: str) -> None:
    records, rejects, summary = tasks[name].prepared
    assert {f["class"]: f["read"] for f in summary["files"]} == COUNTS[name]
    assert {f["class"]: f["accepted"] for f in summary["files"]} == COUNTS[name]
    assert records["label"].value_counts().to_dict() == COUNTS[name]
    assert summary["rejected"] == {}  # no duplicate, no conflict, no ambiguity code in these four files
    assert summary["renamed"] == len(rejects) == RENAMED[name]
    assert records["id"].is_unique
    assert (records["id"] != "").all()
    assert summary["length"] == {"min": 81, "median": 81.0, "max": 81}
    assert set("".join(records["sequence"])) == set("ACGT")


@pytest.mark.parametrize("name", list(COUNTS))
def test_sequences_and_ids_are_biopythons(tasks: dict[str, Real], name: str) -> None:
    reference = [record for file in tasks[name].files for record in SeqIO.parse(file, "fasta")]
    records = tasks[name].prepared.records
    assert records["sequence"].tolist() == [str(record.seq).upper() for record in reference]
    ids = pd.Series([record.id for record in reference])
    once = ~ids.duplicated(keep=False)
    assert records.loc[once, "id"].tolist() == ids[once].tolist()
    assert (~once).sum() == RENAMED[name]
    assert records.loc[~once, "id"].str.fullmatch(r"Bacillus_prom\.fa:\d+").all()


def test_gc_content_tells_the_species_apart(tasks: dict[str, Real]) -> None:
    # Counted with awk in the published files: (C + G) / letters.
    gc = {
        name: {c: row["gc"] for c, row in task.prepared.summary["classes"].items()}
        for name, task in tasks.items()
    }
    assert gc == {
        "ecoli": {"promoter": 0.4065, "background": 0.5328},
        "bsubtilis": {"promoter": 0.3043, "background": 0.4249},
    }


def test_no_sequence_is_in_both_species(tasks: dict[str, Real]) -> None:
    parts = {}
    for name, task in tasks.items():
        records = task.prepared.records
        splits = split(
            records["id"], records["label"], classes=["promoter", "background"],
            settings={"method": "stratified", "test": 0.3},
            seed_words=("bacteria", name, 1), replicates=1, numbers=[], folds=5, task=name,
        )  # fmt: skip
        parts[name] = parts_of(name, records, splits)
    strands = dict.fromkeys(parts, "single")
    found = find_leaks(parts["ecoli"], [parts["bsubtilis"]], alphabet="dna", strands=strands)
    assert found.leakage["sequences"].tolist() == [0] * 6  # three lines, equal and contained
    assert found.excluded.empty
    # The check can find something: the source's own sequences put into the target.
    planted = parts["bsubtilis"]._replace(test=parts["ecoli"].pool.head(7))
    found = find_leaks(parts["ecoli"], [planted], alphabet="dna", strands=strands)
    assert found.leakage["sequences"].tolist() == [0, 0, 7, 0, 0, 0]
