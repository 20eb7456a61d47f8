"""Steps: schedules, factors per parameter, penalties, memory that does not suffice, sequences of unlike length."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from learn_toys import BACKBONE as TOY
from learn_toys import LENGTH, READING, TRAINING, planted, split

from seqgraft.errors import SeqgraftError
from seqgraft.learn import fits, loop
from seqgraft.learn.augment import augmented
from seqgraft.learn.batches import random_batches
from seqgraft.learn.device import number_format
from seqgraft.learn.loop import DivergedError, LoopSettings, Run
from seqgraft.learn.memory import peak_mib
from seqgraft.learn.model import Model, build, predict
from seqgraft.learn.objectives import Objective
from seqgraft.learn.schedules import SCHEDULES
from seqgraft.learn.store import Store
from seqgraft.learn.strategies import registry

BACKBONE = TOY.model_copy(update={"width": 4, "hidden": 4})
PLAIN = LoopSettings(learning_rate=0.01, weight_decay=0.01, batch_size=16)
STILL = BACKBONE.model_copy(update={"dropout": 0.0})


def toy(count: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    examples = planted(count, 1)
    return torch.from_numpy(examples.tokens), torch.from_numpy(examples.labels).float()


def run_of(settings: LoopSettings = PLAIN, backbone=BACKBONE, **more) -> Run:
    return Run(build(READING, backbone, 3), *toy(), settings, ("w",), **more)


def differing(one: Run, other: Run) -> set[str]:
    own, others = one.state(), other.state()
    return {name for name in own if not torch.equal(own[name], others[name])}


# --- schedules ---------------------------------------------------------------------------------------------------


def test_schedules_by_hand():
    assert [SCHEDULES["cosine"](step, 4) for step in range(4)] == pytest.approx(
        [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2]
    )
    warm = [SCHEDULES["linear-warmup"](step, 20) for step in range(20)]
    assert warm[:3] == pytest.approx([0.5, 1.0, 18 / 19])
    assert warm[-1] == pytest.approx(1 / 19)
    cycle = [SCHEDULES["one-cycle"](step, 101) for step in range(101)]
    assert cycle[0] == pytest.approx(1 / 25)
    assert cycle[15] == pytest.approx((1 + 1 / 25) / 2)
    assert int(np.argmax(cycle)) == 30
    assert cycle[30] == pytest.approx(1)
    assert cycle[-1] < 0.001
    for shape in SCHEDULES.values():
        assert all(0 < shape(step, steps) <= 1 for steps in (1, 2, 3) for step in range(steps))


def test_a_schedule_moves_the_learning_rate_and_its_last_weights_are_used(monkeypatch):
    run = run_of(LoopSettings(0.01, 0.0, 16, schedule="cosine", epochs=2))
    seen = []
    original = run.optimizer.step
    monkeypatch.setattr(
        run.optimizer, "step", lambda factor, own: seen.append(factor) or original(factor, own)
    )
    run.advance(2)
    assert seen == [SCHEDULES["cosine"](step, 8) for step in range(8)]
    assert torch.equal(run.state()["head.weight"], run.model.head.weight)


def test_each_number_of_epochs_of_a_schedule_that_falls_is_a_run_of_its_own():
    target = planted(75, 1)

    def loss(*epochs: int) -> float:
        training = TRAINING.model_copy(update={"schedule": "cosine", "epochs": epochs, "patience": 9})
        result = fits.run_job(
            "scratch", target, split(target, replicates=1), reading=READING, backbone=BACKBONE, training=training,
            train_sizes=[30], replicates=1, seed_words=("toy",),
        )  # fmt: skip
        return result.history["held_out_loss"][0]

    assert loss(2, 6) == min(loss(2), loss(6))


# --- what the grid chooses from ----------------------------------------------------------------------------------


def test_the_grid_has_every_pair_and_the_lowest_loss_is_taken():
    target = planted(75, 1)

    def history(**more):
        training = TRAINING.model_copy(update={"epochs": (4,), "optimizer": "adam", **more})
        return fits.run_job(
            "scratch", target, split(target, replicates=1), reading=READING, backbone=BACKBONE, training=training,
            train_sizes=[30], replicates=1, seed_words=("toy",),
        ).history.iloc[0]  # fmt: skip

    pairs = {
        (rate, decay): history(learning_rates=(rate,), weight_decay=decay)["held_out_loss"]
        for rate in (0.01, 0.001)
        for decay in (0.0, 5.0)
    }
    chosen = history(learning_rates=(0.01, 0.001), weight_decays=(0.0, 5.0))
    assert (chosen["learning_rate"], chosen["weight_decay"]) == min(pairs, key=pairs.get)
    assert chosen["held_out_loss"] == min(pairs.values())
    assert chosen["peak_mib"] > 50  # torch alone is more than that


# --- factors per parameter and penalties --------------------------------------------------------------------------


def test_a_factor_of_nothing_leaves_weights_and_their_decay_alone():
    run = run_of(rates=lambda epoch: {"head.weight": 0.0, "backbone.conv1.weight": 0.0} if epoch < 2 else {})
    before = run_of()
    run.advance(2)
    assert differing(run, before) == set(run.names) - {"head.weight", "backbone.conv1.weight"}
    assert run.model.head.weight.grad is None  # nor is its gradient worked out
    run.advance(3)
    assert "head.weight" in differing(run, before)


def test_a_factor_multiplies_the_learning_rate():
    # In the first step Adam moves every weight by the learning rate: only the head moves alike in both.
    one, two = (
        run_of(LoopSettings(0.01, 0.0, 60)),
        run_of(
            LoopSettings(0.02, 0.0, 60), rates=lambda epoch: dict.fromkeys(("head.weight", "head.bias"), 0.5)
        ),
    )
    for run in (one, two):
        run.advance(1)
    assert differing(one, two) == set(one.names) - {"head.weight", "head.bias"}


class Normalised(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.reading = READING
        self.norm = torch.nn.BatchNorm1d(LENGTH)
        self.head = torch.nn.Linear(LENGTH, 1)

    def forward(self, tokens):
        return self.head(self.norm(tokens.float())).squeeze(1)


def test_frozen_normalisations_move_no_statistic():
    moved, still = (
        Run(Normalised(), *toy(), PLAIN, ("w",), rates=lambda epoch, f=f: {"norm.weight": f, "norm.bias": f})
        for f in (1.0, 0.0)
    )
    moved.advance(1)
    still.advance(2)
    still.predict(still.tokens)
    still.advance(3)
    assert moved.state()["norm.running_mean"].abs().sum() > 0
    assert still.state()["norm.running_mean"].abs().sum() == 0
    assert still.state()["norm.num_batches_tracked"] == 0


def test_a_penalty_is_added_to_the_loss_of_each_step():
    run = run_of(LoopSettings(0.05, 0.0, 16), penalty=lambda model: 100 * model.head.weight.square().sum())
    free = run_of(LoopSettings(0.05, 0.0, 16))
    for each in (run, free):
        each.advance(6)
    assert run.state()["head.weight"].norm() < 0.2 * free.state()["head.weight"].norm()
    assert run.loss < 1  # the penalty is no part of it


# --- memory ------------------------------------------------------------------------------------------------------


def short_of_memory(monkeypatch, most: int, error=torch.OutOfMemoryError) -> list[int]:
    """Let the network hold `most` sequences at once while it trains."""
    seen = []
    original = Run._loss

    def loss(run, tokens, labels):
        seen.append(len(tokens))
        if len(tokens) > most:
            raise error("DefaultCPUAllocator: can't allocate memory")
        return original(run, tokens, labels)

    monkeypatch.setattr(Run, "_loss", loss)
    return seen


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_what_does_not_fit_is_halved_and_gives_the_same_gradients(monkeypatch, error):
    penalty = {"penalty": lambda model: model.head.weight.square().sum()}
    whole, parts = run_of(backbone=STILL, **penalty), run_of(backbone=STILL, **penalty)
    whole.advance(2)
    seen = short_of_memory(monkeypatch, 5, error)
    parts.advance(2)
    assert seen[:6] == [16, 8, 4, 4, 4, 4]
    assert parts.most == 4
    for name, value in whole.state().items():
        assert torch.allclose(value, parts.state()[name], atol=1e-5)
    assert parts.loss == pytest.approx(whole.loss, abs=1e-5)


def test_other_errors_and_a_single_sequence_that_does_not_fit_are_told(monkeypatch):
    short_of_memory(monkeypatch, 0)
    with pytest.raises(SeqgraftError, match="does not suffice for a single sequence"):
        run_of().advance(1)
    monkeypatch.setattr(Run, "_loss", lambda *_: (_ for _ in ()).throw(RuntimeError("shapes differ")))
    with pytest.raises(RuntimeError, match="shapes differ"):
        run_of().advance(1)


def test_halving_is_recorded_and_predictions_are_halved_too(monkeypatch):
    short_of_memory(monkeypatch, 9)
    original = loop.predict

    def narrow(model, tokens, size):
        if min(size, len(tokens)) > 5:
            raise torch.OutOfMemoryError
        return original(model, tokens, size)

    monkeypatch.setattr(loop, "predict", narrow)
    target = planted(75, 1)
    history = fits.run_job(
        "scratch", target, split(target, replicates=1), reading=READING, backbone=BACKBONE, training=TRAINING,
        train_sizes=[30], replicates=1, seed_words=("toy",),
    ).history  # fmt: skip
    assert history["note"].tolist() == [
        "memory sufficed for 5 sequences at once, their gradients were added up"
    ]


# --- fits that diverge -------------------------------------------------------------------------------------------


def test_a_fit_that_diverges_does_not_lose_the_others(tmp_path, monkeypatch):
    original = registry.FITTERS["all"]

    def fit(start, plan):
        if (plan.train_size, plan.replicate) in {(30, 2), (45, 1)}:
            raise DivergedError("the training loss became nan", where="here", remedy="this")
        return original(start, plan)

    monkeypatch.setitem(registry.FITTERS, "all", fit)
    target = planted(90, 1)

    def job():
        return fits.run_job(
            "scratch", target, split(target), reading=READING, backbone=BACKBONE, training=TRAINING,
            train_sizes=[30, 45], replicates=2, seed_words=("toy",), store_folder=tmp_path,
        )  # fmt: skip

    first, again = job(), job()
    assert (first.trained, again.trained, again.reused) == (4, 0, 4)
    for result in (first, again):
        notes = result.history["note"].fillna("").tolist()
        assert [note.startswith("no predictions: the training loss became nan") for note in notes] == [
            0,
            1,
            1,
            0,
        ]
        made = result.predictions[["train_size", "replicate"]].drop_duplicates()
        assert made.to_numpy().tolist() == [[30, 1], [45, 2]]
        model = build(
            READING, BACKBONE, 0
        )  # the weights that are kept are those of a fit that did not diverge
        state = {k.removeprefix("0."): torch.from_numpy(v) for k, v in result.weights.items() if k[0] == "0"}
        model.load_state_dict(state)
        assert predict(model, torch.from_numpy(target.tokens)).isfinite().all()


# --- sequences of unlike length ----------------------------------------------------------------------------------


def test_batches_of_like_length_hold_every_row_once_and_little_padding():
    lengths = torch.from_numpy(np.random.default_rng(0).integers(5, 100, 1000))
    batches = random_batches(1000, 10, lengths)
    assert sorted(torch.cat(batches).tolist()) == list(range(1000))
    assert {len(rows) for rows in batches} == {10}
    padded = sum(len(rows) * int(lengths[rows].max()) for rows in batches) / int(lengths.sum())
    plain = sum(len(rows) * int(lengths[rows].max()) for rows in random_batches(1000, 10)) / int(
        lengths.sum()
    )
    assert plain > 1.6
    assert padded < 1.1
    again = [sorted(rows.tolist()) for rows in random_batches(1000, 10, lengths)]
    assert again != [sorted(rows.tolist()) for rows in batches]  # drawn anew


class Pooled(torch.nn.Module):
    """Counts letters, whatever the length; remembers what it saw."""

    hide = Model.hide

    def __init__(self):
        super().__init__()
        self.reading = dataclasses.replace(READING, ragged=True)
        self.head = torch.nn.Linear(4, 1)
        self.seen: list[torch.Tensor] = []

    def forward(self, tokens):
        self.seen.append(tokens)
        counts = torch.stack([(tokens == letter).float().sum(1) for letter in range(4)], 1)
        return self.head(counts).squeeze(1)


def test_ragged_batches_are_cut_to_their_longest_and_padding_stays_padding():
    tokens, labels = toy(100)
    lengths = torch.from_numpy(np.random.default_rng(0).integers(6, LENGTH + 1, 100))
    tokens[torch.arange(LENGTH) >= lengths[:, None]] = 5
    model = Pooled()
    Run(model, tokens, labels, LoopSettings(0.1, 0.0, 8, token_dropout=0.3, shift=2), ("w",)).advance(1)
    for batch in model.seen:
        own = (batch < 5).sum(1)
        assert batch.shape[1] == own.max()
        assert all((row[:n] < 5).all() and (row[n:] == 5).all() for row, n in zip(batch, own, strict=True))
    assert min(batch.shape[1] for batch in model.seen) < LENGTH
    everything = sorted(int((row < 5).sum()) for batch in model.seen for row in batch)
    assert everything == sorted(lengths.tolist())


class Turned:
    reading = type("Reading", (), {"letters": "ACGT", "complement": (3, 2, 1, 0), "ragged": True})

    def reverse_complement(self, tokens):
        return torch.tensor([3, 2, 1, 0, 4, 5])[tokens.long()].flip(1).roll(-2, 1)


def test_labels_of_residues_move_with_their_letters():
    torch.manual_seed(1)
    tokens = torch.tensor([[0, 1, 2, 3, 5, 5]] * 100, dtype=torch.uint8)
    labels = torch.tensor([[0.0, 1, 2, 3, math.nan, math.nan]] * 100)
    seen = set()
    for letters, own in zip(*augmented(Turned(), tokens, labels, shift=1, per_residue=True), strict=True):
        assert letters[4:].tolist() == [5, 5]
        there = letters[:4] < 4
        assert own[:4].isnan().tolist() == (~there).tolist()
        same, other = own[:4][there], letters[:4][there]
        # A label names the letter that it was given for: on the other strand that is its complement.
        assert torch.equal(same, other.float()) or torch.equal(same, 3 - other.float())
        seen.add(tuple(letters[:4].tolist()))
    assert len(seen) == 3  # the toy is its own reverse complement; three shifts


def test_residues_are_weighed_alike_in_parts_of_a_batch(monkeypatch):
    class Each(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.reading, self.head = READING, torch.nn.Linear(1, 1)

        def forward(self, tokens):
            return self.head(tokens.float().unsqueeze(2)).squeeze(2)

    class PerResidue(Objective):
        def loss(self, logits, labels, weights=None):
            there = ~labels.isnan()
            return (logits[there] - labels[there]).square().mean()

    tokens, _ = toy()
    labels = torch.where(
        torch.rand(tokens.shape, generator=torch.Generator().manual_seed(1)) < 0.3, 1.0, math.nan
    )
    states = []
    for most in (100, 4):
        short_of_memory(monkeypatch, most)
        torch.manual_seed(0)
        run = Run(
            Each(),
            tokens,
            labels,
            PLAIN,
            ("w",),
            objective=PerResidue("residue-values", "numbers", 1, per_residue=True),
        )
        run.advance(2)
        states.append(run.state()["head.weight"])
        monkeypatch.undo()
    assert torch.allclose(*states, atol=1e-6)


# --- numbers -----------------------------------------------------------------------------------------------------


def test_bf16_is_taken_where_it_is_computed_with_and_refused_elsewhere(monkeypatch):
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert number_format("auto", cpu) is None
    with pytest.raises(SeqgraftError, match="bf16 was asked for and cpu does not compute with it"):
        number_format("bf16", cpu)
    for able, found in ((True, torch.bfloat16), (False, None)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, able=able: able)
        assert number_format("auto", gpu) is found
        assert number_format("fp32", gpu) is None


def test_bf16_keeps_weights_and_loss_in_fp32(monkeypatch):
    monkeypatch.setattr(loop, "number_format", lambda precision, device: torch.bfloat16)
    run, plain = run_of(backbone=STILL), None
    monkeypatch.undo()
    plain = run_of(backbone=STILL)
    for each in (run, plain):
        each.advance(2)
    assert {value.dtype for value in run.state().values()} == {torch.float32}
    assert differing(run, plain)
    assert run.loss == pytest.approx(plain.loss, rel=0.05)


def test_the_compiled_network_is_the_one_that_trains(monkeypatch):
    calls = []
    monkeypatch.setattr(torch, "compile", lambda model: lambda tokens: calls.append(1) or model(tokens))
    run, plain = run_of(LoopSettings(0.01, 0.01, 16, compile=True)), run_of()
    run.advance(1)
    plain.advance(1)
    assert len(calls) == 4
    assert differing(run, plain) == set()


def test_peak_memory_is_a_number_of_this_process():
    assert 50 < peak_mib(torch.device("cpu")) < 100_000


def test_a_store_counts_unfinished_files_apart(tmp_path):
    store = Store(tmp_path)
    for name in ("a.0.2.checkpoint", "b.1.latest.checkpoint", ".a.0.2.checkpoint.abcdefgh.checkpoint"):
        (tmp_path / name).write_bytes(b"x")
    assert store.prune(["a"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.0.2.checkpoint"]
