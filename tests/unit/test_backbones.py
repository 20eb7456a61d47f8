"""Every backbone: its size is what torch counts, and padding changes nothing."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from seqgraft.config.backbones import SETTINGS, BackboneSettings
from seqgraft.errors import SeqgraftError
from seqgraft.learn.backbone_transformer import rotated
from seqgraft.learn.backbones import BACKBONES, describe
from seqgraft.learn.norms import BatchNorm

LENGTH = 22
SMALL = {"width": 8, "hidden": 6}
TALL = {**SMALL, "depth": 3}
VARIANTS = {
    "cnn": {**SMALL, "kernels": (5, 3), "pools": (3, 2)},
    "cnn mean": {**SMALL, "kernels": (5, 3), "pools": (3, 2), "positions": "mean"},
    "cnn max": {**SMALL, "kernels": (5, 3, 3), "pools": (2, 1, 3), "positions": "max"},
    "mlp": TALL,
    "mlp window": {**TALL, "window": 5},
    "resnet batch": {**TALL, "kernel": 3, "stem": 5},
    "resnet group": {**TALL, "kernel": 3, "stem": 5, "norm": "group", "positions": "max"},
    "resnet layer": {**TALL, "kernel": 3, "stem": 5, "norm": "layer", "positions": "kept", "pool": 4},
    "transformer": {**TALL, "heads": 2},
    "transformer kept": {**TALL, "heads": 2, "positions": "kept", "pool": 4},
}
EVERY = pytest.mark.parametrize("variant", VARIANTS)


def made(variant: str, letters: int = 4, length: int = LENGTH, **more):
    """Build a variant with every weight drawn anew, norms' too, so that none of them is 0 or 1."""
    settings = BackboneSettings(name=variant.split()[0], **VARIANTS[variant] | {"dropout": 0.0} | more)
    torch.manual_seed(0)
    backbone = BACKBONES[settings.name](letters, length, settings)
    for value in [*backbone.parameters(), *backbone.buffers()]:
        value.data.uniform_(0.2, 0.5).mul_(torch.randint(0, 2, value.shape) * 2 - 1)
    for module in backbone.modules():
        if isinstance(module, BatchNorm):
            module.running_var.abs_()
    return backbone


def letters_of(count: int, length: int, letters: int = 4) -> torch.Tensor:
    """Return random one-hot sequences (B, A, L)."""
    tokens = torch.randint(0, letters, (count, length), generator=torch.Generator().manual_seed(1))
    return torch.eye(letters)[tokens].transpose(1, 2).contiguous()


