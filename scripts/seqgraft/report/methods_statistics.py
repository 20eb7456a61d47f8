"""The statistical part of the methods paragraph."""

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.references import Citations
from seqgraft.report.tables import metric_title
from seqgraft.report.task_words import target_types


def statistics_words(inputs: ReportInputs, level: float, cited: Citations) -> str:
    """Describe verdict, intervals, test, correction and label savings.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    level : float
        Coverage of the intervals.
    cited : Citations
        Grows by what is cited.

    Returns
    -------
    str
        One paragraph.
    """
    config = inputs.config
    metric = metric_title(config["primary_metric"])
    tested = sum(verdict.get("p_value") is not None for verdict in inputs.verdicts)
    holm = (
        f", adjusted by Holm's method {cited.cite('holm1979')} for {tested} transfers" if tested > 1 else ""
    )
    test = f"with one two-sided test per transfer{holm}" if tested else "without a test"
    words = [
        f"The verdict compares the chosen strategy ({_chosen(inputs)}) with training from scratch by {metric}, "
        f"averaged over the learning curve in log n, {test}.",
        _intervals(inputs, level, cited),
    ]
    if any(kind.per_residue for kind in target_types(inputs)):
        words.append(
            "The residues of a chain are not independent, so chains are resampled whole; metrics are pooled over "
            "residues or, by chain, averaged over chains."
        )
    if not inputs.comparisons.loc[inputs.comparisons["role"] == "secondary", "p_adjusted"].isna().all():
        words.append(
            f"p-values at single train sizes are adjusted within each transfer {cited.cite('holm1979')}; all other "
            "differences have intervals and no p-value."
        )
    if len(inputs.savings):
        words.append(
            "Label savings are the labels that the reference needs to reach the same score, divided by n, read from "
            "its mean learning curve, made non-decreasing and interpolated in log n; their intervals hold every number "
            "of labels at which the two scores are not shown to differ."
        )
    return " ".join(words)


def _chosen(inputs: ReportInputs) -> str:
    """Say how the chosen strategy was chosen."""
    chosen = inputs.config.get("chosen", "held-out")
    if chosen != "held-out":
        return f"{chosen}, named beforehand"
    if all("only strategy" in str(verdict["chosen_how"]) for verdict in inputs.verdicts):
        return text.listed(sorted({str(verdict["chosen_how"]) for verdict in inputs.verdicts}))
    losses = text.listed(list(dict.fromkeys(kind.loss_words for kind in target_types(inputs))), "or")
    return f"the candidate with the lowest held-out {losses}, chosen anew for each train size and replicate"


def _intervals(inputs: ReportInputs, level: float, cited: Citations) -> str:
    """Describe the intervals."""
    config = inputs.config
    replicates, sources = int(config["replicates"]), int(config["pretraining"]["replicates"])
    if replicates == 1:
        return (
            f"Intervals ({level * 100:g} %) treat the test sequences as random (bootstrap); with one "
            "replicate they do not cover which labels were drawn."
        )
    shared = "count what replicates share that start from the same source model, "
    return (
        f"Intervals ({level * 100:g} %) and tests treat replicates and test sequences as crossed random factors "
        f"(pigeonhole bootstrap {cited.cite('owen2007')}), {shared if 1 < sources < replicates else ''}and use "
        f"Satterthwaite degrees of freedom {cited.cite('satterthwaite1946')}. They are conditional on this pool."
    )
