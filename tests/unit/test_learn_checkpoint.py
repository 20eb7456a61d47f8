"""Training that is cut short at any step ends in the same bytes, and no step is made twice that was saved."""

import os
import random
import signal
from pathlib import Path

import pytest
import safetensors
import torch
from learn_toys import BACKBONE as TOY
from learn_toys import READING, TRAINING, planted, split

from seqgraft.learn import checkpoint, fits
from seqgraft.learn.loop import LoopSettings, Run
from seqgraft.learn.model import build
from seqgraft.running import ending

BACKBONE = TOY.model_copy(update={"width": 4, "hidden": 4})
SLOW = {
    "epochs": (0, 2, 4), "learning_rates": (0.01, 0.003), "folds": 2, "batch_size": 5, "token_dropout": 0.1,
    "shift": 1,
}  # fmt: skip
KILLS = int(os.environ.get("SEQGRAFT_KILLS", "20"))  # `make torture` asks for 100


class Killed(BaseException):
    """Stands for SIGKILL: nothing is written after it."""


@pytest.fixture(autouse=True)
def _handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)}
    torch.set_num_threads(1)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def steps(monkeypatch):
    """Count training steps and, in the middle of one, do what is asked for at it."""
    made = {"all": 0, "here": 0, "at": -1, "do": None}
    original = Run._update_average

    def counted(run):
        original(run)
        made["all"] += 1
        made["here"] += 1
        if made["here"] == made["at"]:
            made["do"]()

    monkeypatch.setattr(Run, "_update_average", counted)
    return made


def fit(store=None, **more) -> fits.JobResult:
    target = planted(69, 1)
    return fits.run_job(
        "scratch", target, split(target, replicates=1), reading=READING, backbone=BACKBONE,
        training=TRAINING.model_copy(update=SLOW | more), train_sizes=[24], replicates=1,
        seed_words=("toy", "target"), store_folder=store,
    )  # fmt: skip


def content(result: fits.JobResult) -> dict[str, bytes]:
    own = {name: value.tobytes() for name, value in result.weights.items()}
    return own | {"predictions": result.predictions["prediction"].to_numpy().tobytes()}


def cut_short(store: Path, steps: dict, at: int, do) -> bool:
    """Fit until `do` strikes at the given step of this attempt; tell whether it did."""
    ending.listen()
    steps.update(here=0, at=at, do=do)
    try:
        fit(store)
    except (ending.Interrupted, Killed):
        return True
    return False


def terminated() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def killed() -> None:
    raise Killed