def filled(one_hot: torch.Tensor, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Put padding behind sequences: rubbish, which a mask must hide."""
    count, letters, own = one_hot.shape
    padded = torch.cat([one_hot, torch.full((count, letters, length - own), 7.0)], dim=2)
    return padded, torch.arange(length).expand(count, length) < own


@EVERY
def test_work_is_what_the_layers_do(variant, monkeypatch):
    backbone = made(variant).eval()
    done = []

    def counted(layer, given, result):
        done.append(result.numel() * layer.weight[0].numel())

    def attended(query, key, value, **options):
        found = attention(query, key, value, **options)
        done.append(query.numel() * key.shape[2] + found.numel() * key.shape[2])
        return found

    attention = functional.scaled_dot_product_attention
    monkeypatch.setattr(functional, "scaled_dot_product_attention", attended)
    for layer in backbone.modules():
        if isinstance(layer, nn.Conv1d | nn.Linear):
            layer.register_forward_hook(counted)
    backbone(letters_of(3, LENGTH))
    assert sum(done) == 3 * backbone.multiply_adds
    report = describe(4, LENGTH, backbone.settings)
    assert report.flops_per_sequence == 2 * backbone.multiply_adds
    assert report.parameters == sum(value.numel() for value in backbone.parameters())


@EVERY
def test_the_receptive_field_is_what_gradients_see(variant):
    if "group" in variant:
        variant = "resnet batch"  # a group's statistics are of the whole sequence, whatever the filters see
    backbone = made(variant, length=60).eval()
    if variant == "mlp":
        assert backbone.receptive_field == 60
        return
    for value in backbone.parameters():
        value.data.abs_()  # so that no rectifier hides a letter
    letters = torch.rand(1, 4, 60, requires_grad=True)
    cells, _ = backbone.cells(letters)
    middle = cells[0, :, cells.shape[2] // 2]
    (middle * torch.arange(1.0, len(middle) + 1)).sum().backward()
    seen = letters.grad[0].abs().sum(0).nonzero().flatten()
    assert int(seen.max() - seen.min()) + 1 == backbone.receptive_field


@EVERY
def test_padding_changes_nothing(variant):
    backbone = made(variant).eval()
    short, long = letters_of(3, 13), letters_of(2, LENGTH)
    padded, mask = filled(short, LENGTH)
    together, both = torch.cat([padded, long]), torch.cat([mask, torch.ones(2, LENGTH, dtype=torch.bool)])
    answers = backbone(together, both)
    assert answers.shape == (5, 6)
    assert torch.allclose(answers[:3], backbone(short), atol=1e-5)
    assert torch.allclose(answers[3:], backbone(long), atol=1e-5)
    assert not torch.allclose(answers[0], answers[1], atol=1e-3)


@EVERY
def test_padding_changes_no_position(variant):
    backbone = made(variant).eval()
    short = letters_of(3, 13)
    if not backbone.settings.per_position:
        with pytest.raises(SeqgraftError, match="no features per position") as caught:
            backbone.positions(short)
        assert caught.value.remedy
        return
    padded, mask = filled(short, LENGTH)
    answers = backbone.positions(padded, mask)
    assert answers.shape == (3, LENGTH, 6)
    assert torch.allclose(answers[:, :13], backbone.positions(short), atol=1e-5)


@pytest.mark.parametrize("variant", [name for name in VARIANTS if "resnet" in name])
def test_padding_changes_no_step_of_training(variant):
    answers = []
    for padding in (0, 6):
        backbone = made(variant).train()
        one_hot, mask = filled(letters_of(4, 16), 16 + padding)
        backbone(one_hot, mask).square().sum().backward()
        answers.append([value.grad for value in backbone.parameters()] + list(backbone.buffers()))
    assert all(torch.allclose(one, other, rtol=1e-3, atol=1e-5) for one, other in zip(*answers, strict=True))


@EVERY
@pytest.mark.parametrize("letters", [1, 25])
def test_any_alphabet_will_do(variant, letters):
    assert made(variant, letters)(letters_of(2, LENGTH, letters)).shape == (2, 6)


@EVERY
def test_blocks_hold_every_parameter_once(variant):
    backbone = made(variant)
    names = [name for block in backbone.blocks for name in block]
    assert len(names) == len(set(names))
    assert {name.split(".")[0] for name, _ in backbone.named_parameters()} == set(names)
    assert backbone.blocks[0] == (backbone.input_layer,)
    assert set(backbone.position_bound) <= set(names)


def test_a_cell_of_cnn_is_the_position_it_is_centred_on():
    backbone = made("cnn mean", length=60).eval()
    one_hot = letters_of(2, 60)
    cells, _ = backbone.cells(one_hot)
    features = torch.relu(backbone.dense(cells.transpose(1, 2)))
    # Pools of 3 and 2: cell j is pooled from letters 6j to 6j + 5; its middle, rounded down as pools do, is 6j + 1.
    for cell in range(2, 8):
        assert torch.allclose(features[:, cell], backbone.positions(one_hot)[:, 6 * cell + 1], atol=1e-4)


def test_attention_sees_distances_and_not_places():
    generator = torch.Generator().manual_seed(0)
    query, key = (torch.randn(1, 1, 1, 8, generator=generator).expand(1, 1, 20, 8) for _ in range(2))
    products = (rotated(query) @ rotated(key).transpose(2, 3))[0, 0]
    for distance in (-3, 0, 5):
        along = products.diagonal(distance)
        assert torch.allclose(along, along[:1].expand_as(along), atol=1e-5)
    assert not torch.allclose(products[0, 0], products[0, 5], atol=1e-2)


def test_a_transformer_reads_the_order_of_letters():
    backbone = made("transformer", stem=1).eval()
    one_hot = letters_of(1, LENGTH)
    assert not torch.allclose(backbone(one_hot), backbone(one_hot.flip(2)), atol=1e-4)


def test_depth_and_width_are_those_asked_for():
    by_name = {
        name: describe(4, LENGTH, BackboneSettings(name=name, hidden=5))
        for name in SETTINGS
        if name != "embeddings"
    }
    assert all(report.features == 5 for report in by_name.values())
    for name in ("mlp", "resnet", "transformer"):
        deeper = describe(4, LENGTH, BackboneSettings(name=name, hidden=5, depth=6))
        wider = describe(4, LENGTH, BackboneSettings(name=name, hidden=5, width=512))
        assert min(deeper.parameters, wider.parameters) > by_name[name].parameters


def test_the_network_of_a_name():
    assert type(BackboneSettings()) is SETTINGS["cnn"]
    assert BackboneSettings(name="resnet", depth=2).dilations == [1, 2]
    with pytest.raises(SeqgraftError, match="no backbone 'resnt'; did you mean 'resnet'"):
        BackboneSettings(name="resnt")
    with pytest.raises(ValueError, match="`depth` is an option of mlp, resnet, transformer, not of cnn"):
        BackboneSettings(depth=2)
    with pytest.raises(ValueError, match="multiple of twice the `heads`"):
        BackboneSettings(name="transformer", width=20, heads=4)
    with pytest.raises(ValueError, match="one entry per stage"):
        BackboneSettings(kernels=(5,))
    with pytest.raises(ValueError, match="letters 8192 apart"):
        BackboneSettings(name="resnet", depth=14)
