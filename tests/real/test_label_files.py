"""Labels of published files, typed: bit masks, missing positions and masks count as their authors say."""

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from seqgraft.data.clean import Cleaning
from seqgraft.data.label_texts import Labels
from seqgraft.data.label_types import describe_labels, type_labels
from seqgraft.smiles import Smiles

SECONDARY = {"type": "residue-classes", "classes": ["H", "E", "C"]}


@pytest.fixture(scope="module")
def mirror() -> Path:
    folder = os.environ.get("SEQGRAFT_MIRROR")
    if not folder:
        pytest.skip("SEQGRAFT_MIRROR is not set: real data not tested")
    return Path(folder)


def only(mirror: Path, pattern: str) -> Path:
    found = sorted(mirror.rglob(pattern))
    if not found:
        pytest.skip(f"{pattern} is not in the mirror")
    return found[0]


def fasta(text: str) -> dict[str, str]:
    """Read a FASTA file in the simplest way, as the reference of the readers does."""
    records = (record.split("\n", 1) for record in text.lstrip(">").split("\n>"))
    return {head.split()[0]: "".join(body.split()) for head, body in records}


def typed(task: dict[str, Any], **columns: Any) -> tuple[pd.DataFrame, Labels]:
    how = Cleaning.of({"alphabet": "protein", **task}).labels
    table = pd.DataFrame({**columns, "file": "f", "path": "f", "line": 1})
    return type_labels(table, how)[0], how


def test_binding_residues_as_bit_masks(mirror: Path) -> None:
    archive = zipfile.ZipFile(only(mirror, "bind/splits.zip"))
    names = {Path(name).name: name for name in archive.namelist() if not Path(name).name.startswith(".")}
    sequences = fasta(archive.read(names["sequences.fasta"]).decode())
    labels = fasta(archive.read(names["from_publication.fasta"]).decode())
    task = {"type": "residue-multilabel", "classes": ["metal", "nucleic", "small"]}
    table, how = typed(
        task, id=list(labels), sequence=[sequences[i] for i in labels], label=list(labels.values())
    )
    said = describe_labels(table, how)
    text = "".join(labels.values())
    assert len(table) == 954 + 106 + 300
    assert said["residues"] == len(text)
    assert said["missing"] == 0
    assert said["none"] == text.count("0")
    assert 0.905 < said["none"] / said["residues"] < 0.915  # 91 %
    # 5 is small and metal, 7 all three.
    for name, codes in {"metal": "1357", "nucleic": "2367", "small": "4567"}.items():
        assert said["counts"][name] == sum(text.count(code) for code in codes)


def test_unresolved_residues_of_secondary_structure(mirror: Path) -> None:
    archive = zipfile.ZipFile(only(mirror, "secondary_structure/splits.zip"))
    names = {Path(name).name: name for name in archive.namelist() if not Path(name).name.startswith(".")}
    tables = {
        part: fasta(archive.read(names[f"{part}.fasta"]).decode())
        for part in ("sequences", "sampled", "mask")
    }
    ids = list(tables["sampled"])
    table, how = typed(
        SECONDARY,
        id=ids,
        sequence=[tables["sequences"][i] for i in ids],
        label=[tables["sampled"][i] for i in ids],
        mask=[tables["mask"][i] for i in ids],
    )
    said = describe_labels(table, how)
    assert said["residues"] == 1_211_931 + 1_030_200 + 602_963
    assert said["missing"] == 186_876
    assert sum(said["counts"].values()) == said["residues"] - said["missing"]


def test_disorder_scores_of_which_999_are_missing(mirror: Path) -> None:
    lines = only(mirror, "CheZOD1174*scores*.txt").read_text().splitlines()
    rows = [line.split(":", 1) for line in lines if ":" in line]
    labels = [[value.strip() for value in values.split(",")] for _, values in rows]
    task = {"type": "residue-values", "labels": {"missing": "keep", "missing_values": ["999"]}}
    table, how = typed(
        task, id=[name for name, _ in rows], sequence=["A" * len(v) for v in labels], label=labels
    )
    said = describe_labels(table, how)
    assert len(table) == 1174
    assert (said["residues"], said["missing"]) == (139_441, 6_896)
    assert (said["min"], said["max"]) == pytest.approx((-5.6, 16.2), abs=0.06)
    every = np.concatenate([*table["label"]])
    assert np.nanmean(every < 8) == pytest.approx(0.275, abs=0.02)


def test_the_mask_of_cb513(mirror: Path) -> None:
    with only(mirror, "CB513_HHblits.csv").open(newline="") as handle:
        rows = list(csv.DictReader(io.StringIO(handle.read()), skipinitialspace=True))
    masks = [["1" if float(v) else "0" for v in row["cb513_mask"].split()] for row in rows]
    table, how = typed(
        SECONDARY,
        id=[str(i) for i in range(len(rows))],
        sequence=["".join(row["input"].split()) for row in rows],
        label=[row["dssp3"].split() for row in rows],
        mask=masks,
    )
    said = describe_labels(table, how)
    letters = table["sequence"].str.len().sum()
    assert (len(rows), sum(len(mask) for mask in masks)) == (511, 144_011)
    assert (
        len(table) == len(rows) - sum("1" not in mask for mask in masks) == 509
    )  # it hides two chains altogether
    assert (said["residues"], said["residues"] - said["missing"]) == (letters, 83_991)


@pytest.mark.parametrize(("name", "molecules"), [("davis", 68), ("kiba", 2111)])
def test_the_vocabulary_holds_the_drugs_of_two_sets(mirror: Path, name: str, molecules: int) -> None:
    drugs = json.loads(only(mirror, f"data/{name}/ligands_iso.txt").read_text())
    smiles = Smiles()
    assert len(drugs) == molecules
    assert not set().union(*map(smiles.odd, drugs.values()))
