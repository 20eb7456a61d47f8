"""Masked letters: shares as asked for, rules that can be learned, and random letters that cannot."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from learn_toys import BACKBONE as KEPT
from learn_toys import LENGTH, READING

from seqgraft.config.learning import PretrainingSettings
from seqgraft.config.masking import MaskingSettings, SecondStage
from seqgraft.learn.bundle import load_bundle
from seqgraft.learn.examples import Examples
from seqgraft.learn.lessons import Lesson
from seqgraft.learn.masking import Frequencies, fixed_mask, masked
from seqgraft.learn.shared_source import run

BACKBONE = KEPT.model_copy(
    update={"positions": "mean"}
)  # letters are filled in from features of each position
SETTINGS = PretrainingSettings(epochs=(25,), learning_rate=0.01, batch_size=32, objective="masked")


def repeating(count: int) -> np.ndarray:
    """Return sequences that repeat three random letters: every letter stands again three places on."""
    unit = np.random.default_rng(1).integers(0, 4, (count, 3))
    return np.tile(unit, (1, LENGTH // 3)).astype(np.uint8)


def independent(count: int) -> np.ndarray:
    """Return sequences of independent letters, of which A has 7 tenths."""
    return np.random.default_rng(2).choice(4, (count, LENGTH), p=[0.7, 0.1, 0.1, 0.1]).astype(np.uint8)


def lesson(tokens: np.ndarray, name: str = "letters") -> Lesson:
    ids = np.array([f"s{row}" for row in range(len(tokens))], dtype=object)
    rows = np.arange(len(tokens))
    own = Examples(ids, tokens, np.zeros(len(tokens), dtype=np.int8))
    return Lesson(name, own, rows[40:], rows[:40], None, SETTINGS.masking)


def made(folder: Path, own: Lesson, **more):
    files = {
        "bundle_json": folder / "bundle.json",
        "weights_file": folder / "weights.safetensors",
        "history_file": folder / "history.tsv",
        "predictions_file": folder / "predictions.parquet",
    }
    how = {
        "reading": READING,
        "backbone": BACKBONE,
        "settings": SETTINGS,
        "seed_words": ("study", "letters", 0),
    }
    return run([own], **files, **(how | more))


def test_a_rule_of_letters_is_learned(tmp_path: Path) -> None:
    longer = SETTINGS.model_copy(update={"epochs": (60,)})
    result = made(tmp_path, lesson(repeating(240)), settings=longer)
    row = pd.read_csv(tmp_path / "history.tsv", sep="\t").set_index("epoch").loc[result.epochs]
    # Any letter follows from those three places away; of letters alone one in four is right.
    assert row["validation_accuracy"] > 0.9
    assert row["validation_baseline_accuracy"] < 0.35
    assert row["validation_loss"] < 0.4 < 1.3 < row["validation_baseline_loss"]
    assert result.test["letters"]["accuracy"] > 0.9
    assert load_bundle(tmp_path).description["objectives"] == {"letters": "masked"}
    assert pd.read_parquet(tmp_path / "predictions.parquet").empty


def test_letters_that_nothing_tells_are_not_learned(tmp_path: Path) -> None:
    few = SETTINGS.model_copy(update={"epochs": (8,)})  # a letter that shows through is learned at once
    row = made(tmp_path, lesson(independent(340)), settings=few).history.iloc[-1]
    entropy = -(0.7 * np.log(0.7) + 0.3 * np.log(0.1))
    assert row["validation_baseline_loss"] == pytest.approx(entropy, abs=0.12)
    assert row["validation_baseline_accuracy"] == pytest.approx(0.7, abs=0.08)
    # In training 8 of 10 masked letters are hidden: no network can be sure of these.
    assert row["train_loss"] > 0.75 * entropy
    # A masked letter that showed through would be right far more often than the commonest one.
    assert row["validation_accuracy"] < row["validation_baseline_accuracy"] + 0.03
    assert row["validation_loss"] > row["validation_baseline_loss"] - 0.03


def test_letters_are_masked_in_the_shares_asked_for() -> None:
    torch.manual_seed(1)
    tokens = torch.randint(0, 4, (500, 200), dtype=torch.uint8)
    tokens[:, :10] = 4  # unknown letters are never asked for
    shown, wanted = masked(tokens, 4, MaskingSettings(share=0.15, hidden=0.8, random=0.1))
    assert not wanted[:, :10].any()
    assert wanted[:, 10:].double().mean().item() == pytest.approx(0.15, abs=0.005)
    assert torch.equal(shown[~wanted], tokens[~wanted])
    hidden, same = (
        (shown[wanted] == 4).double().mean().item(),
        (shown == tokens)[wanted].double().mean().item(),
    )
    assert hidden == pytest.approx(0.8, abs=0.015)
    assert same == pytest.approx(0.1 + 0.1 / 4, abs=0.015)  # a random letter is the same in one of four


def test_held_out_letters_are_the_same_at_every_checkpoint_and_at_least_one() -> None:
    tokens = repeating(5)
    masks = [fixed_mask(tokens, 4, 0.15, np.random.default_rng(3)) for _ in range(2)]
    assert np.array_equal(*masks)
    assert fixed_mask(tokens[:1], 4, 1e-9, np.random.default_rng(3)).sum() == 1
    assert not fixed_mask(np.full((2, 5), 4, dtype=np.uint8), 4, 0.5, np.random.default_rng(3)).any()


def test_frequencies_are_counted_by_hand() -> None:
    found = Frequencies.of(np.array([[0, 0, 1, 4]], dtype=np.uint8), 4)  # 2 A and 1 C, one more of each
    assert found.shares.tolist() == pytest.approx([3 / 7, 2 / 7, 1 / 7, 1 / 7])
    asked = np.array([0, 3])
    assert found.accuracy(asked) == 0.5
    assert found.loss(asked) == pytest.approx(-(np.log(3 / 7) + np.log(1 / 7)) / 2)


def test_a_second_stage_starts_where_the_source_model_was(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("source", "again", "afresh")]
    own = lesson(repeating(160))
    first = made(folders[0], own)
    backbone = {name: value for name, value in first.weights.items() if name.startswith("backbone.")}
    stage = SecondStage(epochs=(2,), learning_rate=0.01, batch_size=32)
    on, new = (
        made(folder, own, settings=stage, start=start).history["validation_loss"].iloc[0]
        for folder, start in zip(folders[1:], (backbone, None), strict=True)
    )
    assert on < new - 0.2


@pytest.mark.parametrize("poisoned", ["test", "pool"])
def test_test_sequences_are_not_learned_from(poisoned: str, tmp_path: Path, task_files: Callable) -> None:
    from seqgraft.learn.source_lessons import target_lesson

    stage = SecondStage(epochs=(2,))
    weights = []
    for number, poison in enumerate((None, poisoned)):
        folder = tmp_path / str(number)
        task, files = task_files(folder, poison)
        own, reading = target_lesson("goal", task, files, masking=SETTINGS.masking, transductive=False)
        made(folder, own, reading=reading, settings=stage)
        weights.append((folder / "weights.safetensors").read_bytes())
    assert (weights[0] == weights[1]) == (poisoned == "test")


def test_transductive_stages_learn_from_test_sequences(tmp_path: Path, task_files: Callable) -> None:
    from seqgraft.learn.source_lessons import target_lesson

    task, files = task_files(tmp_path, None)
    how = {"masking": SETTINGS.masking}
    assert len(target_lesson("goal", task, files, transductive=True, **how)[0].train_rows) == 60
    own = target_lesson("goal", task, files, transductive=False, **how)[0]
    assert own.examples.ids[own.train_rows].tolist() == [f"s{row}" for row in range(21, 60)]  # s20 leaks
    assert len(own.test_rows) == 0


@pytest.fixture
def task_files() -> Callable:
    """Write the files of a task of 60 sequences: 20 of them the test part, and one of the pool left out."""

    def write(folder: Path, poison: str | None) -> tuple[dict, dict]:
        folder.mkdir(exist_ok=True)
        tokens = repeating(60)
        own = {"test": slice(0, 20), "pool": slice(20, 60), None: slice(0, 0)}[poison]
        tokens[own] = 3 - tokens[own]
        ids = [f"s{row}" for row in range(60)]
        parts = {"id": ids, "part": ["test"] * 20 + ["pool"] * 40, "replicate": 1, "rank": range(60)}
        files = {name: folder / name for name in ("records", "splits", "excluded", "tokens", "offsets")}
        pd.DataFrame({"id": ids, "label": "secret"}).to_parquet(files["records"])
        pd.DataFrame(parts).to_parquet(files["splits"])
        files["excluded"].write_text("id\trole\ns20\tpool\n")
        save(files, tokens)
        return {"alphabet": "dna", "strand": "single"}, files

    return write


def save(files: dict[str, Path], tokens: np.ndarray) -> None:
    """Write tokens as the store keeps them."""
    offsets = np.arange(0, tokens.size + 1, tokens.shape[1])
    for name, values in (("tokens", tokens.ravel()), ("offsets", offsets)):
        with files[name].open("wb") as file:
            np.save(file, values)
