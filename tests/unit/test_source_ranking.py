import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import weightedtau

from seqgraft.stats.source_matrix import source_matrix
from seqgraft.stats.source_ranking import ranking_table, realised_gains, sentences, tau


def metrics_of(gains: dict[str, list[float]], sizes=(40,), metric="auroc", scratch=0.7) -> pd.DataFrame:
    """Return metrics of chosen and scratch: `gains` by source, one per replicate."""
    rows = []
    for (source, values), size in itertools.product(gains.items(), sizes):
        for replicate, gain in enumerate(values, 1):
            for name, value in (
                ("scratch", scratch + replicate / 100),
                ("chosen", scratch + replicate / 100 + gain),
            ):
                for part, shift in (("test", 0.0), ("held-out", 0.3)):
                    rows.append(
                        (
                            f"{source}--t",
                            source,
                            "t",
                            name,
                            size,
                            False,
                            replicate,
                            part,
                            metric,
                            value + shift * gain,
                        )
                    )
    columns = [
        "transfer",
        "source",
        "target",
        "strategy",
        "train_size",
        "is_all",
        "replicate",
        "part",
        "metric",
        "value",
    ]
    return pd.DataFrame(rows, columns=columns)


def scores_of(values: dict[str, list[float]], sizes=(40,), estimate="leep", models=2) -> pd.DataFrame:
    """Return estimates by source, one per replicate, the same for each source model but for a spread around it."""
    rows = [
        (
            f"{source}--t",
            source,
            "t",
            model,
            size,
            False,
            replicate,
            estimate,
            value + 0.5 * (model - (models - 1) / 2),
        )
        for source, own in values.items()
        for size in sizes
        for replicate, value in enumerate(own, 1)
        for model in range(models)
    ]
    columns = [
        "transfer", "source", "target", "source_model", "train_size", "is_all", "replicate", "estimate", "value",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def test_gains_are_chosen_minus_scratch_on_the_test_part():
    table = realised_gains(metrics_of({"a": [0.1, 0.2]}), "auroc")
    assert table["gain"].tolist() == pytest.approx([0.1, 0.2])
    lower = metrics_of({"a": [-0.1]}, metric="log_loss")
    assert realised_gains(lower, "log_loss")["gain"].tolist() == pytest.approx([0.1])


def test_tau_is_scipys_and_knows_when_there_is_nothing_to_rank():
    generator = np.random.default_rng(0)
    for _ in range(50):
        x, y = generator.integers(0, 4, 5) / 7, generator.normal(size=5)
        expected = weightedtau(x, y).statistic if len(set(x)) > 1 else math.nan
        assert tau(x, y) == pytest.approx(expected, nan_ok=True)
    assert math.isnan(tau(np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0])))


def test_a_right_ranking_a_wrong_one_and_their_regret():
    gains = {"a": [0.10] * 5, "b": [0.05] * 5, "c": [-0.05] * 5}
    right = scores_of({"a": [3.0] * 5, "b": [2.0] * 5, "c": [1.0] * 5})
    wrong = scores_of({"a": [1.0] * 5, "b": [2.0] * 5, "c": [3.0] * 5}, estimate="logme")
    table = ranking_table(pd.concat([right, wrong]), metrics_of(gains), "auroc").set_index("estimate")
    assert table.loc["leep", ["tau", "ci_low", "ci_high"]].tolist() == pytest.approx([1, 1, 1])
    assert table.loc["logme", ["tau", "ci_low", "ci_high"]].tolist() == pytest.approx([-1, -1, -1])
    assert table["picked"].tolist() == ["a", "c"]
    assert table["best"].tolist() == ["a", "a"]
    assert table["regret"].tolist() == pytest.approx([0, 0.15])
    first, second = sentences(table.reset_index())
    assert first == "t at 40 labels: leep picks a, which gave most; weighted tau 1.00 (1.00 to 1.00)."
    assert "logme picks c, which gave 0.150 auroc less than a" in second


