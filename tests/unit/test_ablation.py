"""The gain against the size of the source: which part is drawn, and what the table and its reading say."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from fake_predictions import write_strategy
from scipy.stats import binom

from seqgraft.data.counts import check_source_size
from seqgraft.errors import SeqgraftError
from seqgraft.learn.examples import Examples
from seqgraft.learn.part import part_of_source
from seqgraft.seeds import seed
from seqgraft.stats.ablation import (
    COLUMNS,
    FALLS,
    GROWS,
    LEVEL,
    UNCLEAR,
    Ablated,
    ablation_table,
    answer,
    beyond_a_fifth,
)
from seqgraft.stats.comparisons import comparisons_table
from seqgraft.stats.panel import Panel, build_panel
from seqgraft.stats.predictions import FitKey
from seqgraft.stats.scoring import StrategyScores, score_target
from seqgraft.stats.settings import EvaluationSettings, FitJob, TransferSettings

CLASSES = ["promoter", "background"]


# --- the part of a source


def source(positives: int = 20, negatives: int = 60) -> Examples:
    labels = np.array([1] * positives + [0] * negatives, dtype=np.int8)
    ids = np.array([f"s{k}" for k in range(len(labels))], dtype=object)
    return Examples(ids, np.zeros((len(labels), 4), dtype=np.uint8), labels)


def part(size: int, model: int = 0, rows: np.ndarray | None = None) -> np.ndarray:
    own = source()
    rows = np.arange(len(own.ids)) if rows is None else rows
    return part_of_source(own, rows, size, classes=CLASSES, seed_words=("study", "a", model))


def test_a_part_is_stratified_and_lies_inside_every_larger_one() -> None:
    parts = [part(size) for size in (12, 13, 40, 79)]
    labels = source().labels
    for rows, size in zip(parts, (12, 13, 40, 79), strict=True):
        assert len(set(rows)) == size
        assert rows.tolist() == sorted(rows)
        assert abs(labels[rows].sum() - size / 4) <= 1  # one in four is positive
    for smaller, larger in pairwise(parts):
        assert set(smaller) < set(larger)


def test_each_source_model_has_its_own_part_and_always_the_same() -> None:
    assert part(12).tolist() == part(12).tolist()
    assert part(12, model=0).tolist() != part(12, model=1).tolist()


def test_a_part_holds_only_rows_that_may_be_learned_from() -> None:
    allowed = np.arange(1, 80, 2)  # 10 positive, 30 negative
    rows = part(39, rows=allowed[::-1])
    assert set(rows) < set(allowed)
    assert source().labels[rows].sum() in (9, 10)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (80, "ablation.source_sizes asks for 80 sequences of source 'a', which has 80 to learn from"),
        (11, "11 sequences of source 'a' hold about 2.8 of class 'promoter' (25.0% of those to learn from)"),
    ],
)
def test_a_part_that_is_none_or_too_small_is_refused(size: int, words: str) -> None:
    with pytest.raises(SeqgraftError) as caught:
        part(size)
    assert words in str(caught.value)


@pytest.mark.parametrize(("positives", "negatives"), [(20, 60), (500, 500), (30, 970)])
def test_the_smallest_part_that_is_let_through_can_be_validated_on(positives: int, negatives: int) -> None:
    own = source(positives, negatives)
    counts = dict(zip(CLASSES, (positives, negatives), strict=True))
    size = next(n for n in range(1, 1000) if _let_through(n, counts))
    for model in range(20):
        rows = part_of_source(
            own, np.arange(len(own.ids)), size, classes=CLASSES, seed_words=("study", "a", model)
        )
        assert min(np.bincount(own.labels[rows], minlength=2)) >= 2


def _let_through(size: int, counts: dict[str, int]) -> bool:
    try:
        check_source_size(size, counts, source="a")
    except SeqgraftError:
        return False
    return True


# --- the table


def write_by_hand(path, logits_by_replicate: list[list[float]]) -> None:
    """Four test sequences, two of them positive, at 20 labels; the same four are held out."""
    rows = [
        (f"t{k}", 20, False, replicate, name, k < 2, logit)
        for replicate, logits in enumerate(logits_by_replicate, 1)
        for name in ("test", "held-out")
        for k, logit in enumerate(logits)
    ]
    columns = ["id", "train_size", "is_all", "replicate", "part", "label", "prediction"]
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(rows, columns=columns).astype({"label": "int8"})
    table.to_parquet(path, index=False)


# AUROC of each: all pairs right; three of four; two of four.
ALL, THREE, TWO = [2.0, 1.0, -1.0, -2.0], [2.0, 0.0, 1.0, -2.0], [1.0, -2.0, 2.0, -3.0]


def jobs_of(folder, names, target="t", transfer="s--t") -> list[FitJob]:
    return [
        FitJob(None if name == "scratch" else transfer, target, name, "strategy", folder / name / "p.parquet")
        for name in names
    ]


def study(**changes) -> EvaluationSettings:
    return EvaluationSettings(**({"study": "fake", "transfers": (), "draws": 100} | changes))


def curve(table: pd.DataFrame, metric: str = "auroc") -> pd.DataFrame:
    return table[(table["metric"] == metric) & (table["train_size"] == "curve")].set_index("source_size")


def test_gains_and_differences_are_the_means_worked_out_by_hand(tmp_path) -> None:
    own = {"scratch": [TWO, TWO], "full@30": [TWO, THREE], "full": [ALL, THREE]}
    for name, logits in own.items():
        write_by_hand(tmp_path / name / "p.parquet", logits)
    ablated = Ablated("s--t", "s", "t", "full", (30,), 90)
    table = ablation_table(jobs_of(tmp_path, own), study(replicates=2), [ablated])
    assert table.columns.tolist() == COLUMNS
    found = curve(table)
    assert found["gain"].to_dict() == {30: 0.125, 90: 0.375}  # (0 + 1/4) / 2 and (1/2 + 1/4) / 2
    assert found.loc[30, "more_from_whole"] == 0.25  # (1/2 + 0) / 2
    assert found["more_from_whole"].isna().tolist() == [False, True]
    assert found.loc[30, "beyond_a_fifth"] == pytest.approx(0.25 - 0.375 / 5)
    assert found["beyond_a_fifth"].isna().tolist() == [False, True]
    assert found["is_whole"].tolist() == [False, True]
    assert found["replicates"].tolist() == [2, 2]
    assert table["metric"].iloc[0] == "auroc"
    # Of a loss, less is better: a gain is a gain.
    loss = curve(table, "log_loss")
    assert loss.loc[90, "gain"] > 0
    beyond = loss.loc[30, "more_from_whole"] - loss.loc[90, "gain"] / 5
    assert loss.loc[30, "beyond_a_fifth"] == pytest.approx(beyond)
    assert loss.loc[30, "beyond_low"] <= beyond <= loss.loc[30, "beyond_high"]


# Distance of the classes by source size; an AUROC is the normal distribution function of distance / sqrt(2).
GROWING = {"scratch": 1.0, "full@100": 1.3, "full@400": 1.7, "full": 2.4}
SATED = {"scratch": 1.0, "full@100": 1.3, "full@400": 2.4, "full": 2.4}
USELESS = {"scratch": 1.5, "full@100": 1.5, "full@400": 1.5, "full": 1.5}
HARMFUL = {"scratch": 2.4, "full@100": 2.2, "full@400": 1.9, "full": 1.2}


def planted(folder, distances: dict[str, float], replicates: int = 6) -> tuple[list[FitJob], Ablated]:
    """Write predictions whose gain by source size is known."""
    labels = np.arange(150) < 50
    test = (labels, np.random.default_rng(5).normal(size=150))
    for name, distance in distances.items():
        write_strategy(
            folder / name / "p.parquet", name, (distance, 0.0), ("fake", "t"), test, sizes=((50, False), (100, True)),
            replicates=replicates, spread=0.04,
        )  # fmt: skip
    return jobs_of(folder, distances), Ablated("s--t", "s", "t", "full", (100, 400), 1600)


@pytest.mark.parametrize(
    ("distances", "expected"),
    [
        (GROWING, (GROWS, None, 400)),
        (SATED, (LEVEL, 400, 100)),
        (USELESS, (UNCLEAR, None, None)),
        (HARMFUL, (FALLS, None, None)),
    ],
    ids=["growing", "sated", "useless", "harmful"],
)
def test_a_planted_answer_is_found(tmp_path, distances, expected) -> None:
    jobs, ablated = planted(tmp_path, distances)
    table = ablation_table(jobs, study(source_models=2), [ablated])
    assert answer(table, "s--t", "auroc") == expected
    areas = {"scratch": 0.76, "full@100": 0.82}  # of 1.0 and 1.3
    if distances is GROWING:
        found = curve(table)
        assert found.loc[100, "gain"] == pytest.approx(areas["full@100"] - areas["scratch"], abs=0.03)
        assert found["gain"].is_monotonic_increasing
        assert (found["ci_low"] < found["gain"]).all()
        assert (found["gain"] < found["ci_high"]).all()


# What the rest of the source added, less a fifth of the gain: where its interval ends.
BELOW, ABOVE = -0.001, 0.001


def by_hand(gain: tuple[float, float], *more: tuple[float, float, float]) -> pd.DataFrame:
    """Rows over the curve: the whole source's gain and its lower end, and what it gave beyond 100, 200, 300."""
    parts = [
        {"source_size": 100 * k, "is_whole": False, "more_low": low, "more_high": high, "beyond_high": beyond}
        for k, (low, high, beyond) in enumerate(more, 1)
    ]
    whole = {"source_size": 999, "is_whole": True, "gain": gain[0], "ci_low": gain[1]}
    return pd.DataFrame([*parts, whole]).assign(
        transfer="s--t", metric="auroc", train_size="curve", replicates=5
    )


