"""What stands around the code must not drift: Makefile, profiles, versions, pages, studies that ship."""

import json
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml
from bench_scripts import bench_module

import seqgraft
from seqgraft.config.load import read_study

ROOT = Path(__file__).resolve().parents[2]
PROFILES = sorted((ROOT / "profiles").glob("*/profile.yaml"))
RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("[!.]*/*.md")])


# --- Makefile


@pytest.mark.parametrize(
    "target",
    [
        "demo",
        "test",
        "test-slurm",
        "test-conda",
        "pins",
        "pins-check",
        "truth",
        "lint",
        "schema",
        "lock",
        "clean",
        "set-up",
    ],
)
def test_makefile_has_the_documented_targets(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(rf"^{target}:.* ## \w", makefile, re.MULTILINE)
    assert target in re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()


def test_targets_named_in_the_docs_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for page in PAGES:
        code = re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", page.read_text(), re.MULTILINE)
        named = {first or second for first, second in code}
        assert named <= targets, f"{page.name} names {named - targets}"


def test_continuous_integration_runs_lint_and_tests_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    commands = [line.strip() for line in lines if line.strip().startswith("make")]
    assert commands == ["make lint", "make test"]
    assert "set -euo pipefail" in lines
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


# --- profiles


@pytest.mark.parametrize("path", PROFILES, ids=lambda p: p.parent.name)
def test_every_profile_entry_says_why(path: Path) -> None:
    lines = path.read_text().splitlines()
    entries = [i for i, line in enumerate(lines) if re.match(r"[a-z]", line)]
    assert len(entries) == len(yaml.safe_load(path.read_text()))
    for i in entries:
        assert lines[i - 1].startswith("# "), lines[i]


def test_profiles_name_rules_that_exist() -> None:
    text = "".join(p.read_text() for p in RULES)
    rules = set(re.findall(r"^(?:rule|checkpoint) (\w+):|^use rule \w+ as (\w+) with", text, re.MULTILINE))
    names = {first or second for first, second in rules}
    slurm = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())
    assert set(slurm["set-resources"]) | set(slurm["groups"]) <= names


@pytest.mark.parametrize(
    ("name", "asked"), [("slurm-gres", {"gpu": 0, "gres": "gpu:1"}), ("slurm-cpu", {"gpu": 0})]
)
def test_variants_for_slurm_differ_in_nothing_but_how_a_gpu_is_asked_for(name: str, asked: dict) -> None:
    slurm, variant = (
        yaml.safe_load((ROOT / f"profiles/{own}/profile.yaml").read_text()) for own in ("slurm", name)
    )
    for resources in slurm["set-resources"].values():
        if resources.get("gpu"):
            resources |= asked
    assert variant == slurm


def test_every_rule_is_local_or_has_its_own_memory_and_time() -> None:
    """A rule that is neither would be a ten-second batch job that nobody thought of; fetching is always local."""
    blocks = [b for p in RULES for b in re.split(r"^(?=rule )", p.read_text(), flags=re.MULTILINE)[1:]]
    slurm = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())
    names = {re.match(r"rule (\w+)", block)[1]: "localrule: True" in block for block in blocks}
    assert names["download"]
    assert {name for name, local in names.items() if not local} <= set(slurm["set-resources"])


def test_memory_and_time_grow_for_every_rule_that_becomes_a_batch_job() -> None:
    """What a rule says of its own is the same at each attempt, unless the profile says it again."""
    text = "".join(p.read_text() for p in RULES)
    blocks = re.split(r"^(?=rule |use rule |checkpoint |onstart)", text, flags=re.MULTILINE)
    own = {
        re.match(r"rule (\w+)", block)[1]
        for block in blocks
        if block.startswith("rule ") and "mem_mb=" in block and "localrule: True" not in block
    }
    assert {"pretrain", "finetune", "evaluate"} <= own
    derived: set[str] = set()
    for base, name in re.findall(r"^use rule (\w+) as (\w+) with", text, re.MULTILINE):
        derived |= {name} if base in own | derived else set()
    slurm = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text())
    assert set(slurm["set-resources"]) == own | derived


