"""Tables of how training went: source models, and what each strategy chose and cost."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, digits_of, metric_title, num
from seqgraft.report.task_words import source_type

#: Metrics of a source model on its own test part: of binary tasks these, of others the first two of their type.
SOURCE_METRICS = ("auroc", "mcc")


def source_metrics(inputs: ReportInputs) -> list[str]:
    """Name the metrics that source models are shown with, by the types of the sources.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    list of str
    """
    found: dict[str, None] = {}
    for folder in inputs.source_models:
        kind = source_type(inputs, folder.rsplit("/", 1)[0])
        found |= dict.fromkeys(SOURCE_METRICS if kind.binary else kind.metrics[:2])
    return list(found)


def has_auroc(inputs: ReportInputs) -> bool:
    """Tell whether any source model has a held-out AUROC."""
    return any(model.bundle.get("validation_auroc") is not None for model in inputs.source_models.values())


def source_table(inputs: ReportInputs) -> Table:
    """Show each source model: what it learned from, for how long, and how well it does its own task.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table
    """
    rows = []
    metrics, area = source_metrics(inputs), has_auroc(inputs)
    for folder, model in inputs.source_models.items():
        source, number = folder.rsplit("/", 1)
        title = " + ".join(inputs.title_of(task) for task in source.split("+"))
        own, history = model.bundle, model.history
        rows.append(
            Row(
                (
                    Cell(title, kind="head"),
                    num(str(int(number) + 1)),
                    num(text.count(own.get("trained_on"))),
                    num(f"{text.count(own.get('epochs'))} of {text.count(history['epoch'].max())}"),
                    num(text.number(own.get("validation_loss"))),
                    *([num(text.number(own.get("validation_auroc")))] if area else []),
                    *[num(text.number(model.test_scores.get(name), digits_of(name))) for name in metrics],
                    num(text.count(model.n_test)),
                    num(text.duration(float(history["seconds"].max()))),
                )
            )
        )
    return Table(
        "Source models",
        (
            "source task", "model", "trained on", "epochs", "held-out loss",
            *(["held-out AUROC"] if area else []), *[f"test {metric_title(name)}" for name in metrics],
            "test sequences", "time",
        ),
        tuple(rows),
        frozenset(range(1, 7 + area + len(metrics))),
        (
            "Scores on the source task itself: a source that cannot do its own task has little to give. "
            "Epochs: the one that was kept, of those that were run. The held-out part chose the epoch; "
            "the test part chose nothing.",
        ),
    )  # fmt: skip


def history_table(inputs: ReportInputs) -> Table:
    """Show how each source model learned: loss and AUROC at each checkpoint.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table
    """
    rows: list[Row] = []
    area = has_auroc(inputs)
    for folder, model in inputs.source_models.items():
        source, number = folder.rsplit("/", 1)
        for entry in model.history.to_dict("records"):
            kept = entry["epoch"] == model.bundle.get("epochs")
            rows.append(
                Row(
                    (
                        Cell(f"{source}, model {int(number) + 1}", kind="head"),
                        num(text.count(entry["epoch"])),
                        num(text.number(entry["train_loss"])),
                        num(text.number(entry["validation_loss"])),
                        *([num(text.number(entry.get("validation_auroc")))] if area else []),
                        Cell("kept" if kept else ""),
                    ),
                    "strong" if kept else "",
                )
            )
    heads = (
        *("source model", "epoch", "training loss", "held-out loss"),
        *(["held-out AUROC"] if area else []),
        "",
    )
    return Table("How the source models learned", heads, tuple(rows), frozenset(range(1, 4 + area)))


def cost_table(inputs: ReportInputs) -> Table:
    """Show for each strategy how many fits there were, on which device, how fast and how long.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table
        One row a strategy, over all transfers and targets.
    """
    rows = []
    for strategy, history, jobs in _strategies(inputs):
        notes = [str(note) for note in history.get("note", []) if str(note) not in ("", "nan")]
        devices = sorted({str(d) for d in history.get("device", []) if str(d) not in ("", "nan")})
        seconds = _numbers(history, "seconds")
        rates = _numbers(history, "examples_per_second")
        rows.append(
            Row(
                (
                    Cell(strategy, text.plural(jobs, "job") if jobs > 1 else "", "head"),
                    num(text.count(len(history))),
                    num(_range(_numbers(history, "members"))),
                    num(text.NOTHING if seconds.empty else text.duration(float(seconds.median()))),
                    num(text.NOTHING if seconds.empty else text.duration(float(seconds.max()))),
                    num(text.NOTHING if seconds.empty else text.duration(float(seconds.sum()))),
                    num(text.NOTHING if rates.empty else text.count(float(f"{float(rates.median()):.2g}"))),
                    Cell(", ".join(devices)),
                    Cell("; ".join(dict.fromkeys(notes))),
                )
            )
        )
    heads = (
        "strategy", "fits", "members", "time of a fit", "longest", "all fits", "sequences per second", "device",
        "notes",
    )  # fmt: skip
    keep = [
        k for k in range(len(heads)) if k < 2 or any(r.cells[k].text not in ("", text.NOTHING) for r in rows)
    ]
    return Table(
        "What the fits of each strategy cost",
        tuple(heads[k] for k in keep),
        tuple(Row(tuple(row.cells[k] for k in keep)) for row in rows),
        frozenset(place for place, k in enumerate(keep) if 0 < k < 7),
        (
            "Members: networks (one per fold, or one per seed) whose answers are averaged. Time of a fit and "
            "sequences per second (trained on, all passes counted) are medians over fits; times are those of the "
            "process that computed the fit.",
        ),
    )


def chosen_table(inputs: ReportInputs) -> Table | None:
    """Show what the held-out labels chose at each train size: epochs, or the penalty of a logistic regression.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table or None
        None where nothing was chosen.
    """
    found = [(name, history) for name, history, _ in _strategies(inputs) if _choices(history)]
    sizes = sorted({size for _, history in found for size in _sizes(history)})
    if not found:
        return None
    rows = []
    for name, history in found:
        cells = [_chosen(history, size) for size in sizes]
        rows.append(Row((Cell(name, kind="head"), *cells)))
    heads = ("strategy", *["all labels" if is_all else f"{text.count(n)} labels" for is_all, n in sizes])
    return Table(
        "What the held-out labels chose",
        heads,
        tuple(rows),
        frozenset(range(1, len(heads))),
        (
            "Epochs of training, or the penalty C of a logistic regression: median over fits, in small type least and "
            "greatest, and the option taken most often where a strategy has several. A choice at the end of what was "
            "offered means that more, or less, might have done better.",
        ),
    )


def _strategies(inputs: ReportInputs) -> Iterator[tuple[str, pd.DataFrame, int]]:
    """Yield each strategy with the history of all its fits and the number of its jobs."""
    names = list(dict.fromkeys(folder.rsplit("/", 1)[1] for folder in inputs.histories))
    for name in names:
        own = [h for folder, h in inputs.histories.items() if folder.rsplit("/", 1)[1] == name and len(h)]
        if own:
            yield name, pd.concat([h.astype(object) for h in own], ignore_index=True), len(own)


def _choices(history: pd.DataFrame) -> list[str]:
    """Name the columns of what was chosen."""
    return [column for column in ("epochs", "penalty_c") if not _numbers(history, column).empty]


def _sizes(history: pd.DataFrame) -> set[tuple[bool, int]]:
    """Return the train sizes; the whole pool is one, however large it is in each target."""
    pairs = zip(history["is_all"], history["train_size"], strict=True)
    return {(bool(is_all), 0 if is_all else int(size)) for is_all, size in pairs}


def _chosen(history: pd.DataFrame, size: tuple[bool, int]) -> Any:
    """Write what was chosen at one train size."""
    is_all, number = size
    at = history["is_all"].astype(bool)
    own = history[at] if is_all else history[~at & (history["train_size"].astype(int) == number)]
    for column in _choices(own):
        values = _numbers(own, column)
        mark = "C " if column == "penalty_c" else ""
        spread = "" if values.min() == values.max() else _range(values)
        options = own["options"].dropna().astype(str) if "options" in own else pd.Series(dtype=str)
        if not (options := options[options != ""]).empty:  # of several options the one chosen most often
            spread = "; ".join(filter(None, [spread, str(options.mode().iloc[0])]))
        return num(f"{mark}{values.median():g}", spread)
    return num(text.NOTHING)


def _numbers(history: pd.DataFrame, column: str) -> pd.Series:
    """Return a column's numbers, empty where it is absent."""
    if column not in history:
        return pd.Series(dtype=float)
    return pd.to_numeric(history[column], errors="coerce").dropna()


def _range(values: pd.Series) -> str:
    """Write the least and the greatest of some numbers."""
    if values.empty:
        return text.NOTHING
    low, high = float(values.min()), float(values.max())
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"
