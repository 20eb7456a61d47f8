"""The words of the page, explained for who meets them for the first time, and the sentences on method."""

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import metric_title

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
        "The source is the task with many labels that is learned first. The target is the task that you "
        "care about.",
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
        "start. All strategies share the same draws, so they can be compared pair by pair.",
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
        "A simple method without a neural network. If it does as well, the network is not needed.",
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
        "settings, each being held out in turn (cross-fitting).",
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
        "interval",
        "interval",
        "The range of values that are compatible with the data. It covers which labels were drawn, which "
        "sequences were tested and which source model was used. For a difference: if it holds 0, the "
        "difference may be chance.",
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
        "threshold",
        "threshold",
        "The score above which a sequence is called positive, fitted on held-out labels where there are "
        "at least ten of each class, 0.5 otherwise.",
    ),
)


def methods(inputs: ReportInputs, level: float) -> list[str]:
    """Describe what was done in sentences that could stand in a paper.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    level : float
        Coverage of the intervals.

    Returns
    -------
    list of str
        Paragraphs.
    """
    config = inputs.config
    training, pretraining = config["training"], config["pretraining"]
    metric = metric_title(config["primary_metric"])
    sizes = text.listed([str(size) for size in config["train_sizes"]])
    tested = sum(verdict.get("p_value") is not None for verdict in inputs.verdicts)
    holm = f", adjusted by Holm's method for {tested} transfers" if tested > 1 else ""
    chosen = config.get("chosen", "held-out")
    how = (
        "the candidate with the lowest held-out log loss, chosen anew for each train size and replicate"
        if chosen == "held-out"
        else f"{chosen}, named beforehand"
    )
    splits = {name: task["split"] for name, task in config["tasks"].items()}
    shares = text.listed(
        [
            f"{text.percent(float(split['test']), 0)} of {inputs.title_of(name)}"
            for name, split in splits.items()
        ]
    )
    folds = training.get("folds", 5)
    return [
        f"A test part ({shares}, stratified by class) was drawn once before anything was learned and was "
        "used for scoring alone. Target labels were drawn from the remaining pool in "
        f"{text.plural(config['replicates'], 'stratified replicate')} of {sizes} labels. All strategies "
        "and baselines saw the same labels and the same folds.",
        _sources(int(pretraining["replicates"])),
        "What a fit chooses (epochs, learning rate, penalty, temperature, threshold) it chooses on "
        f"labels inside its own n: below 500 labels by {folds}-fold cross-fitting, from 500 on by a "
        "stratified fifth (at most 500). The final predictor averages the logits of the models trained "
        "for this choice, the same for every strategy and baseline.",
        f"The verdict compares the chosen strategy ({how}) with training from scratch by {metric}, "
        f"averaged over the learning curve in log n, with one two-sided test per transfer{holm}. "
        f"Intervals ({level * 100:g} %) and tests treat replicates and test sequences as crossed random "
        "factors (pigeonhole bootstrap, Owen 2007, Annals of Applied Statistics 1:386), count what "
        "replicates share that start from the same source model, and use Satterthwaite degrees of "
        "freedom. They are conditional on this pool.",
    ]


def _sources(number: int) -> str:
    """Describe the source models."""
    left_out = "sequences that match a target's test part or pool were left out first."
    if number == 1:
        return (
            f"One source model per source was trained on the source's pool; {left_out} All replicates of a "
            "target start from it, so the results hold for this one source model."
        )
    return (
        f"Source models ({number} per source, differing in their seeds) were trained on the source's pool; "
        f"{left_out} The replicates of a target start from them in turn, so that no result hangs on one "
        "source model."
    )
