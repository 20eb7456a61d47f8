"""The workflow as a module of another one, fetched as from GitHub, below a prefix and with a config of its own.

Git is told that GitHub's address leads to a folder, so nothing leaves this machine.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from planner import Planner
from study_folder import ROOT

SNAKEFILE = """
import yaml

module seqgraft:
    snakefile: github("someone/seqgraft", path="workflow/Snakefile", tag="v1")
    config: yaml.safe_load(open("study.yaml"))
    prefix: "graft"

use rule * from seqgraft as graft_*

rule mine:
    input: "graft/results/tiny/metrics.tsv", "graft/results/tiny/pretrained/ecoli/0/predictions.parquet"
    output: "mine.txt"
    default_target: True
    shell: "head -1 {input[0]} > {output}"
"""
MODEL = "results/tiny/pretrained/ecoli/0"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A repository with the project as it is, and the variables that lead to it."""
    project = tmp_path / "github/someone/seqgraft"
    for name in ("workflow", "scripts", "envs", "config"):
        shutil.copytree(
            ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    shutil.copy(ROOT / "Snakefile", project)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"], ["tag", "v1"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(project), *identity, *command], check=True)
    config = yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text())
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(config | {"replicates": 5}))
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    return {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{tmp_path}/github/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }


RUN = pytest.mark.skipif("SEQGRAFT_MODULE" not in os.environ, reason="takes long: make test-module runs it")


@RUN
def test_the_jobs_of_a_module(tmp_path: Path, environment: dict[str, str], planner: Planner) -> None:
    status, text = planner.run(tmp_path, "-n", "--cores", "2", "--quiet", "rules", env=environment)
    assert status == 0, text
    for rule, count in {"graft_pretrain": 2, "graft_finetune": 2, "graft_evaluate": 1, "mine": 1}.items():
        assert f"\n{rule} " in text
        assert text.split(f"\n{rule} ")[1].split()[0] == str(count)
    assert not (tmp_path / "results").exists()


@RUN
def test_a_module_learns_the_same_bytes(tmp_path: Path, environment: dict[str, str]) -> None:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith("SEQGRAFT_")
    } | environment
    alone = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", "study.yaml"]
    below = ["--resources", "gpu=0"]
    for given, prefix in ((below, "graft/"), (alone, "")):
        command = [sys.executable, "-m", "snakemake", *given, "--cores", "2", "--quiet", "all", "--"]
        target = f"{prefix}{MODEL}/predictions.parquet"
        result = subprocess.run(
            [*command, target], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
    for name in ("predictions.parquet", "weights.safetensors"):
        assert (tmp_path / "graft" / MODEL / name).read_bytes() == (tmp_path / MODEL / name).read_bytes()
