import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fake_predictions import make_study

from seqgraft.errors import SeqgraftError
from seqgraft.evaluate import Tables, evaluate, write_tables
from seqgraft.stats.curves import curve_weights
from seqgraft.stats.multiplicity import holm, p_text
from seqgraft.stats.verdicts import _sentence

SIZES = ((50, False), (100, False), (300, True))
SMALL = {"n_test": 160, "positives": 0.3, "sizes": SIZES, "draws": 100}
SCRATCH = (1.3, 0.3)
HURTS = dict.fromkeys(("linear-probe", "full", "full-kept-head"), (0.5, 0.1))
NOTHING = dict.fromkeys(("linear-probe", "full", "full-kept-head"), SCRATCH)
TRANSFERS = (("good", "target"), ("bad", "target"), ("same", "target"))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return make_study(
        folder,
        TRANSFERS,
        effects={"bad--target": HURTS, "same--target": NOTHING},
        titles={"good": "E. coli", "target": "B. subtilis"},
        replicates=6,
        **SMALL,
    )


@pytest.fixture(scope="module")
def tables(study) -> Tables:
    return evaluate(*study)


def rows(table: pd.DataFrame, **words) -> pd.DataFrame:
    for column, value in words.items():
        table = table[table[column] == value]
    return table


def test_planted_effects_are_found(tables):
    assert [entry["verdict"] for entry in tables.verdicts] == ["helps", "hurts", "no evidence"]


def test_sentence(tables):
    good, bad, same = (entry["sentence"] for entry in tables.verdicts)
    assert good.startswith("Transfer helps: with E. coli as source, AUROC on B. subtilis is 0.")
    assert "higher than training from scratch, averaged over 50 to 300 labels (95 % interval 0." in good
    assert good.endswith("adjusted for 3 transfers).")
    assert bad.startswith("Transfer hurts: with bad as source")
    assert "lower than training from scratch" in bad
    assert same.startswith("No evidence that transfer helps or hurts: with same as source")


def test_primary_difference_is_the_curve_of_the_metrics_table(tables):
    table = rows(tables.metrics, transfer="good--target", part="test", metric="auroc")
    mean = table.groupby(["strategy", "train_size"])["value"].mean()
    expected = sum(
        weight * (mean["chosen", n] - mean["scratch", n])
        for weight, (n, _) in zip(curve_weights([n for n, _ in SIZES]), SIZES, strict=True)
    )
    primary = rows(tables.comparisons, transfer="good--target", role="primary")
    assert len(primary) == 1
    assert primary["difference"].item() == pytest.approx(expected)
    assert primary["train_size"].item() == "curve"
    assert tables.verdicts[0]["difference"] == pytest.approx(expected, rel=1e-5)


def test_holm_families(tables):
    primary = rows(tables.comparisons, role="primary")
    assert len(primary) == 3
    np.testing.assert_allclose(primary["p_adjusted"], holm(primary["p_value"]))
    for transfer in primary["transfer"]:
        secondary = rows(tables.comparisons, role="secondary", transfer=transfer)
        # zero-shot, three candidates, two baselines and chosen, at three sizes.
        assert len(secondary) == 21
        np.testing.assert_allclose(secondary["p_adjusted"], holm(secondary["p_value"]))


def test_only_primary_and_secondary_rows_have_p_values_and_only_primary_a_verdict(tables):
    by_role = tables.comparisons.groupby("role")["p_value"].count()
    assert by_role["primary"] == 3
    assert by_role["contrast"] == by_role["descriptive"] == 0
    assert set(tables.comparisons.loc[tables.comparisons["verdict"] != "", "role"]) == {"primary"}
    descriptive = rows(tables.comparisons, role="descriptive")
    assert descriptive["ci_low"].notna().any()
    assert "mcc" in set(descriptive["metric"])


def test_contrasts_are_against_the_best_baseline_and_zero_shot(tables):
    contrast = rows(tables.comparisons, transfer="good--target", role="contrast")
    assert set(contrast["reference"]) == {"kmer-logistic", "zero-shot"}
    assert contrast["train_size"].tolist() == ["curve", "50", "100", "300"] * 2


