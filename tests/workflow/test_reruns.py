"""What an edit makes Snakemake do again: neither too much nor too little. Dry runs on a finished study."""

import copy
import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Folder

LEARNED = {"pretrain", "finetune", "finetune_without_source"}
AFTER_FITS = {"evaluate", "provenance", "report"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project that a test may edit; times are kept, as Snakemake looks at them."""
    for name in ("workflow", "scripts", "envs", "profiles"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    shutil.copy2(ROOT / "Snakefile", tmp_path / "Snakefile")
    return tmp_path


def planned(finished: Folder, project: Path, config: dict, *more: str) -> set[str]:
    """Return the rules that a run with this code and config would execute."""
    path = project / "study.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    result = finished.snakemake(
        "--configfile", str(path), "--cores", "2", "-n", *more, snakefile=project / "Snakefile"
    )
    assert result.returncode == 0, result.stdout
    if "Nothing to be done" in result.stdout:
        return set()
    table = result.stdout.split("Job stats:")[1].split("total")[0]
    return set(re.findall(r"^(\w+) +\d+$", table, re.MULTILINE)) - {"all"}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_same_code_elsewhere_reruns_nothing(finished: Folder, project: Path, tiny_config: dict) -> None:
    assert planned(finished, project, tiny_config) == set()


def test_another_mirror_reruns_nothing(finished: Folder, project: Path, tiny_config: dict) -> None:
    assert planned(finished, project, tiny_config, "--config", f"mirror={project}") == set()


def test_a_comment_reruns_nothing(finished: Folder, project: Path, tiny_config: dict) -> None:
    loop = project / "scripts/seqgraft/learn/loop.py"
    loop.write_text("# a thought\n" + loop.read_text())
    assert planned(finished, project, tiny_config) == set()


def test_editing_a_figure_reruns_the_report_alone(finished: Folder, project: Path, tiny_config: dict) -> None:
    style = project / "scripts/seqgraft/report/style.css"
    style.write_text(style.read_text() + "\nh1 { color: black; }\n")
    # provenance holds the digest of the code behind the report, too
    assert planned(finished, project, tiny_config) == {"report", "provenance"}


def test_editing_the_training_loop_retrains(finished: Folder, project: Path, tiny_config: dict) -> None:
    edit(project / "scripts/seqgraft/learn/loop.py", "import math\n", "import math\n\nNEW = 1\n")
    assert planned(finished, project, tiny_config) == LEARNED | AFTER_FITS


def test_a_training_setting_leaves_source_models_and_baselines_alone(
    finished: Folder, project: Path, tiny_config: dict
) -> None:
    config = copy.deepcopy(tiny_config)
    config["training"]["epochs"] = [0, 1, 3]
    again = planned(finished, project, config)
    assert again == {"finetune", "finetune_without_source", "write_config"} | AFTER_FITS


def test_a_title_retrains_nothing(finished: Folder, project: Path, tiny_config: dict) -> None:
    config = copy.deepcopy(tiny_config)
    config["title"] = "Another title"
    assert planned(finished, project, config) == {"write_config", "provenance", "report"}


def test_the_strategies_of_one_transfer_leave_the_other_alone(
    finished: Folder, project: Path, tiny_config: dict
) -> None:
    config = copy.deepcopy(tiny_config)
    config["transfers"][0]["strategies"] = ["scratch", "full", "linear-probe"]
    again = planned(finished, project, config)
    assert again == {"finetune", "write_config"} | AFTER_FITS