@pytest.mark.parametrize(
    ("gain", "more", "expected"),
    [
        ((0.1, 0.05), [(0.03, 0.06, ABOVE), (0.001, 0.019, BELOW), (-0.01, 0.015, BELOW)], (LEVEL, 200, 100)),
        # Below a fifth of the gain as estimated, but not surely, since the gain is known no better.
        ((0.1, 0.05), [(-0.01, 0.019, ABOVE)], (UNCLEAR, None, None)),
        # A part in between that lacks something: what is smaller is not enough, whatever it shows.
        ((0.1, 0.05), [(-0.01, 0.01, BELOW), (0.01, 0.03, ABOVE), (-0.01, 0.01, BELOW)], (LEVEL, 300, 200)),
        # The last step leaves open whether there is growth worth having, the first does not.
        (
            (0.1, 0.05),
            [(0.03, 0.06, ABOVE), (-0.01, 0.03, ABOVE), (-0.01, 0.021, ABOVE)],
            (UNCLEAR, None, 100),
        ),
        # Nothing is a share of a gain that may not be there.
        ((0.1, -0.01), [(-0.01, 0.01, BELOW)], (UNCLEAR, None, None)),
        ((0.1, 0.05), [(0.01, 0.03, ABOVE)], (GROWS, None, 100)),
        # Surely growing, and surely by little.
        ((0.1, 0.05), [(0.001, 0.01, BELOW)], (LEVEL, 100, None)),
        ((0.1, 0.05), [(-0.03, -0.01, BELOW)], (FALLS, 100, None)),
        ((0.1, 0.05), [(np.nan, np.nan, np.nan)], (UNCLEAR, None, None)),
    ],
)
def test_the_reading_of_intervals(gain, more, expected) -> None:
    assert answer(by_hand(gain, *more), "s--t", "auroc") == expected


