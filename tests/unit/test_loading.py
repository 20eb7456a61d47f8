"""Which weights of a source a target starts from: exact values, and every weight accounted for."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from seqgraft.config.backbones import BackboneSettings
from seqgraft.errors import SeqgraftError
from seqgraft.files import sha256_of
from seqgraft.learn.bundle import load_bundle, model_from, save_bundle
from seqgraft.learn.examples import Reading
from seqgraft.learn.loading import counted, letters_from, load_into
from seqgraft.learn.model import build, predict

PROTEIN, MORE = "ACDEFGHIKLMNPQRSTVWY", "ABCDEFGHIKLMNOPQRSTUVWXYZ"
CNN = BackboneSettings(width=4, kernels=(5, 3), pools=(2, 2), hidden=4)
SMALL = {"width": 8, "hidden": 4}
MEAN = [
    BackboneSettings(kernels=(5, 3), pools=(2, 2), positions="mean", **SMALL),
    BackboneSettings(name="mlp", window=5, **SMALL),
    BackboneSettings(name="resnet", depth=2, **SMALL),
    BackboneSettings(name="transformer", heads=2, depth=1, **SMALL),
]
by_name = pytest.mark.parametrize("backbone", MEAN, ids=lambda own: own.name)


def moved(backbone, source: Reading, target: Reading, **options):
    """Return a source model, the target's model that starts from it, and the table by name."""
    old, new = build(source, backbone, 1), build(target, backbone, 2)
    table = load_into(new, old.state_dict(), source, **({"keep_head": True} | options))
    return old.eval(), new.eval(), table.set_index("name")


def tokens_of(text: str, letters: str) -> torch.Tensor:
    """Return tokens (1, L); what is no letter of the alphabet is unknown."""
    found = [letters.find(one) if one in letters else len(letters) for one in text]
    return torch.tensor([found], dtype=torch.uint8)


def test_letters_are_found_by_name():
    assert letters_from("ACGT", "ACGU") == [0, 1, 2, 3]
    assert letters_from("ACGU", "TGCA") == [3, 2, 1, 0]
    assert letters_from("AC", "ACGT") == [0, 1, None, None]
    assert letters_from(PROTEIN, MORE)[MORE.index("U")] is None  # selenocysteine is not threonine
    assert letters_from(PROTEIN, MORE)[MORE.index("T")] == PROTEIN.index("T")
    with pytest.raises(SeqgraftError, match="do not mean the same"):
        letters_from("ACGT", PROTEIN)


def test_rna_is_read_by_a_model_of_dna():
    old, new, table = moved(CNN, Reading("ACGT", 24), Reading("ACGU", 24))
    dna = "ACGTTGCAACGTTAGCATGCTTAA"
    expected = predict(old, tokens_of(dna, "ACGT"))
    assert torch.equal(predict(new, tokens_of(dna.replace("T", "U"), "ACGU")), expected)
    assert table["action"].value_counts().to_dict() == {"loaded": 7, "loaded letter by letter": 1}
    assert table.loc["backbone.conv1.weight"].tolist() == ["4x4x5", "4x4x5", "loaded letter by letter", ""]


@by_name
def test_a_larger_alphabet_is_read_as_the_source_read_it(backbone):
    old, new, table = moved(backbone, Reading(PROTEIN, 24), Reading(MORE, 24))
    text = "MKVLAAGIUBXWYTRSPQNMLKIH"  # U, B and X are unknown to the source
    expected = predict(old, tokens_of(text, PROTEIN))
    assert torch.allclose(predict(new, tokens_of(text, MORE)), expected, atol=1e-6)
    name = f"backbone.{new.backbone.input_layer}.weight"
    weights, source = new.state_dict()[name], old.state_dict()[name]
    assert torch.equal(weights[:, MORE.index("T")], source[:, PROTEIN.index("T")])
    assert not weights[:, MORE.index("U")].any()
    assert table.loc[name, "note"] == "new, read as unknown: B, O, U, X, Z"
    assert counted(table) == f"{len(table) - 1} loaded, 1 loaded letter by letter"


def test_letters_that_the_target_lacks_are_named():
    _, new, table = moved(MEAN[0], Reading("ACGT", 24), Reading("CA", 24))
    assert table.loc["backbone.conv1.weight", "note"] == "not in the target: G, T"
    assert new.backbone.conv1.weight.shape[1] == 2


