"""Overlapping windows among B. subtilis' published backgrounds, in the random split and in the grouped one."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from Bio import SeqIO

from seqgraft.alphabets import ALPHABETS
from seqgraft.config.load import read_study
from seqgraft.data.overlap import overlaps
from seqgraft.data.split import split
from seqgraft.data.splitting.groups import find_groups

ROOT = Path(__file__).resolve().parents[2]


def test_backgrounds_overlap_in_a_random_split_and_not_in_the_grouped_one() -> None:
    mirror = os.environ.get("SEQGRAFT_MIRROR")
    if not mirror:
        pytest.skip("SEQGRAFT_MIRROR is not set: real data not tested")
    path = ROOT / "config/bacteria.yaml"
    study = read_study(yaml.safe_load(path.read_text()), [str(path)])
    task = study.tasks["bsubtilis"]
    assert study.tasks["bsubtilis-random"].files == task.files
    rows = [
        (f"{entry.class_}{i}", str(record.seq).upper(), entry.class_)
        for entry in task.files
        for i, record in enumerate(SeqIO.parse(Path(mirror) / entry.url.split("//")[1], "fasta"))
    ]
    records = pd.DataFrame(rows, columns=["id", "sequence", "label"])
    settings = task.split.model_dump()
    groups = find_groups(records, settings, alphabet="dna", strand="single", task="bsubtilis")
    sequences = records["sequence"].tolist()
    left, right, _ = overlaps(sequences, sequences, ALPHABETS["dna"], letters=40, identity=0.85)

    def sharing(name: str) -> dict[str, float]:
        """Return the share of each class's test sequences that overlap one of the pool of the same class."""
        own = study.tasks[name].split.model_dump()
        table = split(
            records["id"], records["label"], classes=task.classes, settings=own, replicates=1, numbers=[], folds=5,
            seed_words=("bacteria", name, own["seed"]), task=name,
            groups=groups["group"] if own["method"] == "overlap" else None,
        )  # fmt: skip
        test = records["id"].isin(table.loc[table["part"] == "test", "id"]).to_numpy()
        assert abs(test.mean() - 0.3) < 0.005
        found = {}
        for label in task.classes:
            of_class = (records["label"] == label).to_numpy()
            assert abs(test[of_class].mean() - 0.3) < 0.01
            across = test[left] & ~test[right] & of_class[left] & of_class[right]
            found[label] = len(np.unique(left[across])) / (test & of_class).sum()
        return found

    published = sharing("bsubtilis-random")
    assert 0.6 < published["background"] < 0.76  # .69 with a standard deviation of .04 over random draws
    assert 0.02 < published["promoter"] < 0.11
    assert sharing("bsubtilis") == {"promoter": 0, "background": 0}
