"""The config of several sources, of masked letters and of a second stage: what it means and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from seqgraft.config.load import read_study
from seqgraft.config.study import Study
from seqgraft.errors import SeqgraftError
from seqgraft.planning.plan import training_jobs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config() -> dict:
    """Return the tiny study with two sources and one target, and a backbone with features of each position."""
    config = yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text())
    config["backbone"] = config.get("backbone", {}) | {"positions": "mean"}
    task = config["tasks"]["ecoli"]
    config["tasks"] = {"a": task, "b": dict(task), "c": dict(task)}
    return config | {"transfers": [{"source": ["a", "b"], "target": "c"}]}


def understood(config: dict) -> Study:
    return read_study(config)


def message(config: dict) -> str:
    with pytest.raises(SeqgraftError) as caught:
        read_study(config)
    return str(caught.value)


def letters(config: dict) -> None:
    files = [{"path": "workflow/library_files.txt"}]  # any file that is there
    config["tasks"]["a"] = {"alphabet": "dna", "type": "unlabelled", "files": files}


def test_a_list_of_sources_is_one_name(config: dict) -> None:
    transfer = understood(config).transfers[0]
    assert (transfer.name, transfer.sources, transfer.source_tasks) == ("a+b--c", "a+b", ["a", "b"])
    # As understood it can be read again, and a single source is written as ever.
    again = read_study(understood(config).as_understood())
    assert again == understood(config)
    config["transfers"] = [{"source": "a", "target": "c"}]
    assert understood(config).as_understood()["transfers"][0] == {"source": "a", "target": "c"}


def test_source_models_are_trained_once_for_all_targets(config: dict) -> None:
    config["tasks"]["d"] = config["tasks"]["c"]
    config["transfers"].append({"source": ["a", "b"], "target": "d"})
    config["pretraining"]["second_stage"] = {"transfers": ["a+b--d"]}
    jobs = training_jobs(understood(config))
    assert [job for job in jobs if job[0] in ("pretrain", "adapt")] == [
        ("pretrain", "a+b", "0"),
        ("adapt", "a+b--d", "0"),
    ]


def no_such_source(config: dict) -> None:
    config["transfers"][0]["source"] = ["a", "bb"]


def twice(config: dict) -> None:
    config["transfers"][0]["source"] = ["a", "a"]


def own_source(config: dict) -> None:
    config["transfers"][0]["source"] = ["a", "c"]


def numbers(config: dict) -> None:
    config["transfers"][0]["source"] = ["a", 1]


def other_strand(config: dict) -> None:
    config["tasks"]["b"] = config["tasks"]["b"] | {"strand": "both"}


def nobodys_head(config: dict) -> None:
    config["strategies"] = ["scratch", "zero-shot", "full"]


def strange_head(config: dict) -> None:
    config["transfers"][0]["head"] = "c"


def other_classes(config: dict) -> None:
    nobodys_head(config)
    config["transfers"][0]["head"] = "b"
    config["tasks"]["b"] = config["tasks"]["b"] | {"classes": ["background", "promoter"]}


def masked_head(config: dict) -> None:
    nobodys_head(config)
    config["pretraining"]["objective"] = "masked"


def unlabelled_head(config: dict) -> None:
    nobodys_head(config)
    letters(config)
    config["transfers"][0]["head"] = "a"


def head_left_behind(config: dict) -> None:
    nobodys_head(config)
    config["transfers"][0]["head"] = "a"
    config["pretraining"]["second_stage"] = {}


def unlabelled_target(config: dict) -> None:
    letters(config)
    config["transfers"] = [{"source": "b", "target": "a"}]


def part_of_several(config: dict) -> None:
    config["ablation"] = {"source_sizes": [30]}


def leaks_and_a_stage(config: dict) -> None:
    config["pretraining"]["second_stage"] = {}
    config["leakage"] = {"compare": True}


def unknown_stage(config: dict) -> None:
    config["pretraining"]["second_stage"] = {"transfers": ["a--c"]}


def features_of_no_position(config: dict) -> None:
    config["backbone"]["positions"] = "kept"
    config["pretraining"]["objective"] = "masked"


def stage_without_positions(config: dict) -> None:
    config["backbone"]["positions"] = "kept"
    config["pretraining"]["second_stage"] = {}


def several_at_once(config: dict) -> None:
    config["strategies"] = ["scratch", "full", "joint", "auto"]


def masked_and_joint(config: dict) -> None:
    config["pretraining"]["objective"] = "masked"
    config["strategies"] = ["scratch", "full", "alternating"]
    config["transfers"] = [{"source": "a", "target": "c"}]


def stage_and_auto(config: dict) -> None:
    config["pretraining"]["second_stage"] = {}
    config["strategies"] = ["scratch", "full", "auto"]
    config["transfers"] = [{"source": "a", "target": "c"}]


def auto_beside_several(config: dict) -> None:
    config["transfers"] = [
        {"source": ["a", "b"], "target": "c"},
        {"source": "a", "target": "c", "strategies": ["scratch", "full", "auto"]},
    ]
    config["strategy_options"] = {"auto": {"sources": "all"}}


def several_types(config: dict) -> None:
    files = [{"path": "workflow/library_files.txt"}]  # any file that is there
    read = {"format": "csv", "sequence": "s", "label": "y"}
    config["tasks"]["b"] = {"alphabet": "dna", "type": "regression", "files": files, "read": read}
    config |= {"estimates": [], "forgetting": False}


def two_alphabets(config: dict) -> None:
    letters(config)
    config["tasks"]["a"]["alphabet"] = "rna"


def too_many_shares(config: dict) -> None:
    config["pretraining"]["masking"] = {"hidden": 0.8, "random": 0.3}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (no_such_source, "transfers[0].source: 'bb' is not known"),
        (twice, "transfers[0].source: 'a' is listed twice"),
        (own_source, "transfers[0]: task 'c' cannot be its own source"),
        (numbers, "transfers[0].source: must be text"),
        (other_strand, "transfers[0]: `strand` differs ('b' is both, 'c' is single)"),
        (nobodys_head, "transfers[0]: zero-shot use the source's head, and 2 sources have one each; say which with "
         "`head: a`"),
        (strange_head, "transfers[0].head: 'c' is not known; known: a, b"),
        (other_classes, "need the same classes in the same order ('b' has background, promoter; 'c' has promoter"),
        (masked_head, "source models of 'a' have none for classes: they learn to fill in masked letters"),
        (unlabelled_head, "source models of 'a' have none for classes"),
        (head_left_behind, "`pretraining.second_stage` moves the backbone away from it"),
        (unlabelled_target, "transfers[0]: task 'a' has no labels, so it can be a source and not a target"),
        (part_of_several, "ablation.transfers: 'a+b--c' cannot be among them"),
        (leaks_and_a_stage, "leakage.compare: cannot be combined with `pretraining.second_stage`"),
        (unknown_stage, "pretraining.second_stage.transfers: 'a--c' is not known"),
        (features_of_no_position, "masked letters are filled in from features of each position, which backbone 'cnn'"),
        (stage_without_positions, "use `positions: mean` or `max` (mlp: `window`)"),
        (several_at_once, "transfers[0]: joint, auto need a source model that learned the labels of one source, and "
         "that of this transfer learned of several sources"),
        (masked_and_joint, "alternating need a source model that learned the labels of one source, and that of this "
         "transfer learned of masked letters"),
        (stage_and_auto, "learned of a second stage"),
        (auto_beside_several, "strategy_options.auto.sources: transfer 'a+b--c' learns several sources"),
        (several_types, "source 'b' has labels of type regression, and several sources share a backbone by binary"),
        (two_alphabets, "sources that share a backbone need one alphabet, and these have dna and rna"),
        (too_many_shares, "pretraining.masking: `hidden` (0.8) and `random` (0.3) are shares of the same letters"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(
    change: Callable[[dict], None], expected: str, config: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    change(config)
    said = message(config)
    assert expected in said
    assert said.count("\n    ") == 1 or "mistakes" not in said  # one mistake, one message


def test_a_named_head_and_a_mixture_are_accepted(config: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    nobodys_head(config)
    letters(config)
    config["transfers"][0]["head"] = "b"
    study = understood(config)
    assert [study.is_masked(name) for name in "abc"] == [True, False, False]
    assert [study.is_shared(sources) for sources in ("a", "b", "a+b")] == [True, False, True]


def test_settings_of_other_source_models_are_none_of_one_for_labels(config: dict) -> None:
    plain = understood(config).pretraining
    config["pretraining"] |= {"temperature": 2, "masking": {"share": 0.3}, "second_stage": {"epochs": [1]}}
    changed = understood(config).pretraining
    assert changed.of_labels == plain.of_labels
    assert changed.of_shared != plain.of_shared
    assert "second_stage" not in changed.of_shared
