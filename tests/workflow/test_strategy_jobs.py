"""What jobs of strategies read beside the target: the source's sequences, or the models of other sources."""

import re
from pathlib import Path

import pytest
import yaml
from planner import Planner


@pytest.fixture
def config(tiny_config: dict) -> dict:
    """Two sources for one target."""
    tasks = tiny_config["tasks"]
    return tiny_config | {
        "tasks": {**tasks, "third": {**tasks["ecoli"], "title": "another"}},
        "transfers": [{"source": source, "target": "bsubtilis"} for source in ("ecoli", "third")],
        "strategies": ["scratch", "full", "joint", "auto"],
    }


def inputs(planner: Planner, folder: Path, config: dict, *fits: str) -> dict[str, set[str]]:
    """Return what each of some fits reads, by ``<strategy> for <transfer>``, from the reasons of a dry run."""
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    wanted = [f"results/tiny/transfers/{fit}/predictions.parquet" for fit in fits]
    text = planner.ask(folder, path, "-n", *wanted)
    found = re.findall(r"Fitting (.+)\nReason: .*updated by another job: (.*)", text)
    return {fit: {"/".join(Path(name).parts[2:]) for name in names.split(", ")} for fit, names in found}


def test_what_learns_from_a_source_again_reads_its_sequences_and_auto_the_models_of_all(
    planner: Planner, tmp_path: Path, config: dict
) -> None:
    own = config | {"strategy_options": {"auto": {"sources": "all"}}}
    fits = ("ecoli--bsubtilis/full", "ecoli--bsubtilis/joint", "third--bsubtilis/auto")
    read = inputs(planner, tmp_path, own, *fits)
    of_source = {
        f"data/ecoli/{name}"
        for name in ("records.parquet", "splits.parquet", "excluded.tsv", "tokens.npy", "offsets.npy")
    }
    joint, full = read["joint for ecoli--bsubtilis"], read["full for ecoli--bsubtilis"]
    assert joint - full == of_source
    assert full < joint
    auto = read["auto for third--bsubtilis"]
    models = {name for name in auto if name.endswith("bundle.json")}
    assert models == {"pretrained/third/0/bundle.json", "pretrained/ecoli/0/bundle.json"}
    assert not any(name.startswith("data/ecoli") for name in auto)