def test_zero_shot_is_paired_by_source_model(tables):
    table = rows(tables.metrics, transfer="good--target", part="test", metric="auroc")
    zero = rows(table, strategy="zero-shot").set_index("replicate")["value"]
    assert zero.index.tolist() == [1, 2, 3]
    chosen = rows(table, strategy="chosen", train_size=50).set_index("replicate")["value"]
    expected = np.mean([chosen[r] - zero[(r - 1) % 3 + 1] for r in range(1, 7)])
    found = rows(
        tables.comparisons, transfer="good--target", role="contrast", reference="zero-shot", train_size="50"
    )
    assert found["difference"].item() == pytest.approx(expected)


def test_chosen_is_one_of_the_candidates(tables):
    choices = tables.verdicts[0]["choices"]
    assert list(choices) == ["50", "100", "all"]
    for counts in choices.values():
        assert sum(counts.values()) == 6
        assert set(counts) <= {"linear-probe", "full", "full-kept-head"}


def test_targets_predictions_serve_every_transfer(tables):
    table = rows(tables.metrics, strategy="scratch", part="test", metric="mcc")
    values = [group["value"].tolist() for _, group in table.groupby("transfer")]
    assert len(values) == 3
    assert values[0] == values[1] == values[2]
    assert set(table["source"]) == {"good", "bad", "same"}


def test_summary(tables):
    row = rows(
        tables.summary, transfer="good--target", strategy="scratch", train_size=300, metric="accuracy"
    ).iloc[0]
    values = rows(
        tables.metrics,
        transfer="good--target",
        strategy="scratch",
        train_size=300,
        metric="accuracy",
        part="test",
    )["value"]
    assert row["is_all"]
    assert (row["mean"], row["sd"]) == pytest.approx((values.mean(), values.std(ddof=1)))
    assert row["ci_low"] < row["mean"] < row["ci_high"]
    assert (row["replicates"], row["n_test"], row["kind"], row["note"]) == (6, 160, "strategy", "")
    zero = rows(tables.summary, transfer="good--target", strategy="zero-shot", metric="mcc").iloc[0]
    assert (zero["train_size"], zero["replicates"], zero["note"]) == (0, 3, "prior not adapted")


def test_savings(tables):
    table = rows(tables.savings, transfer="good--target", reference="scratch")
    assert table["train_size"].tolist() == [50, 100, 300]
    first = table.iloc[0]
    # Planted: at 50 labels transfer is as good as scratch at 300 or more (2.2 = 1.3 + .3 * log2(8)).
    assert first["savings"] > 2
    assert first["ci_low"] > 1
    assert first["ci_high_censored"] == "at least"


def test_undefined_precision_is_noted(tables):
    row = rows(tables.summary, transfer="good--target", strategy="constant", metric="precision").iloc[0]
    assert np.isnan(row["mean"])
    assert "undefined in 6 of 6 fits" in row["note"]


def test_written_files(tables, study, tmp_path):
    write_tables(tables, tmp_path)
    assert json.loads((tmp_path / "verdicts.json").read_text()) == tables.verdicts
    for name in ("metrics", "summary", "comparisons", "savings"):
        read = pd.read_csv(tmp_path / f"{name}.tsv", sep="\t", keep_default_na=False)
        table = getattr(tables, name)
        assert list(read.columns) == list(table.columns)
        assert len(read) == len(table)
    write_tables(evaluate(*study), tmp_path / "again")
    for path in tmp_path.glob("*.*"):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


@pytest.mark.parametrize("replicates", [1, 4])
def test_few_replicates_give_no_verdict(tmp_path, replicates):
    found = evaluate(*make_study(tmp_path, replicates=replicates, source_models=1, **SMALL))
    (verdict,) = found.verdicts
    assert verdict["verdict"] == "no verdict"
    assert verdict["p_value"] is None
    assert verdict["sentence"].startswith("No verdict (fewer than 5 replicates: no verdict)")
    assert verdict["ci_low"] < verdict["difference"] < verdict["ci_high"]
    assert "Fewer than 5 replicates: no verdict." in verdict["cautions"]
    assert "One source model: the verdict holds for this source model." in verdict["cautions"]
    assert found.comparisons["p_value"].isna().all()
    note = rows(found.summary, strategy="scratch", metric="auroc")["note"].iloc[0]
    assert note == ("one replicate: interval over test examples only" if replicates == 1 else "")


