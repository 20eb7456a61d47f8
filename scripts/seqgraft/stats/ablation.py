"""The gain against the size of the source, to tell whether a smaller one would have done or a larger one is worth it.

The table stands beside the study's comparisons and takes no part in them: no test, no verdict, no choice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd

from seqgraft.seeds import seed
from seqgraft.stats.comparisons import FEWEST
from seqgraft.stats.intervals import UNDEFINED, Interval
from seqgraft.stats.metric_names import facts
from seqgraft.stats.metrics import worst_and_best
from seqgraft.stats.panel import Panel, build_panel
from seqgraft.stats.scoring import score_target
from seqgraft.stats.settings import CURVE, SCRATCH, EvaluationSettings, FitJob, TransferSettings

COLUMNS = [
    "transfer", "source", "target", "strategy", "source_size", "is_whole", "train_size", "is_all", "metric",
    "gain", "ci_low", "ci_high", "more_from_whole", "more_low", "more_high",
    "beyond_a_fifth", "beyond_low", "beyond_high", "replicates",
]  # fmt: skip

#: What the rest of the source added counts as nothing where it is surely below this share of the whole gain.
NEGLIGIBLE = 0.2

#: What the last step, from the largest part to the whole source, says of the gain.
GROWS, LEVEL, FALLS, UNCLEAR = "still grows", "has levelled off", "falls", "cannot be told"


@dataclass(frozen=True)
class Ablated:
    """A transfer whose source was also used in part.

    Parameters
    ----------
    transfer, source, target : str
        Their names.
    strategy : str
        What started from the whole source and its parts; its fits from n sequences are called ``<strategy>@<n>``.
    sizes : tuple of int
        Sequences of the parts, rising.
    whole : int
        Sequences of the whole source that source models learn from.
    """

    transfer: str
    source: str
    target: str
    strategy: str
    sizes: tuple[int, ...]
    whole: int

    @property
    def steps(self) -> list[tuple[str, int]]:
        """Names of the fits and source sequences behind them, the whole source last."""
        return [*((f"{self.strategy}@{size}", size) for size in self.sizes), (self.strategy, self.whole)]


def ablation_table(
    jobs: Sequence[FitJob],
    study: EvaluationSettings,
    ablated: Sequence[Ablated],
    groups: Mapping[str, dict[str, str]] | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """Compare what the parts of each source gave.

    Parameters
    ----------
    jobs : sequence of FitJob
        Predictions of scratch, and of each transfer's strategy by source size.
    study : EvaluationSettings
        Name, primary metric, replicates and source models; its transfers are not read.
    ablated : sequence of Ablated
        The transfers.
    groups : mapping of str to dict of str to str, optional
        By target, the group of each test id.
    threads : int
        Fits that are scored at the same time; changes no number.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`. ``gain`` is the strategy minus scratch, turned so that greater is better, paired by replicate
        and test example, at each train size and over the curve; ``more_from_whole`` is what the whole source gave
        beyond this part, paired in the same way, and ``beyond_a_fifth`` that less the share `NEGLIGIBLE` of the whole
        gain: below zero where the rest of the source is negligible. Its interval knows that the gain is an estimate,
        too. Per transfer the primary metric comes first, and within a metric the
        curve. No row has a p-value.

    Raises
    ------
    SeqgraftError
        When predictions are missing or do not belong together.
    """
    rows: list[dict[str, Any]] = []
    for target in dict.fromkeys(own.target for own in ablated):
        # The draws of the evaluation: the rows of the whole source repeat what it found.
        draws = seed(study.study, target, "bootstrap", study.seed)
        found = [job for job in jobs if job.target == target]
        scores = score_target(found, study.draws, draws, (groups or {}).get(target), threads)
        for own in ablated:
            if own.target == target:
                names = (SCRATCH, *(name for name, _ in own.steps))
                transfer = TransferSettings(
                    own.transfer, (own.source,), target, own.source, target, names, candidates=()
                )
                rows += _rows(build_panel(transfer, study, scores), own)
    order = {own.transfer: place for place, own in enumerate(ablated)}
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values("transfer", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _rows(panel: Panel, own: Ablated) -> Iterator[dict[str, Any]]:
    """Compare the parts of one transfer's source by every metric."""
    primary = panel.study.primary_metric
    for metric in (primary, *(name for name in panel.metrics if name != primary)):
        for size in (None, *panel.sizes):
            for name, source_size in own.steps:
                gain = _better(panel, name, SCRATCH, metric, size)
                more = beyond = UNDEFINED
                if name != own.strategy:
                    more = _better(panel, own.strategy, name, metric, size)
                    beyond = beyond_a_fifth(panel, own.strategy, name, metric, size)
                yield {
                    "transfer": own.transfer,
                    "source": own.source,
                    "target": own.target,
                    "strategy": own.strategy,
                    "source_size": source_size,
                    "is_whole": name == own.strategy,
                    "train_size": CURVE if size is None else str(size[0]),
                    "is_all": size is not None and size[1],
                    "metric": metric,
                    "gain": gain.mean,
                    "ci_low": gain.low,
                    "ci_high": gain.high,
                    "more_from_whole": more.mean,
                    "more_low": more.low,
                    "more_high": more.high,
                    "beyond_a_fifth": beyond.mean,
                    "beyond_low": beyond.low,
                    "beyond_high": beyond.high,
                    "replicates": gain.replicates,
                }


def _better(
    panel: Panel, strategy: str, reference: str, metric: str, size: tuple[int, bool] | None
) -> Interval:
    """Return by how much a strategy is better than a reference; undefined where one of them has no fits."""
    if not {strategy, reference} <= set(panel.scores):
        return UNDEFINED
    return _turned(panel.difference(strategy, reference, metric, size), metric)


def beyond_a_fifth(
    panel: Panel, whole: str, part: str, metric: str, size: tuple[int, bool] | None
) -> Interval:
    """Return what the whole source gave beyond a part, less the share `NEGLIGIBLE` of its gain over scratch.

    Parameters
    ----------
    panel : Panel
        Scores of scratch, the whole and the part.
    whole, part : str
        Names of the fits that started from them.
    metric : str
        A name in `seqgraft.stats.metric_names.FACTS`.
    size : (int, bool) or None
        Train size; None for the curve.

    Returns
    -------
    Interval
        Paired, greater is better; undefined where one of the three has no fits.
    """
    if not {whole, part, SCRATCH} <= set(panel.scores):
        return UNDEFINED
    weights = {whole: 1 - NEGLIGIBLE, part: -1.0, SCRATCH: NEGLIGIBLE}
    return _turned(panel.weighted(weights, metric, size), metric)


def _turned(found: Interval, metric: str) -> Interval:
    """Turn an interval so that greater is better."""
    greater = facts(metric).greater_is_better
    low, high = worst_and_best(found.low, found.high, greater_is_better=greater)
    return replace(found, mean=found.mean if greater else -found.mean, low=low, high=high)


class Answer(NamedTuple):
    """What a transfer's rows over the learning curve say.

    Parameters
    ----------
    trend : str
        `FALLS` where the interval of what the whole source added to its largest part is below zero; else `LEVEL` where
        it surely added less than `NEGLIGIBLE` of the whole gain, which itself is surely above zero; else `GROWS` where
        the interval of what it added is above zero; else `UNCLEAR`, also below five replicates.
    enough : int or None
        The smallest part from which on every part surely leaves less than `NEGLIGIBLE` of the whole gain to the rest.
    too_few : int or None
        The largest part to which the rest added something by its own interval, `enough` and larger ones left out;
        several parts are looked at without correction.
    """

    trend: str
    enough: int | None = None
    too_few: int | None = None


def answer(table: pd.DataFrame, transfer: str, metric: str) -> Answer:
    """Read what smaller sources would have given off the paired differences to the whole source.

    Parameters
    ----------
    table : pandas.DataFrame
        From `ablation_table`.
    transfer, metric : str
        Which rows; of these, those over the learning curve.

    Returns
    -------
    Answer
    """
    own = table[(table["transfer"] == transfer) & (table["metric"] == metric)]
    own = own[own["train_size"].astype(str) == CURVE].sort_values("source_size")
    whole, parts = own[own["is_whole"]].iloc[-1], own[~own["is_whole"]]
    if whole["replicates"] < FEWEST:
        return Answer(UNCLEAR)
    little = (parts["beyond_high"] < 0) & bool(whole["ci_low"] > 0)
    enough = None
    for size, nothing_left in zip(parts["source_size"][::-1], little[::-1], strict=True):
        if not nothing_left:
            break
        enough = int(size)
    smaller = parts if enough is None else parts[parts["source_size"] < enough]
    lacking = smaller.loc[smaller["more_low"] > 0, "source_size"]
    too_few = None if lacking.empty else int(lacking.max())
    last = parts.iloc[-1]
    if last["more_high"] < 0:
        return Answer(FALLS, enough, too_few)
    if enough is not None:
        return Answer(LEVEL, enough, too_few)
    return Answer(GROWS if last["more_low"] > 0 else UNCLEAR, None, too_few)
