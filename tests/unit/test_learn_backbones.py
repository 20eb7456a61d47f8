import numpy as np
import pytest
import torch
from learn_toys import BACKBONE, READING

from seqgraft.config.backbones import SETTINGS, BackboneSettings
from seqgraft.config.study import Study
from seqgraft.errors import SeqgraftError
from seqgraft.learn import descriptions
from seqgraft.learn.backbones import BACKBONES, describe
from seqgraft.learn.baselines import BASELINES
from seqgraft.learn.examples import Reading
from seqgraft.learn.model import build, predict
from seqgraft.learn.names import BASELINE_NAMES, NETWORK_BASELINES, STRATEGY_FACTS


def test_size_by_hand():
    settings = BackboneSettings(width=4, kernels=(5, 3), pools=(3, 2), hidden=6)
    report = describe(4, 12, settings)
    # conv1 4*4*5+4, conv2 4*4*3+4, dense: 12 letters -> 4 -> 2 cells of 4 = 8 inputs, 8*6+6
    assert report.parameters == 84 + 52 + 54
    # 5 letters, widened by the first pool (2), the second kernel (2 cells of 3) and the second pool (1 cell)
    assert report.receptive_field == 5 + 2 + 6 + 3
    assert report.flops_per_sequence == 2 * (4 * 4 * 5 * 12 + 4 * 4 * 3 * 4 + 8 * 6)
    assert report.features == 6


def test_too_short_a_sequence_is_told():
    with pytest.raises(SeqgraftError, match="no cell"):
        describe(4, 8, BackboneSettings(pools=(3, 3)))


def test_both_strands_give_the_same_logit():
    reading = Reading("ACGT", 24, (3, 2, 1, 0))
    model = build(reading, BACKBONE, 1)
    tokens = torch.randint(0, 5, (7, 24), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    other = model.reverse_complement(tokens).to(torch.uint8)
    assert torch.equal(other[:, 0], torch.tensor([3, 2, 1, 0, 4], dtype=torch.uint8)[tokens[:, -1].long()])
    assert torch.allclose(predict(model, tokens), predict(model, other))
    assert not torch.allclose(model(tokens), model(other))


def test_an_unknown_letter_switches_no_channel_on():
    model = build(READING, BACKBONE, 1)
    unknown = torch.full((1, 24), 4, dtype=torch.uint8)
    model.eval()
    expected = model.head(model.backbone(torch.zeros(1, 4, 24))).squeeze(1)
    assert torch.equal(model(unknown), expected)


def test_building_does_not_disturb_other_random_numbers():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    build(READING, BACKBONE, 1)
    assert torch.equal(torch.rand(3), expected)


def test_registries_and_descriptions_name_the_same():
    assert set(descriptions.STRATEGIES) == set(STRATEGY_FACTS)
    assert set(descriptions.BASELINES) == set(BASELINE_NAMES) == {*BASELINES, *NETWORK_BASELINES}
    assert not {*BASELINES, *STRATEGY_FACTS} & set(NETWORK_BASELINES)
    assert set(descriptions.BACKBONES) == set(BACKBONES)
    assert set(BACKBONES) == set(SETTINGS)
    assert set(SETTINGS.values()) == set(Study.model_fields["backbone"].annotation.__args__)


def test_features_are_computed_in_batches_alike():
    model = build(READING, BACKBONE, 1)
    tokens = torch.from_numpy(np.random.default_rng(0).integers(0, 4, (9, 24)).astype(np.uint8))
    assert torch.allclose(predict(model, tokens, batch_size=4), predict(model, tokens), atol=1e-6)
