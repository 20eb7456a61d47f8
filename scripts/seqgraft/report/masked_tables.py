"""How well masked letters were filled in, beside what the letters' frequencies alone would give."""

from collections.abc import Iterator
from typing import Any

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.tables import Cell, Row, Table, num

_HELD_OUT = ("loss", "baseline_loss", "accuracy", "baseline_accuracy")


def masked_table(inputs: ReportInputs) -> Table | None:
    """Show each model that learned masked letters.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    Table or None
        None where none did.
    """
    rows = [
        Row(
            (
                Cell(title, kind="head"),
                num(str(number + 1)),
                *[num(text.number(held_out.get(name))) for name in _HELD_OUT],
                num(text.number(tested.get("accuracy"))),
                num(text.number(tested.get("baseline_accuracy"))),
            )
        )
        for title, number, held_out, tested in _models(inputs)
    ]
    if not rows:
        return None
    heads = (
        "learned from", "model", "held-out loss", "loss by frequencies", "accuracy, held out", "by frequencies",
        "accuracy, test part", "by frequencies",
    )  # fmt: skip
    return Table(
        "Masked letters",
        heads,
        tuple(rows),
        frozenset(range(1, len(heads))),
        (
            "How well letters were filled in that had been hidden, at the checkpoint that was kept. By frequencies: "
            "what the shares of the letters in the training sequences give without a look at the neighbours; a model "
            "that is no better has learned nothing of the order of letters. A second stage is not scored on the "
            "target's test part.",
        ),
    )


def _models(inputs: ReportInputs) -> Iterator[tuple[str, int, dict[str, Any], dict[str, Any]]]:
    """Yield title, number, and measures on held-out and test sequences of each model and masked source."""
    for folder, model in inputs.source_models.items():
        sources, number = folder.rsplit("/", 1)
        for name, kind in model.bundle.get("objectives", {}).items():
            if kind == "masked":
                ending = f"_{name}" if "+" in sources else ""
                others = [inputs.title_of(other) for other in sources.split("+") if other != name]
                beside = f", beside {text.listed(others)}" if others else ""
                yield f"{inputs.title_of(name)}{beside}", int(number), *_measures(model.bundle, name, ending)
    for folder, bundle in inputs.adapted.items():
        transfer, number = folder.rsplit("/", 1)
        target = transfer.rsplit("--", 1)[1]
        seen = "pool and TEST PART" if bundle["transductive"] else "pool"
        title = f"second stage of {transfer}: {inputs.title_of(target)}, {seen}"
        yield title, int(number), *_measures(bundle, target, "")


def _measures(bundle: dict[str, Any], name: str, ending: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the measures on held-out and on test sequences."""
    held_out = {measure: bundle.get(f"validation_{measure}{ending}") for measure in _HELD_OUT}
    return held_out, bundle.get("test", {}).get(name, {})
