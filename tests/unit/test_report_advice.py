import math

import pytest
from report_fixtures import make_inputs, make_verdict

from seqgraft.report import advice
from seqgraft.report.data_tables import reason_kind
from seqgraft.report.leak_tables import leakage_sentence
from seqgraft.report.matrix import overview_words
from seqgraft.report.methods import methods
from seqgraft.report.words import GLOSSARY, glossary, simulated_note

TRANSFER = "ecoli--bsubtilis"


def steps(verdict: str, **planted) -> str:
    inputs = make_inputs({TRANSFER: verdict})
    entry = inputs.verdicts[0] | planted
    return " ".join(advice.next_steps(entry, inputs.comparisons, "the target", simulated=False))


def test_helps_names_the_sizes_at_which_it_is_shown():
    # Planted: adjusted p 0.0021, 0.2121 and 0.4221 at the three sizes.
    words = steps("helps")
    assert "shown at 50 labels; at 200 and all (900) it is not" in words
    assert "they chose full-kept-head most often (6 of 10 replicates)" in words
    assert words.count("Use transfer for the target with few labels: ") == 1
    assert "does not mean" not in words
    # The contrast with zero-shot, +0.016 (−0.004 to +0.036), holds zero.
    assert "(zero-shot) may do as well: try it first" in words
    # That with the baseline, +0.044 (+0.024 to +0.064), does not.
    assert "kmer-logistic is simpler" not in words


@pytest.mark.parametrize(
    ("p_values", "where"),
    [((0.4, 0.2, 0.01), "shown at all (900) labels; at 50 and 200 it is not"),
     ((0.01, 0.2, 0.01), "shown at 50 and all (900) labels; at 200 it is not")],
)  # fmt: skip
def test_a_gain_that_is_not_shown_with_the_fewest_labels_is_no_advice_for_few_labels(p_values, where):
    inputs = make_inputs({TRANSFER: "helps"})
    table = inputs.comparisons
    own = (table["role"] == "secondary") & (table["strategy"] == "chosen")
    table.loc[own, "p_adjusted"] = p_values
    words = " ".join(advice.next_steps(inputs.verdicts[0], table, "the target", simulated=False))
    assert (
        f"Use transfer for the target: the gain over scratch is {where}, which does not mean that there"
        in words
    )
    assert "with few labels" not in words


def test_one_strategy_alone_is_named_without_counts():
    assert "Train with full." in steps("helps", choices={"50": {"full": 10}, "all": {"full": 10}})
    words = steps("helps", choices={"50": {"full": 10}, "all": {"full": 9, "linear-probe": 1}})
    assert "Train with" not in words
    assert "at 50 labels they chose full most often (10 of 10 replicates)" in words


def test_what_is_better_than_transfer_is_named_first():
    inputs = make_inputs({TRANSFER: "helps"})
    table = inputs.comparisons
    worse = (table["role"] == "contrast") & (table["train_size"] == "curve")
    table.loc[worse, ["difference", "ci_low", "ci_high"]] = [-0.05, -0.07, -0.03]
    found = advice.next_steps(inputs.verdicts[0], table, "the target", simulated=False)
    assert found[0] == (
        "kmer-logistic is better than the chosen strategy (difference in AUROC −0.050, interval −0.070 to "
        "−0.030): use it instead."
    )
    assert found[1].startswith("The source model as it is (zero-shot) is better than")
    words = " ".join(found)
    assert "Use transfer" not in words
    assert "try it first" not in words
    assert "not shown to be worse" not in words


def test_an_interval_without_zero_can_still_be_no_evidence():
    words = steps("no evidence", ci_low=0.001, ci_high=0.03)
    assert "The interval excludes 0, but p adjusted for the other transfers is above 0.05" in words
    assert "a loss of" not in words


def test_no_verdict_for_want_of_an_interval_does_not_ask_for_replicates():
    words = steps("no verdict", ci_low=None, ci_high=None)
    assert "AUROC is undefined too often to be tested" in words
    assert "Set replicates" not in words


def test_where_small_is_better_a_fall_is_a_gain():
    inputs = make_inputs({TRANSFER: "no evidence"})
    entry = make_verdict(TRANSFER, "no evidence", 10) | {
        "metric": "log_loss",
        "ci_low": -0.03,
        "ci_high": 0.01,
    }
    words = " ".join(advice.next_steps(entry, inputs.comparisons, "the target", simulated=False))
    assert "a loss of 0.010 and a gain of 0.030 log loss" in words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "did as well as about 358 labels with scratch: savings of 7.2× (interval 4.9× to 13×)."),
        (
            {"savings": 0.6, "ci_low": 0.5, "ci_high": 0.9},
            "did worse than 50 labels with scratch: no labels saved, 0.6× (interval 0.5× to 0.9×).",
        ),
        (  # what `stats.savings` gives where even the smallest size was better, beyond doubt
            dict.fromkeys(("savings", "ci_low", "ci_high"), 1.0)
            | dict.fromkeys(("censored", "ci_low_censored", "ci_high_censored"), "at most"),
            "50 labels with transfer did worse than 50 labels with scratch: no labels saved",
        ),
        (
            dict.fromkeys(("savings", "ci_low", "ci_high"), 1.0)
            | dict.fromkeys(("censored", "ci_low_censored", "ci_high_censored"), "at least"),
            "did better than 50 labels with scratch, the most that were tried",
        ),
        (
            {"savings": 18.0, "censored": "at least"},
            "better than 900 labels with scratch, the most that were tried",
        ),
        (
            {"savings": 18.0, "censored": "at least", "ci_low": 1.0, "ci_low_censored": "at most"},
            "no savings are shown with 50 labels: the estimate is more than 18×, but its interval",
        ),
        ({"ci_low": math.nan, "ci_high": math.nan}, "an estimate of 7.2×, without an interval"),
    ],
)
def test_savings_in_words(changes, words):
    savings = make_inputs().savings.iloc[:1].assign(**changes)
    (sentence,) = advice.label_savings(savings, TRANSFER, "auroc")
    assert words in sentence


