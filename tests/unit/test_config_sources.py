from pathlib import Path

import pytest
import yaml

from seqgraft.config.load import read_study
from seqgraft.errors import SeqgraftError
from seqgraft.learn.names import ESTIMATE_NAMES
from seqgraft.simulate.promoters import generate

ROOT = Path(__file__).resolve().parents[2]


def config(name: str) -> dict:
    return yaml.safe_load((ROOT / name).read_text())


def test_only_targets_with_several_sources_have_rivals():
    assert read_study(config("tests/config/tiny.yaml")).rivals == []
    study = read_study(config("config/sources.yaml"))
    assert [transfer.source for transfer in study.rivals] == ["good", "weak", "useless", "misleading"]
    assert tuple(study.estimates) == ESTIMATE_NAMES
    assert read_study(config("config/sources.yaml") | {"estimates": []}).rivals == []


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (["logmee"], "estimates: 'logmee' is not known; did you mean 'logme'?"),
        (["leep", "leep"], "estimates: 'leep' is listed twice"),
    ],
)
def test_estimates_are_checked(value, sentence):
    with pytest.raises(SeqgraftError) as caught:
        read_study(config("config/sources.yaml") | {"estimates": value})
    assert sentence in str(caught.value)


def test_reversed_classes_change_places_and_nothing_else():
    counts, classes = {"promoter": 20, "background": 20}, ["promoter", "background"]
    kinds = {
        turned: {
            name: {record[0].split()[1] for record in records}
            for name, records in generate("ecoli", counts, classes, 1, reversed=turned).items()
        }
        for turned in (False, True)
    }
    assert kinds[False]["promoter"] == kinds[True]["background"] == {"kind=promoter"}
    assert "kind=promoter" not in kinds[False]["background"] | kinds[True]["promoter"]
