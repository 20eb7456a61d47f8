"""The optimiser gives the bytes of torch's own, and loads no compiler."""

import subprocess
import sys
from functools import partial

import pytest
import torch
from learn_toys import BACKBONE, READING

from seqgraft.learn.model import build
from seqgraft.learn.optimizer import OPTIMIZERS


def trained(make) -> list[torch.Tensor]:
    model = build(READING, BACKBONE, 3)
    parameters = list(model.parameters())
    optimizer = make(parameters)
    generator = torch.Generator().manual_seed(1)
    for step in range(20):
        optimizer.zero_grad()
        # The first one has no gradient in every third step, as a frozen layer would.
        used = parameters[1:] if step % 3 == 0 else parameters
        sum((p * torch.randn(p.shape, generator=generator)).sum() for p in used).backward()
        optimizer.step()
    return parameters


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("adamw", torch.optim.AdamW),
        ("adam", torch.optim.Adam),
        # Its fused kernel does not bear a parameter whose first gradient comes later than those of the others.
        ("sgd", lambda p, fused, **more: torch.optim.SGD(p, momentum=0.9, foreach=False, **more)),
    ],
)
def test_every_step_is_that_of_torch(name, theirs):
    own = trained(lambda p: OPTIMIZERS[name](p, learning_rate=0.01, weight_decay=0.1))
    other = trained(lambda p: theirs(p, lr=0.01, weight_decay=0.1, fused=True))
    same = (
        torch.equal if name != "sgd" else partial(torch.allclose, atol=1e-6)
    )  # another kernel rounds elsewhere
    assert all(same(a, b) for a, b in zip(own, other, strict=True))


def test_no_compiler_is_loaded_to_train():
    code = (
        "import sys, torch; from seqgraft.learn import device, fits; from seqgraft.learn.optimizer import OPTIMIZERS\n"
        "device.prepare(0, 1, 1); assert torch.are_deterministic_algorithms_enabled()\n"
        "for make in OPTIMIZERS.values():\n"
        "    p = torch.zeros(3, requires_grad=True); o = make([p], learning_rate=.1, weight_decay=0.)\n"
        "    p.sum().backward(); o.step(); assert p.tolist() != [0., 0., 0.]\n"
        "assert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