def studied(generator: np.random.Generator, means: dict[str, float]) -> Panel:
    """One study of six fits scored on 40 examples and under 60 draws, its means planted; scratch is the least sure."""
    drawn = generator.multinomial(40, np.full(40, 1 / 40), size=60).T
    weights = np.column_stack([np.ones(40), drawn]) / 40
    scores, spread = {}, {"scratch": 0.06, "full@100": 0.01, "full": 0.01}
    for name, mean in means.items():
        fits = mean + spread[name] * generator.normal(size=(6, 1))
        examples = spread[name] * 2 * generator.normal(size=40)
        values = {"auroc": (fits + examples) @ weights}
        scores[name] = StrategyScores(
            name, "strategy", [FitKey(50, False, r) for r in range(1, 7)], values, {}, [], []
        )
    transfer = TransferSettings("s--t", ("s",), "t", "s", "t", tuple(means), candidates=())
    return Panel(transfer, study(), scores, [(50, False)], 6, 40, 20, None)


def test_a_rest_that_gave_a_fifth_is_called_less_in_at_most_one_study_of_forty() -> None:
    generator = np.random.default_rng(1)
    # The whole gave .1, and .02 of it beyond the part: exactly a fifth.
    means = {"scratch": 0.7, "full@100": 0.78, "full": 0.8}
    studies, wrong = 1500, 0
    for _ in range(studies):
        panel = studied(generator, means)
        wrong += beyond_a_fifth(panel, "full", "full@100", "auroc", None).high < 0
    assert binom.sf(wrong - 1, studies, 0.025) > 0.01
    assert binom.cdf(wrong, studies, 0.01) > 0.01  # and not because it is never said


