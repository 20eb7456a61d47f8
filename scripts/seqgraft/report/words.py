"""The words of the page, explained for who meets them for the first time."""

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.task_words import target_types
from seqgraft.stats.metric_names import CHAIN

#: Term, key of its anchor, explanation. The order is that in which a reader meets them.
GLOSSARY: tuple[tuple[str, str, str], ...] = (
    (
        "transfer",
        "transfer",
        "Learning on one labelled set of sequences (the source) and carrying what was learned over to "
        "another (the target) that has few labels.",
    ),
    (
        "source, target",
        "source",
        "The source is the task that is learned first, usually the one with more labels. The target is the "
        "task that you care about.",
    ),
    (
        "train size",
        "train-size",
        "How many labelled sequences of the target a model was allowed to see, everything included: also "
        "those set aside to choose settings. “All” is the whole pool.",
    ),
    (
        "pool and test part",
        "test",
        "The target's sequences are divided once. The test part is used only to score finished models; "
        "labels are drawn from the rest, the pool.",
    ),
    (
        "replicate",
        "replicate",
        "One repetition of the whole experiment with other labels drawn from the pool and another random "
        "start. All that learns from target labels shares the same draws, so it can be compared pair by "
        "pair.",
    ),
    (
        "strategy",
        "strategy",
        "A way to learn the target: from scratch, or from the source model in one of several ways.",
    ),
    (
        "chosen",
        "chosen",
        "What a careful user would have got: for each replicate and train size the strategy that did "
        "best on held-out labels, or the one named beforehand. The test part has no say.",
    ),
    (
        "scratch",
        "scratch",
        "The same network trained on the target's labels alone. It is what transfer has to beat.",
    ),
    (
        "zero-shot",
        "zero-shot",
        "The source model applied to the target as it is, without any target label.",
    ),
    (
        "baseline",
        "baseline",
        "A simple method that learns nothing from a source; most have no neural network. If it does as well, "
        "transfer is not needed.",
    ),
    (
        "backbone, head",
        "backbone",
        "The layers that read a sequence, which are what transfer carries over, and the last layer, which "
        "turns what they found into an answer.",
    ),
    (
        "held-out",
        "held-out",
        "Labelled sequences that a model did not learn from. Inside the n labels they are used to choose "
        "settings: below 500 labels each is held out in turn (cross-fitting), from 500 on one part is.",
    ),
    (
        "AUROC",
        "auroc",
        "The chance that a random positive sequence gets a higher score than a random negative one: 0.5 "
        "is guessing, 1 is perfect.",
    ),
    (
        "AUPRC",
        "auprc",
        "Average precision over all thresholds. Guessing gives the share of positives.",
    ),
    (
        "MCC",
        "mcc",
        "Matthews correlation between predicted and true classes: 0 is guessing, 1 is perfect. Unlike "
        "AUROC it depends on the threshold.",
    ),
    (
        "recall, specificity, precision",
        "calls",
        "Share of the positives that are found; share of the negatives that are left alone; share of the "
        "positive calls that are right. F1 joins recall and precision. All depend on the threshold.",
    ),
    (
        "log loss, Brier score",
        "loss",
        "How far predicted probabilities are from the truth; 0 is perfect. A confident mistake costs most.",
    ),
    (
        "calibration, ECE",
        "calibration",
        "Whether predicted probabilities are right: of the sequences that get 0.8, eight in ten should be positive. "
        "The calibration error (ECE) is the mean distance between predicted probabilities and observed shares, in bins "
        "of equal numbers of sequences (Naeini et al. 2015, AAAI; Guo et al. 2017, ICML).",
    ),
    (
        "temperature",
        "temperature",
        "What a model's raw scores are divided by so that its probabilities are neither too sure nor too timid; fitted "
        "on held-out labels.",
    ),
    (
        "prior adapted",
        "prior",
        "Probabilities shifted to the share of positives that the model's own predictions for the unlabelled test "
        "sequences suggest. It uses sequences of the test part, never their labels.",
    ),
    (
        "interval",
        "interval",
        "The range of values that are compatible with the data. It covers {covered}. For a difference: if "
        "it holds 0, the difference may be chance.",
    ),
    (
        "mean over sizes",
        "curve",
        "The average over the learning curve in log n, so that each doubling of the labels counts the "
        "same. The verdict rests on this one number.",
    ),
    (
        "p, Holm",
        "holm",
        "p: how often a difference at least this large would turn up if there were none. Asking many "
        "questions makes chance finds likely; Holm's method raises the p-values to make up for it.",
    ),
    (
        "label savings",
        "savings",
        "How many labels the reference needs to do as well as transfer does with n, divided by n. 2× "
        "means that transfer halves the labelling.",
    ),
    (
        "leak",
        "leak",
        "The same sequence on both sides of a line that it must not cross, for example in training and "
        "in the test part. Leaks make a model look better than it is.",
    ),
    (
        "identity",
        "identity",
        "How much of a test sequence a training sequence holds: the identical positions of their best local alignment, "
        "divided by the test sequence's length. 100 % means that it is there as a whole; 50 % may be half of it "
        "unchanged. Short stretches agree by chance, so even unrelated sequences do not have 0 %.",
    ),
    (
        "threshold",
        "threshold",
        "The score above which a sequence is called positive, fitted on held-out labels where there are "
        "at least ten of each class, 0.5 otherwise.",
    ),
)