def test_kills_at_random_steps_change_no_byte_and_cost_no_step(tmp_path, steps):
    expected = content(fit())
    alone, steps["all"] = steps["all"], 0
    moments = random.Random(KILLS)
    hit = 0
    while hit < KILLS:
        steps["all"] = 0
        folder = tmp_path / str(hit)
        while hit < KILLS and cut_short(folder, steps, moments.randint(1, alone // 6), terminated):
            hit += 1
            assert list(folder.glob("*.checkpoint"))
        steps["at"] = -1
        assert content(fit(folder)) == expected
        assert steps["all"] == alone
        assert [path.suffix for path in folder.iterdir()] == [".safetensors"]


def test_a_kill_without_warning_costs_what_was_done_since_the_last_saving(tmp_path, steps, monkeypatch):
    expected = content(fit())
    alone, steps["all"] = steps["all"], 0
    monkeypatch.setattr(checkpoint, "EVERY", 0.0)  # after every step, but for the one that is cut
    for at in (1, 7):
        assert cut_short(tmp_path, steps, at, killed)
    steps["at"] = -1
    again = fit(tmp_path)
    assert content(again) == expected
    assert steps["all"] == alone + 2
    assert again.history["note"].tolist() == ["went on after an interruption"]


def test_damaged_or_missing_files_cost_time_and_nothing_else(tmp_path, steps):
    expected = content(fit())
    for number, wanted in enumerate(("*.latest.*", "*.2.checkpoint")):
        folder = tmp_path / str(number)
        assert cut_short(folder, steps, 40, terminated)  # a member is past the checkpoint at 2
        damaged = list(folder.glob(wanted))
        assert damaged
        for path in damaged[::2]:
            path.write_bytes(path.read_bytes()[:100])
        for path in damaged[1::2]:
            path.unlink()
        steps["at"] = -1
        assert content(fit(folder)) == expected


def test_a_warning_is_answered_by_saving_and_the_work_goes_on(tmp_path, steps):
    expected = content(fit())
    seen = []

    def warned():
        os.kill(os.getpid(), signal.SIGUSR1)
        steps.update(at=steps["here"] + 1, do=lambda: seen.extend(tmp_path.glob("*.latest.checkpoint")))

    assert not cut_short(tmp_path, steps, 9, warned)
    assert len(seen) == 2  # one for each member: at this step both have made some
    assert content(fit(tmp_path)) == expected


def test_other_settings_find_nothing_and_a_finished_job_clears_up(tmp_path, steps):
    assert cut_short(tmp_path, steps, 9, terminated)
    steps.update(at=-1, all=0)
    alone = content(fit(token_dropout=0.2))
    made, steps["all"] = steps["all"], 0
    assert content(fit(tmp_path, token_dropout=0.2)) == alone
    assert steps["all"] == made
    assert len(list(tmp_path.iterdir())) == 1


class Normalised(torch.nn.Module):
    """A network with statistics, some of which are whole numbers."""

    def __init__(self):
        super().__init__()
        self.reading = READING
        self.norm = torch.nn.BatchNorm1d(24)
        self.head = torch.nn.Linear(24, 1)

    def forward(self, tokens):
        return self.head(self.norm(tokens.float())).squeeze(1)


@pytest.mark.parametrize(("optimizer", "schedule"), [("sgd", "constant"), ("adam", "one-cycle")])
def test_every_optimizer_and_statistics_are_continued(tmp_path, optimizer, schedule):
    examples = planted(50, 1)
    tokens, labels = torch.from_numpy(examples.tokens), torch.from_numpy(examples.labels).float()
    settings = LoopSettings(0.01, 0.01, 8, shift=1, optimizer=optimizer, schedule=schedule, epochs=6)

    def states(folder, stop: int = 0) -> list[dict[str, torch.Tensor]]:
        with checkpoint.keeping(checkpoint.Checkpoints(folder, "key")) as kept:
            torch.manual_seed(5)
            run = Run(Normalised(), tokens, labels, settings, ("w",))
            found = []
            for epoch in (2, 4, 6)[: stop or None]:
                run.advance(epoch)
                found.append(run.state())
            if stop:
                kept.save()
            return found

    straight = states(None)
    for stop in (1, 2):
        states(tmp_path, stop)
    again = states(tmp_path)
    assert set(straight[0]) >= {"norm.running_mean", "norm.num_batches_tracked"}
    for one, other in zip(straight, again, strict=True):
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_what_is_saved_is_tensors_that_nothing_unpickles(tmp_path):
    with checkpoint.keeping(checkpoint.Checkpoints(tmp_path, "key")) as kept:
        run = Run(build(READING, BACKBONE, 1), *toy(), LoopSettings(0.01, 0.01, 8), ("w",))
        run.advance(1)
        kept.save()
    with safetensors.safe_open(tmp_path / "key.0.latest.checkpoint", framework="numpy") as file:
        names = {name.partition(".")[0] for name in file.keys()}  # noqa: SIM118
    assert names == {"model", "average", "optimizer", "total", "random"}


def toy() -> tuple[torch.Tensor, torch.Tensor]:
    examples = planted(50, 1)
    return torch.from_numpy(examples.tokens), torch.from_numpy(examples.labels).float()