def test_below_five_replicates_nothing_is_said(tmp_path) -> None:
    jobs, ablated = planted(tmp_path, GROWING, replicates=4)
    assert answer(ablation_table(jobs, study(), [ablated]), "s--t", "auroc") == (UNCLEAR, None, None)


def test_the_whole_source_has_the_numbers_of_the_comparisons(tmp_path) -> None:
    jobs, ablated = planted(tmp_path, GROWING)
    own = ablation_table(jobs, study(source_models=2), [ablated])
    settings = study(source_models=2)
    scores = score_target(jobs, settings.draws, seed("fake", "t", "bootstrap", settings.seed))
    names = ("scratch", "full")
    panel = build_panel(TransferSettings("s--t", ("s",), "t", "s", "t", names, ("full",)), settings, scores)
    table = comparisons_table([panel])
    for metric, role in (("auroc", "secondary"), ("mcc", "descriptive")):
        expected = table[
            (table["strategy"] == "full")
            & (table["reference"] == "scratch")
            & (table["role"] == role)
            & (table["metric"] == metric)
            & (table["train_size"] == "50")
        ]
        found = own[own["is_whole"] & (own["metric"] == metric) & (own["train_size"] == "50")]
        numbers = found[["gain", "ci_low", "ci_high"]].to_numpy()
        assert numbers.tolist() == expected[["difference", "ci_low", "ci_high"]].to_numpy().tolist()


def test_transfers_stand_in_the_order_of_the_study(tmp_path) -> None:
    jobs, ablated = planted(tmp_path, SATED)
    renamed = [
        FitJob(job.transfer and "r--t", job.target, job.strategy, job.kind, job.predictions)
        for job in jobs
        if job.transfer
    ]
    first = Ablated("r--t", "r", "t", "full", (400,), 1600)
    table = ablation_table(jobs + renamed, study(draws=20), [first, ablated])
    assert table["transfer"].unique().tolist() == ["r--t", "s--t"]
    assert sorted(table.loc[table["transfer"] == "r--t", "source_size"].unique()) == [400, 1600]


def test_a_strategy_without_a_finished_fit_has_rows_without_numbers(tmp_path) -> None:
    jobs, ablated = planted(tmp_path, SATED)
    path = tmp_path / "full@100/p.parquet"
    pd.read_parquet(path).head(0).to_parquet(path, index=False)
    table = ablation_table(jobs, study(draws=20), [ablated])
    assert curve(table).loc[100, ["gain", "more_from_whole"]].isna().all()
    assert curve(table).loc[400, "gain"] > 0
    assert answer(table, "s--t", "auroc").enough == 400
