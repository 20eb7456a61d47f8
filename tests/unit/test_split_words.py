"""What the report says of a split."""

import pandas as pd
import pytest

from seqgraft.config.splitting import GROUPED
from seqgraft.data.splitting.parts import DRAWS
from seqgraft.report.split_words import METHODS, how_split

COUNTS = pd.DataFrame(
    [("test", "site", 29), ("test", "rest", 62), ("pool", "site", 71), ("pool", "rest", 138)],
    columns=["part", "label", "sequences"],
)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"method": "stratified", "test": 0.3}, "30 % of each class became the test part."),
        (
            {"method": "overlap", "test": 0.3, "shared": 40, "identity": 0.85},
            "The test part holds whole groups of sequences that share 40 letters or more, at least 85 % of them "
            "identical, at any shift. It has 29.0 % of site and 31.0 % of rest; 30 % was asked for.",
        ),
        (
            {"method": "edit-distance", "test": 0.25, "folds": 4, "fold": 2, "distance": 4},
            "The test part (fold 2 of 4) holds whole groups of sequences that 4 edits or fewer turn into each other. "
            "It has 29.0 % of site and 31.0 % of rest; 25 % was asked for.",
        ),
        (
            {"method": "predefined"},
            "The test part is the published one. It has 29.0 % of site and 31.0 % of rest.",
        ),
        (
            {"method": "chromosome", "test": 0.3, "chromosomes": ["chr8", "chr9"]},
            "The test part is chr8 and chr9. It has 29.0 % of site and 31.0 % of rest.",
        ),
    ],
)
def test_how_a_test_part_came_about(own: dict, words: str) -> None:
    assert how_split(own, COUNTS).replace("\u202f", " ").replace("\u00a0", " ") == words


def test_every_method_has_words() -> None:
    assert set(METHODS) == set(DRAWS)
    assert set(GROUPED) <= set(METHODS)
