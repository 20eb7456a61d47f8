"""Data that do not suffice for what the study asks, do not belong together, or were damaged on the disk."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import mistake_study as study
import numpy as np
import pandas as pd
import pytest
from mistake_study import data
from mistakes import Told, job_is_refused, run

Capture = pytest.CaptureFixture[str]
AGAIN = "delete the file and run again; it is made anew"
REDO = "Delete the file and run the study again; if it returns, please report it."
LACKING = "Run the study again, so that the missing fits are made."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study up to its source model and the fits of two strategies; tests copy it."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        study.make()
        run(study.pretrain())
        for strategy in ("scratch", "full"):
            run(study.finetune(strategy))
        run(study.evaluate())
        shutil.rmtree("results/mine/resume")
        for name in study.evaluate().output:
            Path(name).unlink()
    return folder


@pytest.fixture(autouse=True)
def _folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def damage(path: str) -> None:
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])


def unreadable(path: str) -> Told:
    return Told("the table cannot be read: it is damaged, cut short or of another version", path, AGAIN)


def remake(task: str, site: str, rest: str) -> None:
    """Give a task other sequences, and go on to its split."""
    study.raw(task, "site", site)
    study.raw(task, "rest", rest)
    run(study.prepare(task))
    run(study.split(task))


def small_class() -> SimpleNamespace:
    study.raw("b", "site", study.fasta(3, 7))
    run(study.prepare("b"))
    return study.split("b")


def rare_class() -> SimpleNamespace:
    study.raw("b", "site", study.fasta(8, 7))
    run(study.prepare("b"))
    return study.split("b", numbers=[10])


def another_length() -> SimpleNamespace:
    remake("b", study.fasta(40, 7, length=30), study.fasta(40, 8, length=30))
    return study.leakage("a", ["b"])


def mixed_lengths() -> SimpleNamespace:
    remake("b", study.fasta(40, 7, length=30), study.fasta(40, 8))
    return study.leakage("b")


def damaged_records(rule: Callable[[str], SimpleNamespace]) -> SimpleNamespace:
    damage(data("b", "records.parquet"))
    return rule("b")


def damaged(file: str, job: SimpleNamespace) -> SimpleNamespace:
    damage(file)
    return job


def cut_tokens() -> SimpleNamespace:
    np.save(data("b", "tokens.npy"), np.zeros(10, dtype=np.uint8))
    return study.finetune("scratch")


def everything_left_out() -> SimpleNamespace:
    """A source whose sequences are the target's: all of its pool leaks."""
    for name in study.CLASSES:
        shutil.copy(f"results/mine/raw/b/{name}.fa", f"results/mine/raw/a/{name}.fa")
    for task in ("a", "b"):
        run(study.prepare(task))
        run(study.split(task))
        run(study.encode(task))
    run(study.leakage("a", ["b"]))
    return study.pretrain()


def other_backbone() -> SimpleNamespace:
    return study.finetune("full", width=8)


def changed_weights() -> SimpleNamespace:
    shutil.copy(
        "results/mine/transfers/a--b/full/weights.safetensors", f"{study.SOURCE_MODEL}/weights.safetensors"
    )
    return study.finetune("full")


def rewritten(change: Callable[[pd.DataFrame], pd.DataFrame], job: SimpleNamespace) -> SimpleNamespace:
    path = study.predictions("full")
    change(pd.read_parquet(path)).to_parquet(path, index=False)
    return job


def no_predictions() -> SimpleNamespace:
    for path in (SCRATCH, FULL):
        pd.read_parquet(path).head(0).to_parquet(path, index=False)
    return study.evaluate()


def without_groups() -> SimpleNamespace:
    path = study.data("b", "groups.parquet")
    pd.DataFrame({"id": ["a stranger"], "group": ["g"]}).to_parquet(path)
    return study.evaluate(groups=[path])


