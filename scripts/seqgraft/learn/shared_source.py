"""Source models with a shared backbone as jobs: found in the resume store or trained, and written as a bundle."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import BackboneSettings
from seqgraft.learn import checkpoint
from seqgraft.learn.answers import answers
from seqgraft.learn.backbones import describe
from seqgraft.learn.bundle import save_bundle
from seqgraft.learn.examples import Reading
from seqgraft.learn.lessons import Lesson
from seqgraft.learn.shared_pretraining import Course, SharedResult, columns_of, train_shared
from seqgraft.learn.store import FitResult, Store, array_digest, key_of
from seqgraft.record.software import versions
from seqgraft.tables import write_parquet, write_tsv

PREDICTIONS = ("source", "id", "part", "label", "prediction")


def run(
    lessons: Sequence[Lesson],
    *,
    bundle_json: str | Path,
    weights_file: str | Path,
    history_file: str | Path,
    predictions_file: str | Path,
    reading: Reading,
    backbone: BackboneSettings,
    settings: Any,
    seed_words: tuple,
    start: Mapping[str, torch.Tensor] | None = None,
    code_digest: str = "",
    store_folder: str | Path | None = None,
    device: torch.device | str = "cpu",
    say: Callable[[str], None] | None = None,
    **more: Any,
) -> SharedResult:
    """Train a shared backbone, or find it in the resume store, and write its four files.

    Parameters
    ----------
    lessons : sequence of Lesson
        The sources.
    bundle_json, weights_file, history_file, predictions_file : path-like
        What to write; all in one folder.
    reading, backbone, seed_words, start, device, say
        As for `shared_pretraining.train_shared`.
    settings : PretrainingSettings or SecondStage
        How it is trained.
    code_digest : str
        Digest of the library modules that the job imports; written into the bundle.
    store_folder : path-like, optional
        The resume store of this source model, which keeps the last one.
    **more
        Further JSON values for ``bundle.json``.

    Returns
    -------
    SharedResult
    """
    say, device = say or (lambda line: None), torch.device(device)
    how: dict[str, Any] = {
        "reading": reading,
        "backbone": backbone,
        "seed_words": seed_words,
        "start": start,
        "device": device,
    }
    course, store = Course.of(settings), Store(store_folder)
    key = shared_key(
        lessons, settings=settings, code_digest=code_digest, versions=versions(("numpy", "torch")), **how
    )
    kept = store.get(key)
    if kept is None:
        with checkpoint.keeping(checkpoint.Checkpoints(store.folder, key)):
            model = train_shared(lessons, course=course, say=say, **how)
        store.put(key, packed(model, lessons))
    else:
        model = unpacked(kept, lessons)
    say(f"{int(kept is None)} source models trained, {int(kept is not None)} found in the resume store")
    store.prune([key])
    size = describe(len(reading.letters), reading.length, backbone)
    chosen = model.history[model.history["epoch"] == model.epochs].dropna(axis=1).iloc[0].to_dict()
    told = {str(name): float(value) for name, value in chosen.items() if str(name).startswith("validation_")}
    save_bundle(
        bundle_json,
        weights_file,
        model.weights,
        reading,
        backbone,
        classes=[],
        objectives={lesson.name: "labels" if lesson.objective else "masked" for lesson in lessons},
        head_classes={lesson.name: list(lesson.classes) for lesson in lessons if lesson.objective},
        pretraining=settings.model_dump(mode="json"),
        seed_words=[str(word) for word in seed_words],
        source_size=sum(len(lesson.train_rows) for lesson in lessons),
        trained_on=sum(len(lesson.train_rows) - len(model.held_out[lesson.name]) for lesson in lessons),
        epochs=model.epochs,
        **told,
        test=model.test,
        parameters=size.parameters,
        receptive_field=size.receptive_field,
        flops_per_sequence=size.flops_per_sequence,
        device=model.device,
        torch=torch.__version__,
        code=code_digest,
        **more,
    )
    write_tsv(model.history, history_file)
    write_parquet(predictions_of(model, lessons), predictions_file)
    return model


def predictions_of(model: SharedResult, lessons: Sequence[Lesson]) -> pd.DataFrame:
    """Return the logits of labelled sources' held-out and test sequences, columns `PREDICTIONS`."""
    tables = []
    for part, by_source in model.logits.items():
        for lesson in lessons:
            if lesson.name in by_source:
                rows = model.held_out[lesson.name] if part == "held-out" else np.sort(lesson.test_rows)
                own, logits = lesson.examples, by_source[lesson.name]
                table = answers(own.ids[rows], own.labels[rows], logits, own.aim)
                tables.append(table.assign(source=lesson.name, part=part))
    if not tables:
        kinds = {"label": np.int8, "prediction": np.float64}
        return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, object)) for name in PREDICTIONS})
    table = pd.concat(tables, ignore_index=True)
    first = list(PREDICTIONS[:3])
    return table[[*first, *(name for name in table if name not in first)]]


