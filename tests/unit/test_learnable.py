"""What a study of each type of task may ask for, and what is filled in where it asks for nothing."""

from typing import Any

import pytest

from seqgraft.config.load import read_study
from seqgraft.errors import SeqgraftError
from seqgraft.learn.names import BASELINE_NAMES, BASELINES_OF

TYPES = {
    "regression": {"type": "regression", "classes": []},
    "multiclass": {"type": "multiclass", "classes": ["x", "y", "z"]},
    "residues": {"type": "residue-classes", "classes": ["H", "E", "C"]},
    "values": {"type": "residue-values", "classes": []},
    "binary": {"type": "binary", "classes": ["x", "y"]},
    "sets": {"type": "multilabel", "classes": ["x", "y"]},
}
BOTH = ["scratch", "linear-probe", "full"]


def study(
    source: str,
    target: str,
    more: dict[str, Any] | None = None,
    both: dict[str, Any] | None = None,
    **keys: Any,
):
    tasks = {}
    for name, kind in (("a", source), ("b", target)):
        own = TYPES[kind] | (both or {}) | (more or {} if name == "b" else {})
        tasks[name] = {
            "alphabet": "dna",
            "read": {"format": "tsv", "sequence": "s", "label": "y"},
            "files": [{"url": f"https://example.org/{name}.tsv", "sha256": "a" * 64}], **own,
        }  # fmt: skip
        if own.get("inputs") == 2:
            tasks[name]["read"] = {"format": "tsv", "sequence_1": "s", "sequence_2": "t", "label": "y"}
    return {"study": "s", "tasks": tasks, "transfers": [{"source": "a", "target": "b"}], **keys}


def read(*given: Any, **more: Any):
    return read_study(study(*given, **more))


def test_each_type_has_baselines_and_all_are_known():
    assert set().union(*BASELINES_OF.values()) == set(BASELINE_NAMES)


@pytest.mark.parametrize("kind", TYPES)
def test_baselines_are_those_of_the_type_and_what_is_binary_is_left_out(kind):
    own = read(kind, kind)
    assert own.baselines == list(BASELINES_OF[TYPES[kind]["type"]])
    assert own.forgetting is (kind == "binary")
    assert bool(own.estimates) is (kind == "binary")
    assert read(kind, kind, baselines=["constant"]).baselines == ["constant"]


def test_neighbours_vote_on_one_number():
    assert (
        "nearest-neighbour"
        not in read("regression", "regression", both={"labels": {"outputs": ["x", "y"]}}).baselines
    )


def test_a_source_of_another_type_gives_its_backbone():
    own = read("multiclass", "regression", strategies=BOTH)
    assert own.baselines == list(BASELINES_OF["regression"])


MISTAKES = {
    "kmer-logistic": (
        ("regression", "regression"), {"baselines": ["kmer-logistic"]},
        "'kmer-logistic' is no baseline for target 'b' of type regression (the counterpart is kmer-ridge); there are "
        "constant, kmer-ridge, nearest-neighbour, random-backbone",
    ),
    "neighbours of residues": (
        ("residues", "residues"), {"baselines": ["nearest-neighbour"]},
        "no baseline for target 'b' of type residue-classes; there are",
    ),
    "neighbours of pairs": (
        ("binary", "binary"), {"both": {"inputs": 2}, "baselines": ["nearest-neighbour"]},
        "of type binary of pairs; there are constant",
    ),
    "a kept head": (
        ("multiclass", "regression"), {},
        "need the same type (the source has 'multiclass', the target 'regression')",
    ),
    "other outputs": (
        ("regression", "regression"), {"more": {"labels": {"outputs": ["x", "y"]}}},
        "need the same outputs (the source has '', the target 'x, y')",
    ),
    "pairs of one": (
        ("binary", "binary"), {"more": {"inputs": 2}}, "need the same `inputs` and `symmetric`",
    ),
    "two strands of residues": (
        ("residues", "residues"), {"both": {"strand": "both"}}, "`strand` must be `single`",
    ),
    "weights of numbers": (
        ("values", "values"), {"training": {"class_weights": "balanced"}},
        "training: `class_weights: balanced` has no meaning for target 'b'",
    ),
    "huber of classes": (
        ("multiclass", "multiclass"), {"training": {"loss": "huber"}}, "training: `loss: huber` has no meaning",
    ),
    "moved residues": (("residues", "residues"), {"training": {"shift": 1}}, "training: `shift` has no meaning"),
    "forgetting": (
        ("sets", "sets"), {"forgetting": True},
        "forgetting: is made for binary tasks of single sequences, and task 'b' is of type multilabel",
    ),
    "ablation": (
        ("regression", "regression"), {"ablation": {"source_sizes": [100], "strategy": "full"}},
        "ablation: is made for binary tasks",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_what_has_no_meaning_is_refused(name):
    kinds, keys, message = MISTAKES[name]
    with pytest.raises(SeqgraftError) as error:
        read(*kinds, **keys)
    assert message in str(error.value)


@pytest.mark.parametrize("alphabet", ["smiles", {"letters": "HP"}])
def test_any_alphabet_is_learned(alphabet):
    assert read("regression", "regression", both={"alphabet": alphabet}).transfers