def test_the_interval_resamples_replicates_of_both_alike():
    """Estimate and gain rise and fall together from replicate to replicate: however drawn, they agree."""
    generator = np.random.default_rng(1)
    noise = generator.normal(size=(3, 8))
    gains = {name: (0.05 * row).tolist() for name, row in zip("abc", noise, strict=True)}
    table = ranking_table(
        scores_of({name: row.tolist() for name, row in zip("abc", noise, strict=True)}),
        metrics_of(gains),
        "auroc",
    )
    assert table.loc[0, ["tau", "ci_low"]].tolist() == pytest.approx([1, 1])
    shuffled = scores_of({name: row[::-1].tolist() for name, row in zip("abc", noise, strict=True)})
    apart = ranking_table(shuffled, metrics_of(gains), "auroc")
    assert apart.loc[0, "tau"] == pytest.approx(1)  # the means are the same
    assert apart.loc[0, "ci_low"] < 0


def test_too_few_sources_and_too_few_replicates():
    two = ranking_table(
        scores_of({"a": [1.0] * 5, "b": [2.0] * 5}), metrics_of({"a": [0.1] * 5, "b": [0.2] * 5}), "auroc"
    )
    assert two.loc[0, "note"] == "too few sources"
    assert math.isnan(two.loc[0, "tau"])
    assert two.loc[0, "picked"] == "b"
    assert "(too few sources for a ranking)" in next(iter(sentences(two)))
    gains = {"a": [0.1] * 4, "b": [0.2] * 4, "c": [0.3] * 4}
    four = ranking_table(scores_of(gains), metrics_of(gains), "auroc")
    assert four.loc[0, "tau"] == pytest.approx(1)
    assert math.isnan(four.loc[0, "ci_low"])


def test_a_source_without_the_estimate_is_left_out_of_its_row():
    gains = {"a": [0.1] * 5, "b": [0.2] * 5, "c": [0.3] * 5, "d": [0.4] * 5}
    table = ranking_table(scores_of({k: v for k, v in gains.items() if k != "d"}), metrics_of(gains), "auroc")
    assert table.loc[0, ["sources", "best"]].tolist() == [3, "c"]


def test_the_matrix_takes_what_evaluation_found():
    base = {"is_all": False, "metric": "auroc", "p_value": 0.01, "p_adjusted": 0.02, "df": 4, "replicates": 5}
    rows = []
    for name, gain in (("a--t", -0.02), ("b--t", 0.08)):
        for size, role, verdict in (
            ("40", "secondary", ""),
            ("120", "secondary", ""),
            ("curve", "primary", "helps"),
        ):
            own = {"difference": gain, "ci_low": gain - 0.01, "ci_high": gain + 0.02, "verdict": verdict}
            rows.append(base | own | {
                "transfer": name, "strategy": "chosen", "reference": "scratch", "train_size": size, "role": role,
            })  # fmt: skip
            rows.append(rows[-1] | {"strategy": "full", "role": "secondary"})
            rows.append(rows[-2] | {"reference": "zero-shot", "role": "contrast"})
            rows.append(rows[-3] | {"metric": "mcc", "role": "descriptive"})
    metrics = metrics_of({"a": [0.0], "b": [0.0]})
    table = source_matrix(pd.DataFrame(rows), metrics, "auroc")
    assert table["train_size"].tolist() == ["curve"] * 2 + ["40"] * 2 + ["120"] * 2
    assert table["source"].tolist() == ["b", "a"] * 3
    assert table.loc[0, ["gain", "ci_low", "ci_high", "verdict"]].tolist() == pytest.approx(
        [0.08, 0.07, 0.1, "helps"]
    )
    turned = source_matrix(pd.DataFrame(rows).replace("auroc", "log_loss"), metrics, "log_loss")
    assert turned.loc[0, ["source", "gain", "ci_low", "ci_high"]].tolist() == pytest.approx(
        ["a", 0.02, 0.0, 0.03]
    )
