"""The part of the methods paragraph about source models that share a backbone, masked letters and second stages."""

from typing import Any

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.references import Citations

_SHARED = "Caruana 1997, Machine Learning 28:41"
_MASKED = "Devlin et al. 2019, NAACL:4171"
_SECOND = "Gururangan et al. 2020, ACL:8342"


def shared_words(inputs: ReportInputs, cited: Citations) -> str:
    """Say which source models learned several sources at once, or masked letters.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    cited : Citations
        Grows by what is cited.

    Returns
    -------
    str
        Empty where all learned the labels of one source.
    """
    sources = list(dict.fromkeys(verdict["source"] for verdict in inputs.verdicts))
    several = [name for name in sources if "+" in name]
    words = []
    if several:
        named = text.listed([_titles(inputs, name) for name in several])
        share = float(inputs.config["pretraining"].get("temperature", 1))
        drawn = "in proportion to their sizes" + (
            "" if share == 1 else f" to the power of {text.number(1 / share)}"
        )
        words.append(
            f"Some source models learned several sources at once ({named}) with one backbone and a head each "
            f"{cited.cite_words(_SHARED)}: batches were drawn from the sources {drawn}, and the mean of their held-out "
            "losses chose the epoch."
        )
    masked = [name for name in dict.fromkeys("+".join(sources).split("+")) if is_masked(inputs, name)]
    if masked:
        named = text.listed([inputs.title_of(name) for name in masked])
        words.append(
            f"Of {named} no label was learned: source models filled in masked letters {cited.cite_words(_MASKED)}. "
            f"{_masking(inputs)} The held-out loss is the cross-entropy of masked letters of held-out sequences."
        )
    return " ".join(words)


def second_stage_words(inputs: ReportInputs, cited: Citations) -> str:
    """Say how source models went on to the target's sequences; empty where they did not."""
    stage = inputs.config["pretraining"].get("second_stage")
    if not stage:
        return ""
    names = [
        v["transfer"] for v in inputs.verdicts if v["transfer"] in (stage.get("transfers") or [v["transfer"]])
    ]
    seen = (
        "of the whole target, THE TEST PART INCLUDED (transductive: results hold for these very sequences),"
        if stage["transductive"]
        else "of the target's pool, its test part left out,"
    )
    checkpoints = text.listed([str(epoch) for epoch in stage["epochs"]])
    return (
        "Between pretraining and the target's labels, each source model was trained in a second stage on the "
        f"sequences {seen} without their labels ({text.listed(names)}): it filled in masked letters "
        f"{cited.cite_words(_SECOND)}. {_masking(inputs)} Learning rate {stage['learning_rate']:g}, batches of "
        f"{stage['batch_size']}; of {checkpoints} epochs the one with the lowest loss on masked letters of held-out "
        "sequences was kept. Scratch and the baselines have not seen these sequences without their labels."
    )


def is_masked(inputs: ReportInputs, task: str) -> bool:
    """Tell whether source models learned a task by masked letters."""
    objective = inputs.config["pretraining"].get("objective", "labels")
    return objective == "masked" or inputs.config["tasks"][task].get("type") == "unlabelled"


def _masking(inputs: ReportInputs) -> str:
    """Say which letters were masked."""
    own: dict[str, Any] = inputs.config["pretraining"]["masking"]
    share, hidden, at_random = (text.percent(float(own[key]), 0) for key in ("share", "hidden", "random"))
    return (
        f"{share} of the letters were to be filled in, of which {hidden} were shown as unknown, {at_random} as a "
        "letter drawn at random and the others as they are."
    )


def _titles(inputs: ReportInputs, sources: str) -> str:
    """Return the titles of several sources."""
    return " + ".join(inputs.title_of(name) for name in sources.split("+"))