#: Keys of what has a meaning only where there are positives.
BINARY_WORDS = frozenset(
    {"auprc", "mcc", "calls", "loss", "calibration", "temperature", "prior", "threshold"}
)
#: What tasks of other types have: a metric that tells them, and the entry.
OF_TYPES: tuple[tuple[str, tuple[str, str, str]], ...] = (
    (
        "spearman",
        (
            "Spearman, Pearson",
            "correlation",
            "How well predicted and measured values agree in their order (Spearman) or along a line (Pearson): 0 is "
            "guessing, 1 is perfect. A constant prediction has none.",
        ),
    ),
    (
        "mse",
        (
            "mean squared error, R²",
            "error",
            "The mean of the squared distance of predicted from measured values, in the square of their unit; and the "
            "share of their variance that is explained, below 0 where the mean of all would do better.",
        ),
    ),
    (
        "concordance",
        (
            "concordance index",
            "concordance",
            "Of two sequences with different measured values, how often the greater one is predicted to be greater: "
            "0.5 is guessing, 1 is perfect.",
        ),
    ),
    (
        "balanced_accuracy",
        (
            "accuracy, balanced accuracy, macro F1, MCC",
            "classes",
            "Share of right calls; the mean over classes of the share of each class that is found (its recall); the "
            "mean over classes of F1, which joins recall and precision; the correlation of calls and classes, 0 for "
            "guessing. A rare class counts as much as a common one in the two means.",
        ),
    ),
    (
        "macro_auroc",
        (
            "macro, micro",
            "macro",
            "A mean of the scores of single classes (macro), or one score of the calls of all classes together "
            "(micro). A class is called where its probability is at least one half.",
        ),
    ),
    (
        "log_loss",
        (
            "log loss",
            "loss",
            "How far predicted probabilities are from the truth; 0 is perfect. A confident mistake costs most.",
        ),
    ),
)
BY_CHAIN = (
    "by chain",
    "chain",
    "A score of each chain's residues alone, averaged over chains; without these words a score pools the residues of "
    "all chains. Intervals rest on chains, because the residues of one are not independent.",
)


def glossary(inputs: ReportInputs) -> list[tuple[str, str, str]]:
    """Explain the words of the page, saying of intervals what they cover in this study.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of (str, str, str)
        As `GLOSSARY`.
    """
    replicates, sources = _counts(inputs)
    covered = ["which sequences were tested"]
    if replicates > 1:
        covered.insert(0, "which labels were drawn")
    if min(replicates, sources) > 1:
        covered.append("which source model was used")
    kinds = target_types(inputs)
    binary = any(kind.binary for kind in kinds)
    metrics = {name.removeprefix(CHAIN) for kind in kinds for name in kind.metrics}
    said = [entry for entry in GLOSSARY if binary or entry[1] not in BINARY_WORDS]
    said = [entry for entry in said if binary or entry[1] != "auroc" or "macro_auroc" in metrics]
    place = next(place for place, (_, key, _) in enumerate(said) if key in ("interval",))
    more = (
        []
        if binary and len(kinds) == 1
        else _of_types(metrics, per_residue=any(k.per_residue for k in kinds))
    )
    return [
        (term, key, about.replace("{covered}", text.listed(covered)))
        for term, key, about in (*said[:place], *more, *said[place:])
    ]


def _of_types(metrics: set[str], *, per_residue: bool) -> list[tuple[str, str, str]]:
    """Explain the metrics of tasks that are not binary, those that the study has."""
    found = [entry for needs, entry in OF_TYPES if needs in metrics]
    return [*found, BY_CHAIN] if per_residue else found


def simulated_note(inputs: ReportInputs) -> str:
    """Say which sequences were made by a program; empty where none were."""
    tasks = inputs.learned
    made = [inputs.title_of(name) for name, task in tasks.items() if "simulate" in task]
    if not made:
        return ""
    if len(made) == len(tasks):
        return (
            "The sequences of this study were made by a program. Nothing on this page is a finding about "
            "real organisms."
        )
    return (
        f"Some sequences of this study were made by a program: those of {text.listed(made)}. Nothing that "
        "rests on them is a finding about real organisms."
    )


def _counts(inputs: ReportInputs) -> tuple[int, int]:
    """Return how many replicates and how many source models the study has."""
    return int(inputs.config["replicates"]), int(inputs.config["pretraining"]["replicates"])