def test_gpus_are_capped_on_a_laptop_and_asked_for_on_a_cluster() -> None:
    default, slurm = (
        yaml.safe_load((ROOT / f"profiles/{name}/profile.yaml").read_text()) for name in ("default", "slurm")
    )
    assert default["resources"] == {"gpu": 0}
    for rule in ("pretrain", "finetune", "finetune_without_source", "source_scores", "forgetting"):
        assert slurm["set-resources"][rule]["gpu"] == 1
    for resources in slurm["set-resources"].values():
        assert "attempt" in resources["mem_mb"]
        assert "attempt" in resources["runtime"]


# --- versions and pages


def test_one_version_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert citation["version"] == seqgraft.__version__ == newest[1]


def test_workflow_catalog_finds_what_it_needs() -> None:
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment"}
    assert usage["software-stack-deployment"]["report"] is True  # tests/workflow/test_snakemake_report.py
    # What nobody has run is not said to work.
    untried = "Not yet run: conda-forge itself" in (ROOT / "README.md").read_text()
    assert usage["software-stack-deployment"]["conda"] is not untried
    config = usage["mandatory-flags"]["flags"].split()[-1]
    assert (ROOT / config).is_file()
    assert (ROOT / "config/README.md").is_file()
    assert (ROOT / "workflow/Snakefile").read_text() == 'include: "../Snakefile"\n'
    readme = (ROOT / "README.md").read_text().lower()
    assert "snakemake" in readme
    assert "workflow" in readme


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not re.match(r"[a-z]+:|#", link):
            assert (page.parent / link.split("#")[0]).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_number_is_still_to_be_measured(page: Path) -> None:
    assert not re.findall(r"@@\w+@@", page.read_text())


def test_the_study_in_the_docs_is_a_valid_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs/own-data.md").read_text()
    config = yaml.safe_load(re.search(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1])
    monkeypatch.chdir(tmp_path)
    for task in config["tasks"].values():
        for entry in task["files"]:
            (tmp_path / entry["path"]).parent.mkdir(exist_ok=True)
            (tmp_path / entry["path"]).touch()
    study = read_study(config)
    assert [t.name for t in study.transfers] == ["source--target"]


@pytest.mark.parametrize(
    ("script", "arguments", "measured", "page"),
    [
        ("table", ["auroc"], "bacteria.tsv", "README.md"),
        ("textbook", [], "textbook.tsv", "docs/textbook-mistakes.md"),
        ("truth_training", [], "truth_training.tsv", "docs/truth.md"),
        ("encoding", [], "encoding.tsv", "docs/encoding.md"),
    ],
)
def test_quoted_tables_are_the_measured_ones(
    script: str, arguments: list[str], measured: str, page: str
) -> None:
    table = pd.read_csv(ROOT / "bench" / measured, sep="\t")
    assert bench_module(script).markdown(table, *arguments) in (ROOT / page).read_text()


def test_the_picture_of_the_report_is_small() -> None:
    picture = ROOT / "docs/report.png"
    assert picture.stat().st_size <= 200_000


@pytest.mark.parametrize("name", ["demo", "bacteria"])  # users' own studies may lie beside them
def test_every_study_that_ships_is_valid(name: str) -> None:
    study = read_study(yaml.safe_load((ROOT / f"config/{name}.yaml").read_text()))
    assert study.study == name


def test_generated_schema_is_json() -> None:
    schema = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text())
    assert "study" in schema["properties"]


def test_no_file_of_code_is_longer_than_contributors_are_told() -> None:
    most = int(re.search(r"never more than (\d+)", (ROOT / "CONTRIBUTING.md").read_text())[1])
    assert most == 500
    files = [path for room in ("scripts", "tests", "bench") for path in (ROOT / room).rglob("*.py")]
    files += (ROOT / "workflow").rglob("*.smk")
    assert len(files) > 200
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert not {name: number for name, number in lines.items() if number > most}


# --- a user without what is needed


def test_an_old_python_is_told_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    # Stands in for an interpreter that is too old: it fails the version check and names itself.
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2"\nexit 1\n')
    old.chmod(0o755)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = ["make", "demo", f"PYTHON={old}"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode != 0
    assert f"seqgraft needs Python >= 3.11 and {old} is Python 3.9.2" in result.stderr
    assert not (tmp_path / ".venv").exists()