def test_savings_that_do_not_exist_are_not_told():
    savings = make_inputs().savings.iloc[:1].assign(savings=math.nan)
    assert advice.label_savings(savings, TRANSFER, "auroc") == []


def test_overview_counts():
    verdicts = [{"verdict": name} for name in ("helps", "helps", "hurts")]
    assert overview_words(verdicts) == "2 transfers that helped and 1 transfer that hurt."


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("duplicate of seq 12 of x", "duplicate of …"),
        ("id missing, renamed to a.fa:17", "id missing, renamed to …"),
        ("ambiguous letter N: left out", "ambiguous letter N: left out"),
    ],
)
def test_equal_reasons_are_counted_together(reason, kind):
    assert reason_kind(reason) == kind


def test_leakage_in_a_sentence():
    assert leakage_sentence(make_inputs()) == (
        "2 checks (exact matches): 1 found sequences on both sides of a line; "
        "2 sequences were left out before anything was learned."
    )


@pytest.mark.parametrize(
    ("sources", "replicates", "covered", "shared"),
    [
        (3, 10, "which labels were drawn, which sequences were tested and which source model was used", True),
        (1, 10, "which labels were drawn and which sequences were tested", False),
        (
            10,
            10,
            "which labels were drawn, which sequences were tested and which source model was used",
            False,
        ),
        (3, 1, "which sequences were tested", False),
    ],
)
def test_intervals_cover_what_the_study_varied(sources, replicates, covered, shared):
    inputs = make_inputs(replicates=replicates)
    inputs.config["pretraining"]["replicates"] = sources
    (about,) = [about for _, key, about in glossary(inputs) if key == "interval"]
    assert f"It covers {covered}." in about
    words = methods(inputs, 0.95).text
    assert ("count what replicates share" in words) == shared
    assert ("with one replicate they do not cover" in words) == (replicates == 1)


def test_simulated_tasks_are_named_where_others_are_real():
    inputs = make_inputs(simulated=True)
    assert simulated_note(inputs).startswith("The sequences of this study were made by a program.")
    inputs.config["tasks"]["bsubtilis"].pop("simulate")
    assert "a program: those of E. coli σ70 promoters. Nothing that rests on them" in simulated_note(inputs)
    assert simulated_note(make_inputs()) == ""


def test_every_word_is_explained_once():
    keys = [key for _, key, _ in GLOSSARY]
    assert len(keys) == len(set(keys))
    assert all(about.endswith(".") for _, _, about in GLOSSARY)
    explained = {term: about for term, _, about in GLOSSARY}
    assert "probabilities are neither too sure nor too timid" in explained["temperature"]
    assert "learns nothing from a source" in explained["baseline"]  # random-backbone is one, and a network


def contrast_with_kmer(low: float, high: float, metric: str = "auroc") -> tuple[str, str] | None:
    inputs = make_inputs()
    table = inputs.comparisons.assign(metric=metric)
    here = (table["reference"] == "kmer-logistic") & (table["train_size"] == "curve")
    table.loc[here, ["difference", "ci_low", "ci_high"]] = [(low + high) / 2, low, high]
    return advice.baseline_warning(inputs.verdicts[0] | {"metric": metric}, table)


def test_a_network_that_is_not_better_than_kmers_is_warned_of():
    assert contrast_with_kmer(0.001, 0.05) is None
    opening, sentence = contrast_with_kmer(-0.01, 0.05)
    assert opening == "Not better than a k-mer model."
    assert "from kmer-logistic is +0.020 (interval −0.010 to +0.050)" in sentence
    assert contrast_with_kmer(-0.05, -0.01)[0] == "Worse than a k-mer model."
    assert contrast_with_kmer(0.0, 0.05)[0] == "Not better than a k-mer model."
    # Of a loss, less is better: an interval below zero is a network that is better.
    assert contrast_with_kmer(-0.05, -0.01, "log_loss") is None
    assert contrast_with_kmer(0.01, 0.05, "log_loss")[0] == "Worse than a k-mer model."


def test_without_a_baseline_nothing_is_warned_of():
    inputs = make_inputs()
    assert advice.baseline_warning(inputs.verdicts[0] | {"best_baseline": None}, inputs.comparisons) is None
    assert advice.baseline_warning(inputs.verdicts[0], inputs.comparisons.iloc[:0]) is None
