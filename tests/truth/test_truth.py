"""The short form of `make truth`: fewer studies of the kinds that a broken method shows itself in."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from seqgraft.evaluate import FitJob, evaluate
from seqgraft.seeds import seed
from seqgraft.stats import intervals
from seqgraft.truth.claims import verdict_of
from seqgraft.truth.draw import Predictions, draw
from seqgraft.truth.expected import expected
from seqgraft.truth.judge import judge, mean_interval, settings
from seqgraft.truth.table import answers, markdown, summarise
from seqgraft.truth.worlds import FULL, SCRATCH, WORLDS, World

ROOT = Path(__file__).resolve().parents[2]
#: Studies of each kind. With them the whole file takes 40 s on one idle core.
STUDIES = {
    "useless": 150, "useless-sources": 150, "shuffled": 150, "helps": 40, "hurts": 40, "savings": 100,
    "uneven": 200, "noisy": 150, "near-1-small": 400,
    "few": 300,
}  # fmt: skip
#: Chance that a row at the very edge of what is asked is called wrong; the studies are the same at each run.
RISK = 0.01


def wrong(kind: str, studies: int) -> list[str]:
    """Name the claims that so many studies contradict, binomial error allowed for."""
    table = summarise(kind, studies, answers(kind, range(studies), draws=100))
    found = []
    for row in table[table["asked_low"].notna()].to_dict("records"):
        hits = round(row["found"] * studies)
        too_few = binom.cdf(hits, studies, row["asked_low"]) < RISK
        too_many = binom.sf(hits - 1, studies, row["asked_high"]) < RISK
        found += [f"{row['what']}: {row['found']}"] if too_few or too_many else []
    return found


@pytest.mark.parametrize("kind", STUDIES)
def test_what_is_planted_is_found(kind: str) -> None:
    assert wrong(kind, STUDIES[kind]) == []


def test_a_kind_is_asked_its_own_range_where_it_has_one_and_others_are_not() -> None:
    rows = {answer.what: (answer.low, answer.high) for answer in answers("few", [0], draws=20)}
    assert rows.pop("interval of the AUROC difference holds it") == (0.93, 0.99)
    assert set(rows.values()) == {(0.93, 0.97)}
    for name, world in WORLDS.items():
        assert bool(world.asked) is (name == "few")
        assert set(world.asked) <= set(world.claims)


# --- methods broken on purpose


def nested(moments: intervals.Moments) -> intervals.Moments:
    """Examples taken as if every replicate had its own, so that what they share averages out."""
    apart = (moments.example_part + (moments.replicates - 1) * moments.interaction_part) / moments.replicates
    return dataclasses.replace(moments, example_part=apart)


def not_resampled(moments: intervals.Moments) -> intervals.Moments:
    """No example is drawn."""
    nothing = 0 * moments.example_part
    return dataclasses.replace(moments, example_part=nothing, interaction_part=nothing)


def owen(moments: intervals.Moments) -> intervals.Moments:
    """Interaction counted three times, as by a pigeonhole bootstrap."""
    both = moments.interaction_part
    return dataclasses.replace(
        moments, replicate_part=moments.replicate_part + both, interaction_part=0 * both
    )


@pytest.mark.parametrize(
    ("broken", "kind", "studies"),
    [(nested, "shuffled", 60), (not_resampled, "shuffled", 60), (owen, "noisy", 350)],
)
def test_wrong_moments_are_found_out(
    monkeypatch: pytest.MonkeyPatch, broken: Callable, kind: str, studies: int
) -> None:
    right = intervals.two_way_moments
    monkeypatch.setattr(intervals, "two_way_moments", lambda *values: broken(right(*values)))
    assert wrong(kind, studies)


def test_a_normal_quantile_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "stdtrit", lambda df, level: norm.ppf(level))
    assert wrong("uneven", 800)


def test_a_symmetric_interval_near_1_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def symmetric(mean: float, error: float, reach: float, *_: object) -> tuple[float, float]:
        return mean - reach * error, mean + reach * error

    monkeypatch.setattr(intervals, "_score_interval", symmetric)
    assert wrong("near-1-small", 800)


# --- the simulation itself


def files(world: World, drawn: Predictions, folder: Path) -> list[FitJob]:
    """Write a study's predictions as fits would."""
    jobs = []
    for name, logits in drawn.test.items():
        frames = []
        for s, n in enumerate(world.sizes):
            for r in range(world.replicates):
                frames.append((n, r, "test", drawn.labels, logits[s, r]))
                if world.held_out:
                    frames.append((n, r, "held-out", drawn.held_labels[s], drawn.held[name][s][r]))
        path = folder / f"{name}.parquet"
        pd.concat(
            pd.DataFrame(
                {
                    "id": [f"{part}{i:05d}" for i in range(len(labels))],
                    "train_size": n,
                    "is_all": False,
                    "replicate": r + 1,
                    "part": part,
                    "label": labels.astype("int8"),
                    "prediction": values,
                }
            )
            for n, r, part, labels, values in frames
        ).to_parquet(path, index=False)
        jobs.append(FitJob(None if name == SCRATCH else "source--target", "target", name, "strategy", path))
    return jobs


