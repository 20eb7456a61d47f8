"""The task files of config/tasks/ on the published files: counts, classes and lengths, and each set's trap.

The numbers were counted in the files beforehand, with other programs.
"""

import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pandas as pd
import pytest
import yaml
from pydantic import TypeAdapter

from seqgraft.config.reading import AnyReading
from seqgraft.config.tasks import FileEntry, Task
from seqgraft.data.clean import Cleaning, clean
from seqgraft.data.readers.base import Raw
from seqgraft.data.readers.registry import read_task

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "config/tasks").glob("*.yaml"))
TASKS: dict[str, dict[str, Any]] = {
    name: task for file in FILES for name, task in yaml.safe_load(file.read_text())["tasks"].items()
}


class Counted(NamedTuple):
    """What is known of a task: examples (of pool and test where predefined), labels, and shortest and longest."""

    examples: int | tuple[int, int]
    lengths: int | tuple[int, int]
    labels: dict[str, int] | None = None


def both(count: int) -> dict[str, int]:
    return {"1": count, "0": count}


KNOWN = {
    "cnnprom-arabidopsis-tata": Counted(4376, 251, {"promoter": 1497, "background": 2879}),
    "cnnprom-arabidopsis-non-tata": Counted(17364, 251, {"promoter": 5905, "background": 11459}),
    "cnnprom-mouse-tata": Counted(4785, 251, {"promoter": 1255, "background": 3530}),
    "cnnprom-mouse-tata-dbtss": Counted(4884, 251, {"promoter": 1354, "background": 3530}),
    "cnnprom-ecoli": Counted(3839, 81, {"promoter": 839, "background": 3000}),
    "cnnprom-bsubtilis": Counted(1373, 81, {"promoter": 373, "background": 1000}),
    **{
        f"m6a-{name}": Counted((pool, test), 41, {"+": (pool + test) // 2, "-": (pool + test) // 2})
        for name, pool, test in (
            ("human-brain", 9210, 9208),
            ("human-kidney", 9148, 9146),
            ("human-liver", 5268, 5268),
            ("mouse-brain", 16050, 16050),
            ("mouse-heart", 4402, 4400),
            ("mouse-kidney", 7906, 7904),
        )
    },
    **{
        f"crispr-{name}": Counted(count, 30)
        for name, count in (
            ("crispron", 11595),
            ("leenay", 1555),
            ("hart2016-helalib1avg", 4256),
            ("hart2016-hct1162lib1avg", 4239),
            ("hart2016-rpe1avg", 4214),
            ("hart2016-helalib2avg", 3845),
            ("doench2016-hg19", 2333),
            ("doench2016plx-hg19", 2333),
            ("xu2015trainhl60", 2076),
            ("xu2015trainkbm7", 2076),
            ("chari2015traink562", 1239),
            ("chari2015train293t", 1234),
            ("morenomateos2015", 1020),
            ("doench2014-hs", 881),
            ("liu2016-mm9", 205),
            ("shkumatavaothers", 84),
            ("gandhi2016-ci2", 72),
            ("schoenighs", 3),
        )
    },
    "crispr-kim": Counted(13374, 21),
    "sirbench": Counted((2776, 275), 19),
    "sirbench-hela": Counted(896, 19),
    "sirbench-h1299": Counted((2133, 228), 19),
    "sirbench-hek293": Counted((176, 14), 19),
    "sirbench-hep3b": Counted((300, 22), 19),
    "sirbench-pairs": Counted((2776, 275), 19),
    **{
        f"gb1-{name}": Counted((pool, test), 265)
        for name, pool, test in (
            ("one-vs-rest", 28, 8705),
            ("two-vs-rest", 424, 8309),
            ("three-vs-rest", 2990, 5743),
            ("low-vs-high", 5089, 3644),
            ("sampled", 6988, 1745),
        )
    },
    "flip-secondary-structure": Counted(
        (9712 + 1080, 364), (20, 1632), {"C": 1_211_931, "H": 1_030_200, "E": 602_963}
    ),
    "flip-conservation": Counted((9392 + 555, 519), (40, 2191)),
    "flip-bind-from-publication": Counted((954 + 106, 300), (31, 813)),
    "cb513": Counted(511, (20, 874)),
    "cb513-eight": Counted(511, (20, 874)),
    "chezod": Counted((1174, 117), (39, 615)),
    "amp": Counted((6676, 1670), (2, 183), {"antimicrobial": 4173, "other": 4173}),
    "acp740": Counted(740, (11, 97), {"1": 376, "0": 364}),
    "acp240": Counted(240, (11, 207), {"1": 129, "0": 111}),
    "ppi-yeast": Counted(11188, (55, 4910), both(5594)),
    "ppi-ecoli": Counted(22000, (50, 799), {"1.0": 2000, "0.0": 20000}),
    "enhancers": Counted((2968, 400), 200, {"enhancer": 1684, "background": 1684}),
}
# Positives of the pool, which are as many as the negatives; the test part is as large, or one less of each class.
METHYLATION = {
    "4mc-cequisetifolia": 183,
    "4mc-scerevisiae": 990,
    "4mc-tolypocladium": 7664,
    "5hmc-hsapiens": 1172,
    "6ma-athaliana": 15937,
    "6ma-celegans": 3981,
    "6ma-dmelanogaster": 5596,
    "6ma-fvesca": 1551,
    "6ma-hsapiens": 9168,
    "6ma-rchinensis": 300,
    "6ma-scerevisiae": 1893,
    "6ma-tolypocladium": 1690,
}


@pytest.fixture(scope="module")
def mirror() -> Path:
    named = os.environ.get("SEQGRAFT_MIRROR")
    if not named:
        pytest.skip("SEQGRAFT_MIRROR is not set: real data not tested")
    return Path(named)


@cache
def read(name: str, mirror: Path) -> Raw:
    """Read a task as `prepare` does, straight from the mirror."""
    task = TASKS[name]
    entries = [FileEntry.model_validate(entry) for entry in task["files"]]
    reading = TypeAdapter(AnyReading).validate_python(task.get("read", {"format": "fasta"}))
    reading.check([(entry.name, entry) for entry in entries])
    paths = [mirror / urlsplit(str(e.url)).netloc / urlsplit(str(e.url)).path.lstrip("/") for e in entries]
    contents = [entry.model_dump(by_alias=True, exclude_none=True) for entry in entries]
    settings = reading.model_dump(mode="json", by_alias=True, exclude_none=True)
    return read_task(paths, contents, settings, lambda note: None)


def counts_of(table: pd.DataFrame) -> int | tuple[int, int]:
    if "part" not in table:
        return len(table)
    parts = table["part"].value_counts().to_dict()
    assert set(parts) == {"pool", "test"}
    return parts["pool"], parts["test"]


def lengths_of(table: pd.DataFrame) -> tuple[int, int]:
    columns = [column for column in table if column.startswith("sequence")]
    lengths = pd.concat([table[column].str.len() for column in columns[:2]])
    return int(lengths.min()), int(lengths.max())


@pytest.mark.parametrize("name", KNOWN)
def test_counts_classes_and_lengths(name: str, mirror: Path) -> None:
    table, known = read(name, mirror).table, KNOWN[name]
    assert counts_of(table) == known.examples
    shortest, longest = known.lengths if isinstance(known.lengths, tuple) else (known.lengths,) * 2
    own = table.drop(columns="sequence_2") if name == "sirbench-pairs" else table
    found = lengths_of(own)
    assert found == (shortest, longest)
    if known.labels is not None:
        per_residue = name == "flip-secondary-structure"
        assert Counter("".join(table["label"]) if per_residue else table["label"]) == known.labels


@pytest.mark.parametrize("name", METHYLATION)
def test_methylation(name: str, mirror: Path) -> None:
    table = read(name, mirror).table
    pool, test = table[table["part"] == "pool"], table[table["part"] == "test"]
    assert pool["label"].value_counts().to_dict() == both(METHYLATION[name])
    assert test["label"].value_counts().to_dict() in (both(METHYLATION[name]), both(METHYLATION[name] - 1))
    assert set(table["sequence"].str.len()) == {41}
    centre = {"4mc": "C", "5hm": "C", "6ma": "A"}[name[:3]]
    assert set(table["sequence"].str[20]) <= {centre}


def test_every_set_is_tested() -> None:
    left = set(TASKS) - set(KNOWN) - set(METHYLATION)
    assert all(name.startswith(("crispr-", "flip-bind-")) for name in left), left


@pytest.mark.parametrize(
    "name", [name for name in TASKS if name.startswith("crispr-") and name != "crispr-kim"]
)
def test_guides_stand_in_their_frame(name: str, mirror: Path) -> None:
    table = read(name, mirror).table
    assert set(table["sequence"].str[25:27]) == {"GG"}  # the PAM behind 4 + 20 + 1 letters
    assert all(pd.to_numeric(table["label"]).notna())
    assert name in KNOWN or len(table) < 100  # the sets that DATASETS names by size alone


def test_residues_and_their_labels_go_together(mirror: Path) -> None:
    table = read("flip-secondary-structure", mirror).table
    hidden = sum(mask.count("0") for mask in table["mask"])
    assert hidden == 186_876
    assert len(read("flip-conservation", mirror).left_out) == 10_507 - 10_466
    assert set("".join(read("flip-conservation", mirror).table["label"])) == set("123456789")
    digits = Counter("".join(read("flip-bind-from-publication", mirror).table["label"]))
    assert set(digits) <= set("01234567")
    assert 0.9 < digits["0"] / digits.total() < 0.92
    cb513 = read("cb513", mirror).table
    assert sum(mask.count("1") for mask in cb513["mask"]) == 83_991
    assert sum(map(len, cb513["mask"])) == 144_011
    assert len(cb513) - cb513["sequence"].nunique() == 79
    chezod = read("chezod", mirror).table
    values = [value for own in chezod["label"][chezod["part"] == "pool"] for value in own]
    assert (len(values), values.count("999")) == (139_441, 6_896)
    assert "hmbdi" in set(chezod["id"])


@pytest.mark.parametrize("name", ["cb513", "cb513-eight"])
def test_domains_of_one_chain_are_put_together(name: str, mirror: Path) -> None:
    task = Task.model_validate(TASKS[name])
    records, listed = clean(read(name, mirror).table, Cleaning.of(task.cleaning))
    assert len(records) == 511 - 79 - 2
    assert sum(int((labels >= 0).sum()) for labels in records["label"]) == 83_991
    assert listed["kind"].value_counts()["labels of residues merged"] == 60


def test_leaks_that_are_known(mirror: Path) -> None:
    enhancers = read("enhancers", mirror).table
    positive = enhancers[enhancers["label"] == "enhancer"]
    test = positive[positive["part"] == "test"]["sequence"]
    assert test.isin(positive[positive["part"] == "pool"]["sequence"]).sum() == 100
    amp = read("amp", mirror).table
    positives = set(amp["sequence"][(amp["label"] == "antimicrobial") & (amp["part"] == "pool")])
    assert read("acp740", mirror).table["sequence"].isin(positives).sum() == 335
    assert read("acp240", mirror).table["sequence"].isin(positives).sum() == 158
    pairs = read("ppi-ecoli", mirror).table
    repeats = pairs[pairs.duplicated(["id_1", "id_2"])]
    assert len(repeats) == 3761
    assert set(repeats["label"]) == {"0.0"}
    yeast = read("ppi-yeast", mirror).table
    assert yeast.duplicated(["id_1", "id_2"]).sum() == 24
    assert len({*yeast["id_1"], *yeast["id_2"]}) == 2497
