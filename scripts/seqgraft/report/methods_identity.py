"""The part of the methods paragraph that is about identity to training sequences."""

from seqgraft.data.scoring import SCORINGS, SHUFFLED
from seqgraft.report import text
from seqgraft.report.identity_tables import BANDS
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.references import Citations
from seqgraft.report.source_tables import attached
from seqgraft.stats.identity_bands import CHANCE


def identity_words(inputs: ReportInputs, cited: Citations) -> str:
    """Say how test sequences were compared with training sequences.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    cited : Citations
        Grows by what is cited.

    Returns
    -------
    str
        One paragraph; empty where identities were not computed.
    """
    if attached(inputs, BANDS).empty:
        return ""
    tasks = inputs.learned
    alphabets = dict.fromkeys(tasks[verdict["target"]]["alphabet"] for verdict in inputs.verdicts)
    scores = []
    for name in alphabets:
        matrix = f" {cited.cite('henikoff1992')}" if SCORINGS[name].matrix else ""
        scores.append(
            f"{'' if len(alphabets) == 1 else f'{name}: '}{SCORINGS[name].words}{matrix}, with the "
            f"{SCORINGS[name].candidates} sequences that share most words with it"
        )
    strands = (
        " (both strands where both mean the same)"
        if any(tasks[verdict["target"]]["strand"] == "both" for verdict in inputs.verdicts)
        else ""
    )
    return (
        "Identity of a test sequence to the target's pool and to the source's training part: the identical positions "
        f"of the best local alignment {cited.cite('smith1981')}{strands} by Biopython {cited.cite('cock2009')} "
        f"({text.listed(scores, 'or')}), divided by the test sequence's length. At most {SHUFFLED} test sequences, "
        f"shuffled with their neighbouring pairs kept {cited.cite('altschul1985')}, were compared in the same way; "
        f"{text.percent(CHANCE, 0)} of them reach less than what is given for unrelated sequences. Scores in bands of "
        "identity, of the largest train size, have intervals by resampling within the band, and no tests."
    )