@pytest.mark.parametrize("kind", ["useless-sources", "metrics"])
def test_simulated_studies_are_judged_as_real_ones(kind: str, tmp_path: Path) -> None:
    world = WORLDS[kind]
    drawn = draw(world, np.random.default_rng(1))
    study = settings(world, 100)
    tables = evaluate(files(world, drawn, tmp_path), study)
    panel = judge(world, drawn, 100, seed(study.study, "target", "bootstrap", study.seed))
    primary = tables.comparisons.query("role == 'primary'").iloc[0]
    found = panel.difference("chosen", SCRATCH, "auroc", None)
    assert (found.mean, found.low, found.high) == pytest.approx(
        (primary["difference"], primary["ci_low"], primary["ci_high"]), rel=1e-9
    )
    assert verdict_of(panel) == primary["verdict"]
    for metric in ("auroc", *world.metrics):
        row = tables.summary.query(f"strategy == 'full' and metric == '{metric}'").iloc[0]
        found = mean_interval(panel, FULL, metric, panel.sizes[0])
        assert (found.mean, found.low, found.high) == pytest.approx(
            (row["mean"], row["ci_low"], row["ci_high"]), rel=1e-9
        )


@pytest.mark.parametrize("metric", ["auroc", "auprc", "mcc", "log_loss"])
def test_expected_values_are_the_means_of_many_studies(metric: str) -> None:
    world = dataclasses.replace(WORLDS["metrics"], test=(540, 1460), replicates=40)
    values = []
    for number in range(4):
        panel = judge(world, draw(world, np.random.default_rng(number)), 3, number)
        values.append(panel.at(FULL, metric, panel.sizes[0])[:, 0].mean())
    error = np.std(values, ddof=1) / 2
    assert np.mean(values) == pytest.approx(expected(world, FULL, 0, metric), abs=5 * error + 0.002)


def test_a_study_is_the_same_each_time_and_no_two_are_alike() -> None:
    first, again, other = (answers("near-1-small", [number], 20) for number in (3, 3, 4))
    assert first == again
    panels = [judge(WORLDS["helps"], draw(WORLDS["helps"], np.random.default_rng(n)), 3, n) for n in (1, 2)]
    means = [panel.difference("chosen", SCRATCH, "auroc", None).mean for panel in panels]
    assert means[0] != means[1]
    assert len(first) == len(other)


# --- the page


def test_the_table_in_the_docs_is_the_measured_one() -> None:
    table = pd.read_csv(ROOT / "bench/truth.tsv", sep="\t", keep_default_na=False, na_values=[""])
    assert markdown(table) in (ROOT / "docs/truth.md").read_text()
    assert set(table["kind"]) == {world.title for world in WORLDS.values()}
    assert (table["studies"] == 2000).all()
