"""The part of the methods paragraph that is about sources: what they promised, and what fine-tuning forgot of them."""

from seqgraft.learn.descriptions import ESTIMATES
from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.references import Citations
from seqgraft.report.source_tables import FORGETTING, RANKING, attached
from seqgraft.stats.source_ranking import FEWEST_REPLICATES, FEWEST_SOURCES

_TAU = "Vigna 2015, WWW:1166"
_HEADS = {
    "own": "the fine-tuned model as it is (own)",
    "source": "the source model's head put back (source)",
    "refit": "a new head fitted to the source's training part (refit)",
}


def estimates_words(inputs: ReportInputs, cited: Citations) -> str:
    """Say what was estimated of each source before training.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    cited : Citations
        Grows by what is cited.

    Returns
    -------
    str
        One paragraph; empty where nothing was estimated.
    """
    table = attached(inputs, RANKING)
    if table.empty:
        return ""
    entries = []
    for name in table["estimate"].drop_duplicates():
        about = ESTIMATES[name]
        marker = f" {cited.cite_words(about.citation)}" if about.citation else ""
        first = about.text if about.text.startswith("AUROC") else f"{about.text[0].lower()}{about.text[1:]}"
        entries.append(f"{name}{marker}: {first.rstrip('.')}")
    return (
        "What each source promises was estimated before training, from every source model and the labels of each train "
        f"size and replicate, never from the test part: {'; '.join(entries)}. An estimate picks the source with the "
        "greatest mean over replicates and source models; what is lost is the gain of the source that gave most minus "
        f"that of the source picked. The weighted tau {cited.cite_words(_TAU)} of mean estimates and mean gains needs "
        f"{FEWEST_SOURCES} sources, its interval, by resampling replicates, {FEWEST_REPLICATES} replicates."
    )


def forgetting_words(inputs: ReportInputs) -> str:
    """Say how fine-tuned models were scored on their source; empty where they were not."""
    table = attached(inputs, FORGETTING)
    if table.empty:
        return ""
    heads = [words for name, words in _HEADS.items() if name in set(table["head"])]
    return (
        f"Source models and what they became by fine-tuning ({text.listed(list(table['strategy'].drop_duplicates()))}, "
        "largest train size, replicate 1) were scored on the source's own test part, without sequences that the target "
        f"also has, with {text.listed(heads)}. Scores of the models of one fit are averaged. It is one observation, "
        "without an interval or a test."
    )