def test_cautions(tables, tmp_path):
    good, bad, _ = (" ".join(entry["cautions"]) for entry in tables.verdicts)
    assert "conditional on this pool" in good
    # Planted: at .5 to .76 between the classes, transfer is far below k-mers (1.6 and more) and zero-shot (2.2).
    assert (
        "The best baseline (kmer-logistic) is better than the chosen strategy (difference in AUROC −0." in bad
    )
    assert "Zero-shot is better than the chosen strategy" in bad
    assert "not shown to be better" not in bad
    assert "best baseline" not in good
    sizes = ((20, False), (60, False))
    found = evaluate(*make_study(tmp_path, replicates=5, **{**SMALL, "sizes": sizes}))
    (verdict,) = found.verdicts
    assert any("at train size 20: fewer than 10" in text for text in verdict["cautions"])
    assert verdict["thresholds"]["20"] == {"threshold": 0.5, "temperature": 1.0, "default": 5, "fits": 5}
    assert verdict["thresholds"]["60"]["default"] == 0
    note = rows(found.summary, strategy="scratch", train_size=20, metric="mcc")["note"].item()
    assert note == "temperature 1 and threshold .5 in 5 of 5 fits: too few held out"
    assert rows(found.summary, strategy="scratch", train_size=20, metric="auroc")["note"].item() == ""


def test_a_named_strategy_is_chosen_everywhere(tmp_path):
    jobs, settings = make_study(tmp_path, replicates=5, chosen="full", **SMALL)
    (verdict,) = evaluate(jobs, settings).verdicts
    assert verdict["choices"] == {size: {"full": 5} for size in ("50", "100", "all")}
    assert verdict["chosen_how"] == "full, named in the config"


@pytest.mark.parametrize(
    ("chosen", "candidates", "why"),
    [
        ("held-out", (), "no strategy of this transfer learns from both the source and the target's labels"),
        ("joint", ("full",), "joint, named in the config as chosen, is not a strategy of this transfer"),
    ],
)
def test_nothing_to_choose_gives_no_verdict(tmp_path, chosen, candidates, why):
    jobs, settings = make_study(tmp_path, replicates=5, chosen=chosen, **SMALL)
    transfers = (replace(settings.transfers[0], candidates=candidates),)
    found = evaluate(jobs, replace(settings, transfers=transfers))
    assert found.verdicts[0]["verdict"] == "no verdict"
    assert found.verdicts[0]["sentence"] == f"No verdict: {why}."
    assert "primary" not in set(found.comparisons["role"])
    assert found.savings.empty
    write_tables(found, tmp_path)


def test_one_train_size(tmp_path):
    found = evaluate(*make_study(tmp_path, replicates=5, **{**SMALL, "sizes": ((80, False),)}))
    assert ", at 80 labels (" in found.verdicts[0]["sentence"]
    assert found.savings["savings"].isna().all()
    assert (found.savings["note"] == "one train size: no curve").all()


def test_a_test_part_of_one_class_gives_no_verdict(tmp_path):
    found = evaluate(*make_study(tmp_path, replicates=5, **{**SMALL, "positives": 0.0}))
    (verdict,) = found.verdicts
    assert verdict["verdict"] == "no verdict"
    assert verdict["sentence"] == "No verdict: AUROC is undefined on the test part of bsubtilis."
    write_tables(found, tmp_path)
    row = rows(found.summary, strategy="scratch", train_size=50, metric="auroc").iloc[0]
    assert np.isnan(row["mean"])
    assert "undefined in 5 of 5 fits" in row["note"]
    assert rows(found.summary, strategy="scratch", train_size=50, metric="accuracy")["mean"].notna().all()


