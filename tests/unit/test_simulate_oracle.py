"""The oracle is right where it can be computed by hand, and nothing ranks better."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from seqgraft.simulate.layouts import LENGTH, UPSTREAM, decoy_layouts, promoter_layouts
from seqgraft.simulate.model import model_of
from seqgraft.simulate.oracle import log_odds
from seqgraft.simulate.promoters import generate
from seqgraft.simulate.species import LETTERS, SPECIES

CLASSES = ["promoter", "background"]


def sample(species, n=2000, seed=21, **options):
    records = generate(species, dict.fromkeys(CLASSES, n), CLASSES, seed, **options)
    return [s for name in CLASSES for _, s in records[name]], np.repeat([1, 0], n)


def test_score_equals_the_sum_over_all_layouts_written_out():
    species = SPECIES["bsubtilis"]
    model = model_of(species, 0.7)
    sequences, _ = sample("bsubtilis", n=3)

    def likelihood(sequence, layouts):
        total = 0.0
        for layout in layouts:
            product = layout.probability
            for position, letter in enumerate(sequence):
                product *= model.letters(layout)[position][LETTERS.index(letter)]
            total += product
        return total

    shuffled = sum(x.probability * model.letters(x) for x in promoter_layouts(species))
    parts = np.concatenate(
        [
            np.tile(shuffled[:UPSTREAM].mean(axis=0), (UPSTREAM, 1)),
            np.tile(shuffled[UPSTREAM:].mean(axis=0), (LENGTH - UPSTREAM, 1)),
        ]
    )
    for sequence, score in zip(
        sequences, log_odds(sequences, "bsubtilis", strength=0.7, decoys=0.3), strict=True
    ):
        independent = np.prod([parts[i][LETTERS.index(letter)] for i, letter in enumerate(sequence)])
        background = 0.7 * independent + 0.3 * likelihood(sequence, decoy_layouts(species))
        assert score == pytest.approx(np.log(likelihood(sequence, promoter_layouts(species)) / background))


@pytest.mark.parametrize(("species", "expected"), [("ecoli", 0.974), ("bsubtilis", 0.986)])
def test_ceiling_is_where_it_was_measured(species, expected):
    sequences, labels = sample(species)
    assert roc_auc_score(labels, log_odds(sequences, species)) == pytest.approx(expected, abs=0.006)


def test_log_odds_are_calibrated():
    # With decoys only, nothing is shuffled and the score is an exact log-likelihood ratio.
    sequences, labels = sample("ecoli", n=4000, decoys=1.0, strength=0.4)
    score = log_odds(sequences, "ecoli", decoys=1.0, strength=0.4)
    weights = np.exp(score[labels == 0])  # its exponential has mean 1 over backgrounds
    assert weights.mean() == pytest.approx(1, abs=4 * weights.std() / np.sqrt(len(weights)))
    chance = 1 / (1 + np.exp(-score))
    for low, high in ((0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9)):
        inside = (chance > low) & (chance < high)
        assert inside.sum() > 100
        error = 4 * np.sqrt(0.25 / inside.sum())
        assert labels[inside].mean() == pytest.approx(chance[inside].mean(), abs=error)


def test_own_oracle_beats_the_other_species_and_every_simpler_score():
    sequences, labels = sample("bsubtilis")
    own = roc_auc_score(labels, log_odds(sequences, "bsubtilis"))
    rivals = {
        "other species": log_odds(sequences, "ecoli"),
        "wrong strength": log_odds(sequences, "bsubtilis", strength=0.3),
        "blind to decoys": log_odds(sequences, "bsubtilis", decoys=0.0),
        "best match of the -10 box": [
            max(sum(a == b for a, b in zip(s[i : i + 6], "TATAAT", strict=True)) for i in range(46, 52))
            for s in sequences
        ],
    }
    for name, score in rivals.items():
        assert roc_auc_score(labels, score) < own, name
    assert roc_auc_score(labels, rivals["best match of the -10 box"]) > 0.8
    assert roc_auc_score(labels, rivals["other species"]) < own - 0.004


def test_weaker_boxes_and_wrong_labels_lower_the_ceiling():
    ceilings = []
    for strength in (1.0, 0.7, 0.4):
        sequences, labels = sample("ecoli", n=800, strength=strength)
        ceilings.append(roc_auc_score(labels, log_odds(sequences, "ecoli", strength=strength)))
    assert ceilings[0] > ceilings[1] + 0.02 > ceilings[2] + 0.04
    sequences, labels = sample("ecoli", n=2000, label_noise=0.2)
    noisy = roc_auc_score(labels, log_odds(sequences, "ecoli"))
    # Symmetric noise e moves an AUROC a of balanced classes to 0.5 + (1 - 2e) * (a - 0.5).
    assert noisy == pytest.approx(0.5 + 0.6 * (0.974 - 0.5), abs=0.025)