def shared_key(
    lessons: Sequence[Lesson],
    *,
    reading: Reading,
    backbone: BackboneSettings,
    settings: Any,
    seed_words: tuple,
    start: Mapping[str, torch.Tensor] | None,
    code_digest: str,
    versions: Mapping[str, str],
    device: torch.device,
) -> str:
    """Return the key of a shared backbone: everything that determines its weights and predictions.

    How many source models there are changes none of them, nor does what else is in a source.
    """
    parts: dict[str, Any] = {
        "seed_words": [str(word) for word in seed_words],
        "reading": reading.plain(),
        "backbone": backbone.model_dump(mode="json"),
        "settings": settings.model_dump(mode="json", exclude={"replicates", "second_stage", "transfers"}),
        "start": {name: array_digest(value.numpy()) for name, value in sorted((start or {}).items())},
        "code": code_digest,
        "versions": dict(versions),
        "threads": torch.get_num_threads(),
        "device": device.type,
    }
    for place, lesson in enumerate(lessons):
        parts[f"{place}"] = [lesson.name, lesson.outputs, lesson.masking.model_dump(mode="json")]
        for part, rows in (("train", lesson.train_rows), ("test", lesson.test_rows)):
            for name, values in (
                ("ids", lesson.examples.ids),
                ("tokens", lesson.examples.tokens),
                ("labels", lesson.examples.labels),
                ("groups", lesson.groups),
            ):
                if values is not None and (name != "labels" or lesson.objective is not None):
                    parts[f"{place} {part} {name}"] = values[rows]
    return key_of(parts)


def packed(model: SharedResult, lessons: Sequence[Lesson]) -> FitResult:
    """Return a shared backbone as the resume store keeps it: arrays of all sources one after the other."""
    held_out = [
        pd.Index(lesson.examples.ids[lesson.train_rows]).get_indexer(
            lesson.examples.ids[model.held_out[lesson.name]]
        )
        for lesson in lessons
    ]
    rows = [[_number(value) for value in row] for row in model.history.to_numpy()]
    return FitResult(
        test=_end_to_end(model.logits["test"], lessons),
        held_out_rows=np.concatenate(held_out).astype(np.int64),
        held_out=_end_to_end(model.logits["held-out"], lessons),
        history={
            "epochs": model.epochs,
            "device": model.device,
            "checkpoints": rows,
            "held_out": [len(own) for own in held_out],
            "test": model.test,
        },
        weights={name: value.numpy() for name, value in model.weights.items()},
    )


def unpacked(kept: FitResult, lessons: Sequence[Lesson]) -> SharedResult:
    """Return the shared backbone that `packed` made ready; the lessons are those of its key."""
    ends = np.cumsum([0, *kept.history["held_out"]])
    held_out = {
        lesson.name: lesson.train_rows[kept.held_out_rows[ends[place] : ends[place + 1]]]
        for place, lesson in enumerate(lessons)
    }
    tests = {lesson.name: np.sort(lesson.test_rows) for lesson in lessons}
    columns = columns_of(lessons)
    history = pd.DataFrame(kept.history["checkpoints"], columns=columns)
    return SharedResult(
        weights={name: torch.from_numpy(value) for name, value in kept.weights.items()},
        history=history.astype({name: np.int64 if name == "epoch" else np.float64 for name in columns}),
        held_out=held_out,
        logits={
            "held-out": _apart(kept.held_out, lessons, held_out),
            "test": _apart(kept.test, lessons, tests),
        },
        test=kept.history["test"],
        epochs=kept.history["epochs"],
        device=kept.history["device"],
    )


def _end_to_end(logits: Mapping[str, np.ndarray], lessons: Sequence[Lesson]) -> np.ndarray:
    """Put the logits of all labelled sources into one row."""
    return np.concatenate([np.empty(0), *(logits[one.name].ravel() for one in lessons if one.objective)])


def _apart(
    values: np.ndarray, lessons: Sequence[Lesson], rows: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Undo `_end_to_end`."""
    found, at = {}, 0
    for lesson in lessons:
        if lesson.objective is not None:
            outputs = lesson.objective.outputs
            own = values[at : at + len(rows[lesson.name]) * outputs]
            found[lesson.name] = own if outputs == 1 else own.reshape(-1, outputs)
            at += len(own)
    return found


def _number(value: Any) -> float | None:
    """Return a number as JSON has it: none where it is not one."""
    return None if pd.isna(value) else float(value)