def test_groups_are_resampled_whole(study, tables):
    jobs, settings = study
    ids = sorted(set(pd.read_parquet(jobs[0].predictions).query("part == 'test'")["id"]))
    alone = evaluate(jobs, settings, {"target": {name: name for name in ids}})
    grouped = evaluate(jobs, settings, {"target": {name: name[:-1] for name in ids}})
    words = {"transfer": "good--target", "strategy": "scratch", "train_size": 300, "metric": "accuracy"}
    widths = [
        (row["ci_high"] - row["ci_low"]).item()
        for row in (rows(found.summary, **words) for found in (tables, alone, grouped))
    ]
    assert widths[0] == pytest.approx(widths[1], rel=0.25)
    # Tens of examples with the same label: far fewer independent units.
    assert widths[2] > 1.2 * widths[1]
    with pytest.raises(SeqgraftError, match="no group"):
        evaluate(jobs, settings, {"target": {ids[0]: "one"}})


def spoil(tmp_path, change, strategy: str = "full"):
    jobs, settings = make_study(tmp_path, replicates=5, **SMALL)
    path = next(job.predictions for job in jobs if job.strategy == strategy)
    change(pd.read_parquet(path)).to_parquet(path, index=False)
    return jobs, settings


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[~((t["train_size"] == 100) & (t["replicate"] == 2))], r"full lacks 1 fit.*size 100.*2"),
        (lambda t: t.assign(prediction=np.where(t.index == 7, np.nan, t["prediction"])), "1 prediction"),
        (lambda t: t.drop(columns="part"), "lack the column"),
        (lambda t: t.replace({"id": {"tt00003": "other"}}), "test examples differ"),
        (lambda t: t.assign(label=1 - t["label"]), "test examples differ"),
    ],
)
def test_predictions_that_cannot_be_used_are_refused(tmp_path, change, message):
    with pytest.raises(SeqgraftError, match=message):
        evaluate(*spoil(tmp_path, change))


def test_missing_files_and_strategies_are_refused(tmp_path):
    jobs, settings = make_study(tmp_path, replicates=5, **SMALL)
    with pytest.raises(SeqgraftError, match="no predictions of full for transfer ecoli--bsubtilis"):
        evaluate([job for job in jobs if job.strategy != "full"], settings)
    with pytest.raises(SeqgraftError, match="no predictions for target"):
        evaluate([], settings)
    jobs[0].predictions.unlink()
    with pytest.raises(SeqgraftError, match="cannot be read"):
        evaluate(jobs, settings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ci_low": np.nan, "ci_high": np.nan}, "(AUROC is undefined in too many resamples of the test part"),
        ({"replicates": 3}, "(AUROC is defined in only 3 of 6 replicates)"),
        (
            {"verdict": "no evidence", "p_value": 0.03, "p_adjusted": 0.06},
            "The interval alone excludes 0, but p, once adjusted, is above 0.05.",
        ),
        ({"verdict": "helps", "p_value": 0.01, "p_adjusted": 0.02}, "0.010 to 0.050, p = 0.020, adjusted"),
    ],
)
def test_sentence_gives_the_true_reason(study, changes, words):
    _, settings = study
    panel = SimpleNamespace(study=settings, transfer=settings.transfers[0], sizes=list(SIZES), replicates=6)
    row = {"difference": 0.03, "ci_low": 0.01, "ci_high": 0.05, "verdict": "no verdict", "replicates": 6}
    sentence = _sentence(panel, pd.Series(row | changes), 2)
    assert words in sentence
    assert "nan" not in sentence
    assert "fewer than 5" not in sentence


def test_what_zero_shot_holds_out_is_the_sources(tables):
    parts = tables.metrics.groupby("strategy")["part"].unique().map(set)
    assert "held-out" not in parts["zero-shot"]
    assert parts["full"] == {"test", "held-out"}


@pytest.mark.parametrize(
    ("p_value", "text"),
    [(3e-7, "p < 0.0001"), (0.00031, "p = 0.0003"), (0.0123, "p = 0.012"), (0.214, "p = 0.21")],
)
def test_p_text(p_value, text):
    assert p_text(p_value) == text


def test_evaluation_does_not_import_torch():
    code = "import sys, seqgraft.evaluate; sys.exit('torch' in sys.modules or 'sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
