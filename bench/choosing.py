"""Measure two choices that the statistics rest on: how a strategy and how a threshold is chosen from few examples.

    .venv/bin/python bench/choosing.py

Writes bench/choosing.tsv, whose figures are quoted in seqgraft/stats/choose.py and seqgraft/stats/thresholds.py.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from seqgraft.stats.metrics import example_losses
from seqgraft.stats.thresholds import fit_platt, fit_temperature, fit_threshold

BENCH = Path(__file__).resolve().parent
POSITIVES = 0.27
HELD_OUT = (50, 100, 400)
REPEATS = 250
TEST = 20_000
COLUMNS = ["choice", "errors", "rule", "held_out", "lost"]

Floats = np.ndarray

#: Errors of the scores, with mean 0 and variance 1.
ERRORS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "normal": lambda g, n: g.normal(size=n),
    "skewed": lambda g, n: (g.gamma(8.0, size=n) - 8.0) / np.sqrt(8.0),
    "very skewed": lambda g, n: (g.gamma(2.0, size=n) - 2.0) / np.sqrt(2.0),
    "heavy-tailed": lambda g, n: g.standard_t(4, size=n) / np.sqrt(2.0),
    "mixed": lambda g, n: (
        np.where(g.random(n) < 0.8, g.normal(size=n), 2.5 * g.normal(size=n)) / np.sqrt(2.05)
    ),
}
#: Raw logits from calibrated ones.
LOGITS: dict[str, Callable[[Floats], Floats]] = {
    "calibrated": lambda z: z,
    "shifted": lambda z: 1.5 * z + 1.0,
}


def best_cut(labels: Floats, logits: Floats) -> float:
    """Return the threshold with the highest MCC on the examples themselves."""
    ranked, curve = mcc_curve(labels, logits)
    return float(ranked[np.argmax(curve)])


def prevalence_cut(labels: Floats, logits: Floats) -> float:
    """Return the threshold that calls as many positive as there are."""
    return float(np.sort(logits)[::-1][int(labels.sum()) - 1])


def half_cut(labels: Floats, logits: Floats) -> float:
    """Return the logit whose calibrated probability is one half."""
    slope, bias = fit_platt(labels, logits)
    return -bias / slope if slope > 0 else 0.0


RULES: dict[str, Callable[[Floats, Floats], float]] = {
    "expected MCC": fit_threshold,
    "held-out MCC": best_cut,
    "prevalence": prevalence_cut,
    "calibrated one half": half_cut,
    "logit 0": lambda labels, logits: 0.0,
}


def mcc_curve(labels: Floats, logits: Floats) -> tuple[Floats, Floats]:
    """Return the logits in falling order, and the MCC with each of them as threshold."""
    order = np.argsort(-logits, kind="stable")
    tp = np.cumsum(labels[order])
    called = np.arange(1, len(labels) + 1)
    yes, no = labels.sum(), (~labels).sum()
    spread = np.sqrt(yes * no * called * np.maximum(len(labels) - called, 1e-9))
    return logits[order], (tp * no - (called - tp) * yes) / spread


def thresholds() -> pd.DataFrame:
    """Measure the MCC that each way of choosing a threshold loses against the best one of the test part."""
    rows = []
    for shape, errors in ERRORS.items():
        for form, change in LOGITS.items():
            generator = np.random.default_rng([1, len(shape), len(form)])
            labels = np.arange(TEST) < round(POSITIVES * TEST)
            scores = 2.0 * labels + errors(generator, TEST)
            slope, bias = fit_platt(labels, scores)
            ranked, curve = mcc_curve(labels, change(slope * scores + bias))
            for n in HELD_OUT:
                own = np.arange(n) < round(POSITIVES * n)
                for _ in range(REPEATS):
                    held = change(slope * (2.0 * own + errors(generator, n)) + bias)
                    for rule, cut in RULES.items():
                        position = max(int(np.searchsorted(-ranked, -cut(own, held), side="right")) - 1, 0)
                        rows.append(("threshold", shape, rule, n, curve.max() - curve[position]))
    return pd.DataFrame(rows, columns=COLUMNS)


def strategies() -> pd.DataFrame:
    """Measure the AUROC that each way of choosing among three candidates loses against the best of them."""
    rows = []
    generator = np.random.default_rng(2)
    middle = norm.ppf(0.94) * np.sqrt(2.0)
    steep = norm.pdf(middle / np.sqrt(2.0)) / np.sqrt(2.0)
    for n in HELD_OUT:
        labels = np.arange(n) < round(POSITIVES * n)
        for _ in range(10 * REPEATS):
            distances = middle + 0.01 / steep * generator.normal(size=(3, 1))
            shared = np.sqrt(0.6) * generator.normal(size=n)
            scores = distances * labels + shared + np.sqrt(0.4) * generator.normal(size=(3, n))
            logits = middle * (scores - middle / 2) + np.log(POSITIVES / (1 - POSITIVES))
            losses = np.array([example_losses(labels, z, fit_temperature(labels, z)) for z in logits])
            areas = norm.cdf(distances[:, 0] / np.sqrt(2.0))
            means = losses.mean(axis=1)
            lowest = int(np.argmin(means))
            errors = (losses - losses[lowest]).std(axis=1, ddof=1) / np.sqrt(n)
            first = int(np.argmax(means <= means[lowest] + errors))
            for rule, taken in (("lowest log loss", lowest), ("first within one SE", first), ("first", 0)):
                rows.append(("strategy", "normal", rule, n, areas.max() - areas[taken]))
    return pd.DataFrame(rows, columns=COLUMNS)


def main() -> None:
    """Write the table and print it."""
    rows = pd.concat([thresholds(), strategies()])
    groups = rows.groupby(COLUMNS[:4], sort=False)["lost"]
    table = groups.agg(lost="mean", standard_error="sem").reset_index().round(4)
    table.to_csv(BENCH / "choosing.tsv", sep="\t", index=False, lineterminator="\n")
    print(table.pivot(index=COLUMNS[:3], columns="held_out", values="lost"))


if __name__ == "__main__":
    main()