def diverged(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(prediction=table["prediction"].where(table.index > 0, np.nan))


def without_a_replicate(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["replicate"] != 2]


def with_other_labels(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(label=1 - table["label"])


BACKBONE = "name='cnn' width={} kernels=(11, 5) pools=(3, 3) positions='kept' hidden=4 dropout=0.3"
SCRATCH, FULL = study.predictions("scratch"), study.predictions("full")
# How the mistake is made, which returns the job that finds it, and the whole message.
MISTAKES: dict[str, tuple[Callable[[], SimpleNamespace], Told]] = {
    "a class too small for the split": (
        small_class,
        Told(
            "class 'site' of task 'b' has 3 sequences: a test fraction of 0.3 takes 1 of them (at least 2 are needed) "
            "and leaves 2 for the pool (at least 3 are needed, one for each fold)",
            "config key tasks.b",
            "give more sequences of that class, or change tasks.b.split.test or training.folds",
        ),
    ),
    "more labels than exist": (
        lambda: study.split("b", numbers=[20, 500]),
        Told(
            "train_sizes asks for 500 labels, but the pool of task 'b' holds 56",
            "config key train_sizes",
            "leave out the sizes above 56; `all` stands for the whole pool",
        ),
    ),
    "sizes too small for a rare class": (
        rare_class,
        Told(
            "10 labels of task 'b' hold about 1.8 of class 'site' (17.6% of the pool): too few to choose anything on",
            "config key train_sizes",
            "leave out the sizes below 17, or collect more of that class",
        ),
    ),
    "a source and a target of different lengths": (
        another_length,
        Told(
            "the sequences differ in length (letters: 'a' 24, 'b' 30), and one network reads them all",
            "config keys tasks.a, tasks.b",
            "give the tasks one `length` (pad or crop), or cut the sequences, so that all have the same length",
        ),
    ),
    "different lengths in one task": (
        mixed_lengths,
        Told(
            "the sequences differ in length (letters: 'b' 24 to 30), and one network reads them all",
            "config keys tasks.b",
            "give the tasks one `length` (pad or crop), or cut the sequences, so that all have the same length",
        ),
    ),
    "a source that the target holds entirely": (
        everything_left_out,
        Told(
            "the source has 0 examples to learn from, fewer than 2 of one class",
            "source a",
            "use a larger source, check its classes, and see in leakage.tsv how many of its sequences were left out "
            "because a target holds them",
        ),
    ),
    "a part as large as the source": (
        lambda: study.pretrain(source_size=56),
        Told(
            "ablation.source_sizes asks for 56 sequences of source 'a', which has 56 to learn from",
            "config key ablation.source_sizes",
            "leave out the sizes from 56 on, because the whole source is compared in any case; or name transfers with "
            "larger sources in ablation.transfers",
        ),
    ),
    "pools too large for the sequences": (
        lambda: study.pretrain(pools=(10, 10)),
        Told(
            "Sequences of 24 letters leave no cell after pooling by 10 and 10.",
            "backbone.pools",
            "use smaller pools",
        ),
    ),
    "damaged records, given to split": (
        lambda: damaged_records(study.split),
        unreadable(data("b", "records.parquet")),
    ),
    "damaged records, given to encode": (
        lambda: damaged_records(study.encode),
        unreadable(data("b", "records.parquet")),
    ),
    "damaged records, given to leakage": (
        lambda: damaged_records(study.leakage),
        unreadable(data("b", "records.parquet")),
    ),
    "damaged records, given to finetune": (
        lambda: damaged(data("b", "records.parquet"), study.finetune("scratch")),
        unreadable(data("b", "records.parquet")),
    ),
    "damaged splits, given to a baseline": (
        lambda: damaged(data("b", "splits.parquet"), study.baseline()),
        unreadable(data("b", "splits.parquet")),
    ),
    "damaged tokens": (
        lambda: damaged(data("b", "tokens.npy"), study.finetune("scratch")),
        Told(
            "the tokens cannot be read: the file is damaged or cut short",
            data("b", "tokens.npy"),
            AGAIN,
        ),
    ),
    "tokens of something else": (
        cut_tokens,
        Told(
            "10 tokens, but the offsets tell of 1920",
            "results/mine/data/b",
            "delete tokens.npy and offsets.npy and run again; they are made anew",
        ),
    ),
    "a source model of another backbone": (
        other_backbone,
        Told(
            f"The source model's backbone is {BACKBONE.format(4)}, the target's {BACKBONE.format(8)}.",
            study.SOURCE_MODEL,
            "source and target must be read alike",
        ),
    ),
    "a source model whose weights were exchanged": (
        changed_weights,
        Told(
            "The weights do not have the checksum that their bundle names.",
            f"{study.SOURCE_MODEL}/weights.safetensors",
            "pretrain again",
        ),
    ),
    "damaged predictions": (
        lambda: damaged(FULL, study.evaluate()),
        Told(
            "The predictions cannot be read: Could not open Parquet input source '<Buffer>': Parquet magic bytes not "
            "found in footer. Either the file is corrupted or this is not a parquet file.",
            FULL,
            REDO,
        ),
    ),
    "predictions without a column": (
        lambda: rewritten(lambda table: table.drop(columns="label"), study.evaluate()),
        Told("The predictions lack the column(s) label.", FULL, REDO),
    ),
    "no strategy with a prediction": (
        no_predictions,
        Told("No fit of any strategy has predictions for target b.", SCRATCH, REDO),
    ),
    "groups of other sequences": (
        without_groups,
        Told(
            "24 test example(s) have no group, the first is rest.fa:1.",
            "groups of the target",
            "Give every example a group, or none.",
        ),
    ),
    "predictions that are no numbers": (
        lambda: rewritten(diverged, study.evaluate()),
        Told(
            "1 prediction(s) are not finite numbers; the first is of site.fa:15 (train size 20, replicate 1).",
            FULL,
            "Training diverged: lower the learning rate, or look at the fit's history.tsv.",
        ),
    ),
    "predictions of another test part": (
        lambda: rewritten(with_other_labels, study.evaluate()),
        Told(
            f"The test examples differ from those of {study.predictions('scratch')}.",
            f"{FULL}, train size 20, replicate 1",
            REDO,
        ),
    ),
    "a replicate that is missing": (
        lambda: rewritten(without_a_replicate, study.evaluate()),
        Told(
            "Strategy full lacks 1 fit(s) that others have, the first at train size 20, replicate 2: nothing to pair "
            "with.",
            "predictions of full",
            LACKING,
        ),
    ),
    "a strategy without predictions": (
        lambda: study.evaluate(("scratch", "full", "linear-probe")),
        Told(
            "There are no predictions of linear-probe for transfer a--b.",
            "config key `strategies` or `baselines`, study mine",
            LACKING,
        ),
    ),
    "a learning rate at which the loss is not finite": (
        lambda: study.finetune("scratch", learning_rates=(1e30,)),
        Told(
            "the held-out loss became nan after 1 epochs at learning rate 1e+30",
            "config key training.learning_rates",
            "use a smaller learning rate",
        ),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_data_that_cannot_be_used(name: str, capfd: Capture) -> None:
    make, message = MISTAKES[name]
    job_is_refused(make(), message, capfd)
