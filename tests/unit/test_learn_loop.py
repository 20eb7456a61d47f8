import io

import numpy as np
import pytest
import torch
from learn_toys import BACKBONE, READING, planted
from sklearn.metrics import roc_auc_score

from seqgraft.errors import SeqgraftError
from seqgraft.learn import device
from seqgraft.learn.augment import shifted
from seqgraft.learn.examples import Reading
from seqgraft.learn.loop import DivergedError, LoopSettings, Run
from seqgraft.learn.model import build
from seqgraft.learn.progress import Progress

SETTINGS = LoopSettings(learning_rate=0.01, weight_decay=0.01, batch_size=16, token_dropout=0.05, shift=1)


def start(settings: LoopSettings = SETTINGS, words: tuple = ("w",), reading: Reading = READING) -> Run:
    examples = planted(120, 1)
    tokens, labels = torch.from_numpy(examples.tokens), torch.from_numpy(examples.labels).float()
    return Run(build(reading, BACKBONE, 3), tokens, labels, settings, words)


def test_a_planted_motif_is_learnt():
    run = start()
    run.advance(15)
    other = planted(300, 2)
    assert roc_auc_score(other.labels, run.predict(torch.from_numpy(other.tokens)).numpy()) > 0.95


def test_stopping_on_the_way_changes_nothing():
    straight, halting = start(), start()
    straight.advance(6)
    for epoch in (0, 1, 4, 6):
        halting.advance(epoch)
        halting.predict(halting.tokens)
        torch.rand(3)  # what others draw in between does not matter
    for name, value in straight.state().items():
        assert torch.equal(value, halting.state()[name])
    other = start(words=("another",))
    other.advance(6)
    assert not torch.equal(other.state()["head.weight"], straight.state()["head.weight"])


def test_before_any_step_the_average_is_the_model():
    run = start()
    run.advance(0)
    assert torch.equal(run.state()["head.weight"], run.model.head.weight)


def test_the_average_is_polynomial_decay_by_hand():
    run = start()
    states = []
    run._update_average = lambda original=run._update_average: (  # type: ignore[method-assign]
        original(),
        states.append(run.model.head.bias.detach().clone()),
    )
    run.advance(1)
    weights = np.ones(0)
    for step in range(1, len(states) + 1):
        share = 9 / (step + 8)
        weights = np.append(weights * (1 - share), share)
    assert weights.sum() == pytest.approx(1)
    expected = sum(weight * float(state) for weight, state in zip(weights, states, strict=True))
    assert float(run.state()["head.bias"]) == pytest.approx(expected, abs=1e-6)


def test_a_loss_that_is_no_number_is_an_error():
    run = start()
    run.model.head.bias.data.fill_(float("nan"))
    with pytest.raises(DivergedError, match=r"nan in epoch 1 at learning rate 0\.01"):
        run.advance(1)


def test_both_strands_are_trained_on():
    reading = Reading("ACGT", 24, (3, 2, 1, 0))
    run = start(reading=reading)
    run.advance(20)
    other = planted(300, 2)
    tokens = torch.from_numpy(np.ascontiguousarray((3 - other.tokens)[:, ::-1]))
    assert roc_auc_score(other.labels, run.predict(tokens).numpy()) > 0.95


def test_shifts_fill_with_unknown_letters():
    tokens = torch.tensor([[0, 1, 2, 3]] * 200, dtype=torch.uint8)
    torch.manual_seed(0)
    seen = {tuple(row) for row in shifted(tokens, torch.randint(0, 3, (200, 1)), 1, 4).tolist()}
    assert seen == {(4, 0, 1, 2), (0, 1, 2, 3), (1, 2, 3, 4)}


def test_a_gpu_that_is_granted_and_absent_is_one_clear_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert device.prepare(0, 1, 1).type == "cpu"
    with pytest.raises(SeqgraftError, match="1 GPU was granted") as caught:
        device.prepare(1, 1, 1)
    assert caught.value.remedy


def test_fewer_threads_than_the_study_needs_are_an_error():
    with pytest.raises(SeqgraftError, match="computes with 2 threads and this job was granted 1"):
        device.prepare(0, 1, 2)


def test_progress_tells_rate_and_rest():
    stream = io.StringIO()
    progress = Progress("finetune full", 12, every=0.0, say=lambda line: print(line, file=stream))
    progress.step(reused=True)
    progress.step()
    progress.step()
    assert (
        progress.line(8.0)
        == "finetune full: 3/12 fits (1 from the resume store), 4.00 s each, about 36 s left"
    )
    assert stream.getvalue().count("\n") == 3
