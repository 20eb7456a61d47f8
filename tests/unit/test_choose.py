import numpy as np
import pytest

from seqgraft.errors import SeqgraftError
from seqgraft.stats.choose import best_baseline, choices, choose
from seqgraft.stats.metrics import METRICS
from seqgraft.stats.predictions import Fit, FitKey
from seqgraft.stats.scoring import StrategyScores
from seqgraft.stats.thresholds import Calibration

KEYS = [FitKey(50, False, 1), FitKey(50, False, 2), FitKey(961, True, 1), FitKey(961, True, 2)]
NOTHING = Fit(*(np.array([]) for _ in range(4)))


def scores(name: str, mark: float, keys=KEYS, kind: str = "strategy", **held) -> StrategyScores:
    """Scores whose test values are all `mark`, with the held-out values given."""
    values = {metric: np.full((len(keys), 3), mark) for metric in METRICS}
    held_values = {metric: np.full(len(keys), 0.5) for metric in METRICS}
    held_values.update({metric: np.array(numbers, dtype=float) for metric, numbers in held.items()})
    calibrations = [Calibration(temperature=mark, fitted=True) for _ in keys]
    return StrategyScores(name, kind, list(keys), values, held_values, calibrations, [NOTHING] * len(keys))


def test_the_lowest_held_out_log_loss_wins_for_each_fit():
    probe = scores("linear-probe", 1.0, log_loss=[0.3, 0.5, 0.5, 0.2])
    full = scores("full", 2.0, log_loss=[0.4, 0.4, 0.4, 0.4])
    chosen = choose([probe, full], KEYS)
    assert chosen.picks == ["linear-probe", "full", "full", "linear-probe"]
    assert chosen.values["auroc"][:, 0].tolist() == [1.0, 2.0, 2.0, 1.0]
    assert [c.temperature for c in chosen.calibrations] == [1.0, 2.0, 2.0, 1.0]
    assert chosen.held["log_loss"].tolist() == [0.3, 0.4, 0.4, 0.2]
    assert choices(chosen) == {
        "50": {"linear-probe": 1, "full": 1},
        "all": {"full": 1, "linear-probe": 1},
    }


def test_ties_go_to_the_candidate_named_first():
    probe, full = scores("linear-probe", 1.0), scores("full", 2.0)
    assert set(choose([probe, full], KEYS).picks) == {"linear-probe"}
    assert set(choose([full, probe], KEYS).picks) == {"full"}


def test_test_values_play_no_role():
    probe = scores("linear-probe", 0.1, log_loss=[0.3] * 4)
    full = scores("full", 0.9, log_loss=[0.4] * 4)
    assert set(choose([probe, full], KEYS).picks) == {"linear-probe"}


def test_one_candidate_needs_no_held_out_predictions():
    only = scores("full", 2.0, log_loss=[np.nan] * 4)
    assert set(choose([only], KEYS).picks) == {"full"}


def test_a_choice_without_held_out_predictions_is_refused():
    probe, full = scores("linear-probe", 1.0), scores("full", 2.0, log_loss=[0.3, np.nan, 0.3, 0.3])
    with pytest.raises(SeqgraftError, match=r"full has no held-out.*train size 50, replicate 2"):
        choose([probe, full], KEYS)


def test_zero_shot_serves_every_fit_by_its_source_model():
    zero = scores("zero-shot", 3.0, keys=[FitKey(0, False, r) for r in (1, 2, 3)])
    zero.values["auroc"][:] = np.array([[1.0], [2.0], [3.0]])
    wanted = [FitKey(50, False, r) for r in range(1, 6)]
    assert choose([zero], wanted).values["auroc"][:, 0].tolist() == [1, 2, 3, 1, 2]


def test_a_missing_fit_is_an_error():
    with pytest.raises(KeyError):
        scores("full", 1.0).rows([FitKey(100, False, 1)])


def test_best_baseline_goes_by_held_out_values():
    constant = scores("constant", 0.9, kind="baseline", auroc=[0.5, 0.5, 0.5, 0.5])
    kmers = scores("kmer-logistic", 0.1, kind="baseline", auroc=[0.4, 0.5, 0.8, 0.8])
    assert best_baseline([constant, kmers], "auroc") is kmers
    assert best_baseline([], "auroc") is None
    lower = scores("lower", 0.1, kind="baseline", log_loss=[0.2] * 4)
    assert best_baseline([constant, lower], "log_loss") is lower


def test_best_baseline_leaves_out_sizes_where_one_is_undefined():
    first = scores("first", 0.9, kind="baseline", auroc=[0.9, 0.9, 0.6, 0.6])
    second = scores("second", 0.1, kind="baseline", auroc=[np.nan, np.nan, 0.7, 0.7])
    assert best_baseline([first, second], "auroc") is second
    half = scores("half", 0.1, kind="baseline", auroc=[np.nan, 0.5, 0.7, 0.7])
    assert best_baseline([first, half], "auroc") is first


def test_a_baseline_without_a_value_on_the_test_part_hides_no_size():
    first = scores("first", 0.9, kind="baseline", auroc=[0.6, 0.6, 0.9, 0.9])
    second = scores("second", 0.1, kind="baseline", auroc=[0.7, 0.7, 0.6, 0.6])
    constant = scores("constant", 0.1, kind="baseline", auroc=[-0.1, -0.1, np.nan, np.nan])
    constant.values["auroc"][:] = np.nan
    assert best_baseline([constant, first, second], "auroc") is first