def test_weights_of_letters_at_places_are_loaded_too():
    backbone = BackboneSettings(name="mlp", depth=1, **SMALL)
    old, new, _ = moved(backbone, Reading("HPXYZ", 6), Reading("ZPH", 6))
    before, after = old.backbone.dense1.weight.view(-1, 5, 6), new.backbone.dense1.weight.view(-1, 3, 6)
    assert torch.equal(after, before[:, [4, 1, 0]])


@by_name
def test_another_length_needs_nothing_new_where_places_do_not_count(backbone):
    old, new, table = moved(backbone, Reading("ACGT", 24), Reading("ACGT", 40))
    assert set(table["action"]) == {"loaded"}
    for name, value in new.state_dict().items():
        assert torch.equal(value, old.state_dict()[name])


@pytest.mark.parametrize(
    ("backbone", "layer"),
    [
        (CNN, "dense"),
        (BackboneSettings(name="mlp", **SMALL), "dense1"),
        (BackboneSettings(name="resnet", positions="kept", depth=1, **SMALL), "dense"),
    ],
    ids=["cnn", "mlp", "resnet"],
)
def test_weights_of_places_are_never_carried_to_others(backbone, layer):
    source, target = Reading("ACGT", 24), Reading("ACGT", 40)
    with pytest.raises(
        SeqgraftError, match=f"layer {layer} stand for places in sequences of 24 letters"
    ) as told:
        moved(backbone, source, target)
    assert "training.position_bound" in str(told.value.remedy)
    old, new, table = moved(backbone, source, target, position_bound="new")
    anew = {f"backbone.{layer}.weight", f"backbone.{layer}.bias"}
    assert set(table.index[table["action"] == "re-initialised"]) == anew
    drawn = build(target, backbone, 2).state_dict()
    for name, value in new.state_dict().items():
        assert torch.equal(value, (drawn if name in anew else old.state_dict())[name])
    # Of the same length a layer never starts anew: weights of another shape are a mistake.
    wrong = dict(old.state_dict()) | {f"backbone.{layer}.weight": torch.zeros(4, 9)}
    with pytest.raises(SeqgraftError, match=rf"{layer}\.weight has the shape 4x9"):
        load_into(build(source, backbone, 2), wrong, source, keep_head=True, position_bound="new")


@pytest.mark.parametrize("name", ["backbone.conv2.bias", "backbone.conv1.weight"])
def test_fewer_weights_than_declared_are_an_error(name):
    reading = Reading("ACGT", 24)
    weights = build(reading, CNN, 1).state_dict()
    rest = {key: value for key, value in weights.items() if key != name}
    with pytest.raises(SeqgraftError, match=f"{name} is missing"):
        load_into(build(reading, CNN, 2), rest, reading, keep_head=False)
    more = weights | {"backbone.other": torch.ones(1)}
    with pytest.raises(SeqgraftError, match=r"backbone\.other is unknown"):
        load_into(build(reading, CNN, 2), more, reading, keep_head=False)


def test_another_head_is_skipped_and_named():
    reading = Reading("ACGT", 24)
    weights = build(reading, CNN, 1).state_dict()
    weights["head.weight"] = torch.zeros(3, 4)
    weights["head.extra"] = torch.zeros(2)
    table = load_into(build(reading, CNN, 2), weights, reading, keep_head=False).set_index("name")
    assert table.loc["head.weight"].tolist()[:3] == ["3x4", "1x4", "re-initialised"]
    assert table.loc["head.extra"].tolist()[:3] == ["2", "", "skipped"]
    with pytest.raises(
        SeqgraftError, match=r"head\.weight has the shape 3x4 and not 1x4, head\.extra is unknown"
    ):
        load_into(build(reading, CNN, 2), weights, reading, keep_head=True)


def test_a_bundle_with_fewer_weights_than_it_declares_is_refused(tmp_path):
    reading, files = Reading("ACGT", 24), (tmp_path / "bundle.json", tmp_path / "weights.safetensors")
    save_bundle(*files, build(reading, MEAN[2], 1).state_dict(), reading, MEAN[2])
    bundle, name = load_bundle(tmp_path), "backbone.norm.running_var"
    model, _ = model_from(bundle, reading, MEAN[2], keep_head=True, seed_value=0)
    assert torch.equal(model.state_dict()[name], bundle.weights[name])  # statistics are part of a bundle
    weights = load_file(files[1])
    del weights[name]
    save_file(weights, files[1])
    description = json.loads(files[0].read_text())
    files[0].write_text(json.dumps(description | {"weights_sha256": sha256_of(files[1])}))
    with pytest.raises(SeqgraftError, match=r"declares: backbone\.norm\.running_var"):
        load_bundle(tmp_path)
