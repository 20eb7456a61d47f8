"""What an edit makes Snakemake do again: neither too much nor too little. Plans and runs on a finished study."""

import copy
import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from planner import Planner
from study_folder import ROOT, Folder
from warm import Warm

from seqgraft.digest import modules_of

Jobs = set[str]
PRETRAIN = {"pretrain pretrained/ecoli/0", "pretrain pretrained/bsubtilis/0"}
WITH_SOURCE = {"finetune transfers/ecoli--bsubtilis/full", "finetune transfers/bsubtilis--ecoli/full"}
SCRATCH = {f"finetune_without_source targets/{task}/scratch" for task in ("ecoli", "bsubtilis")}
CONSTANT = {f"baseline targets/{task}/constant" for task in ("ecoli", "bsubtilis")}
KMERS = {f"baseline targets/{task}/kmer-logistic" for task in ("ecoli", "bsubtilis")}
FITS = WITH_SOURCE | SCRATCH | CONSTANT | KMERS
SPLITS = {f"{rule} data/{task}" for rule in ("split", "leakage") for task in ("ecoli", "bsubtilis")}
PAGE = {"provenance", "report", "report figures"}  # provenance holds the digest of all code
NUMBERS = {"evaluate", "identity_bands", *PAGE}
IDENTITY = {"identity data/ecoli", "identity data/bsubtilis"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project that a test may edit; times are kept, as Snakemake looks at them."""
    for name in ("workflow", "scripts", "envs", "profiles"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    shutil.copy2(ROOT / "Snakefile", tmp_path / "Snakefile")
    return tmp_path


def written(config: dict, folder: Path) -> Path:
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return path


# Each edit: a file below scripts/seqgraft, what is put at its end, and the jobs that it plans.
EDITS: dict[str, tuple[str, str, Jobs]] = {
    "nothing": ("learn/loop.py", "", set()),
    "a comment": ("learn/loop.py", "# a thought\n", set()),
    "the page's style": ("report/style.css", "h1 { color: black; }\n", PAGE),
    "a plotting module": ("report/forest_figure.py", "NEW = 1\n", PAGE),
    "a metric": ("stats/metrics.py", "NEW = 1\n", NUMBERS),
    # Scores by identity are of scratch and the chosen strategy alone.
    "a baseline": ("learn/baselines.py", "NEW = 1\n", CONSTANT | KMERS | NUMBERS - {"identity_bands"}),
    "an alignment": ("data/nearest.py", "NEW = 1\n", IDENTITY | {"identity_bands"} | PAGE),
    "the bands": ("stats/identity_bands.py", "NEW = 1\n", {"identity_bands"} | PAGE),
    "a way to fit": ("learn/probe.py", "NEW = 1\n", WITH_SOURCE | SCRATCH | NUMBERS),
    "the training loop": ("learn/loop.py", "NEW = 1\n", PRETRAIN | WITH_SOURCE | SCRATCH | NUMBERS),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_code(edit: str, finished: Folder, project: Path, planner: Planner) -> None:
    file, end, expected = EDITS[edit]
    path = project / "scripts/seqgraft" / file
    path.write_text(path.read_text() + end)
    config = ROOT / "tests/config/tiny.yaml"
    assert planner.jobs(finished.path, config, snakefile=project / "Snakefile") == expected


DEPLOYMENTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "another mirror": (["--config", "mirror={here}"], {}),
    "another mirror by its variable": ([], {"SEQGRAFT_MIRROR": "{here}"}),
    "another cache": ([], {"SEQGRAFT_CACHE": "{here}"}),
    "offline": (["--config", "offline=true"], {}),
    "offline by its variable": ([], {"SEQGRAFT_OFFLINE": "1"}),
    "a GPU granted": (["--resources", "gpu=1"], {}),
    "other memory and time": (["--set-resources", "finetune:mem_mb=9000", "finetune:runtime=9"], {}),
}


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_deployment_reruns_nothing(
    deployment: str, finished: Folder, planner: Planner, tmp_path: Path
) -> None:
    arguments, env = DEPLOYMENTS[deployment]
    config = ROOT / "tests/config/tiny.yaml"
    here = {name: value.format(here=tmp_path) for name, value in env.items()}
    again = planner.jobs(finished.path, config, *(a.format(here=tmp_path) for a in arguments), env=here)
    assert again == set()


def test_comments_and_layout_of_the_config_rerun_nothing(
    finished: Folder, planner: Planner, tmp_path: Path, tiny_config: dict
) -> None:
    text = yaml.safe_dump(tiny_config, sort_keys=False, default_flow_style=False)
    (tmp_path / "study.yaml").write_text(f"# A comment.\n{text.replace(chr(10), '   # another' + chr(10))}")
    assert planner.jobs(finished.path, tmp_path / "study.yaml") == set()


def test_another_mirror_fetches_nothing_again(
    folder: Folder, planner: Planner, tiny_config: dict, warm: Warm
) -> None:
    for mirror in ("first", "second"):
        file = folder.path / mirror / "example.org/promoters.fa"
        file.parent.mkdir(parents=True)
        file.write_text(">s\nACGT\n")
    config = copy.deepcopy(tiny_config)
    task = config["tasks"]["ecoli"]
    del task["simulate"]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    task["files"] = [
        {"url": f"https://example.org/{name}s.fa", "class": name, "sha256": digest}
        for name in ("promoter", "background")
    ]
    name, wanted = folder.write_config(config), "results/tiny/raw/ecoli/promoters.fa"
    env = {"SEQGRAFT_MIRROR": str(folder.path / "first"), "SEQGRAFT_CACHE": str(folder.path / "cache")}
    run = folder.snakemake("--configfile", name, "--cores", "1", wanted, env=env, warm=warm)
    assert run.returncode == 0, run.stdout
    config["mirror"] = str(folder.path / "second")
    path = folder.path / folder.write_config(config)
    other = {"SEQGRAFT_CACHE": str(folder.path / "elsewhere")}
    assert planner.jobs(folder.path, path, wanted, env=other) == set()
    config["tasks"]["ecoli"]["files"][0] |= {"size": 8, "mirrors": ["https://example.net/promoters.fa"]}
    path = folder.path / folder.write_config(config)
    assert planner.jobs(folder.path, path, wanted, env=other) == set()
    targets = planner.counts(folder.path, path, "downloads")
    assert targets == {"downloads": 1, "download": 1}  # the other of the task's two files; no simulated one
    command = ["--snakefile", str(ROOT / "Snakefile"), "--configfile", str(path), "--cores", "1", "downloads"]
    status, text = planner.run(folder.path, *command, env={**other, "SEQGRAFT_OFFLINE": "1"})
    assert status != 0
    assert (
        "and a file is neither in the mirror nor in the cache:\n    https://example.org/backgrounds.fa\n"
        in text
    )
    assert "Traceback" not in text
    config["tasks"]["ecoli"]["files"][0]["sha256"] = "0" * 64
    path = folder.path / folder.write_config(config)
    assert planner.jobs(folder.path, path, wanted, env=other) == {"download raw/ecoli"}


def _own_strategies(config: dict) -> None:
    config["transfers"][0]["strategies"] = ["scratch", "full", "linear-probe"]


# Each change of the config and the jobs that it plans, beside those of config.yaml, provenance and report.
CHANGES: dict[str, tuple[Callable[[dict], object], Jobs]] = {
    "a title": (lambda c: c.update(title="Another title"), set()),
    "a strategy of one transfer more": (
        _own_strategies,
        {"finetune transfers/ecoli--bsubtilis/linear-probe", "evaluate", "identity_bands"},
    ),
    "another metric": (lambda c: c.update(primary_metric="auprc"), {"evaluate", "identity_bands"}),
    "epochs of the fits": (
        lambda c: c["training"].update(epochs=[0, 1, 3]),
        WITH_SOURCE | SCRATCH | {"evaluate", "identity_bands"},
    ),
    "a setting of the baselines": (lambda c: c["training"].update(kmer=3), CONSTANT | KMERS | {"evaluate"}),
    "a source model more": (
        lambda c: c["pretraining"].update(replicates=2),
        {
            "pretrain pretrained/ecoli/1",
            "pretrain pretrained/bsubtilis/1",
            *WITH_SOURCE,
            "evaluate",
            "identity_bands",
        },
    ),
    # These two write the splits anew; what is trained then is tested below.
    "a replicate more": (
        lambda c: c.update(replicates=6),
        SPLITS | IDENTITY | {"collect_leakage"} | PRETRAIN | FITS | {"evaluate", "identity_bands"},
    ),
    "a train size more": (
        lambda c: c.update(train_sizes=[20, 40, "all"]),
        SPLITS | IDENTITY | {"collect_leakage"} | PRETRAIN | FITS | {"evaluate", "identity_bands"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_config(
    change: str, finished: Folder, planner: Planner, tmp_path: Path, tiny_config: dict
) -> None:
    config = copy.deepcopy(tiny_config)
    edit, expected = CHANGES[change]
    edit(config)
    again = planner.jobs(finished.path, written(config, tmp_path))
    assert again == expected | {"write_config"} | PAGE


def test_another_way_of_reading_prepares_that_task_again(
    finished: Folder, planner: Planner, tmp_path: Path, tiny_config: dict
) -> None:
    config = copy.deepcopy(tiny_config)
    config["tasks"]["ecoli"]["read"] = {"format": "fasta", "ids": "line"}
    again = planner.jobs(finished.path, written(config, tmp_path))
    assert again >= {"prepare data/ecoli", "encode data/ecoli"}
    assert not again & {"prepare data/bsubtilis", "simulate raw/ecoli"}


def test_a_size_and_a_replicate_more_train_only_the_new_fits(
    finished: Folder, folder: Folder, tiny_config: dict, warm: Warm
) -> None:
    """Run it: 2 sizes x 5 replicates are finished, 3 x 6 are wanted."""
    shutil.copytree(finished.path, folder.path, dirs_exist_ok=True)
    config = copy.deepcopy(tiny_config)
    config.update(train_sizes=[20, 40, "all"], replicates=6)
    results = "results/tiny"
    fits = ["transfers/ecoli--bsubtilis/full", "targets/bsubtilis/scratch", "targets/bsubtilis/kmer-logistic"]
    wanted = [f"{results}/{fit}/predictions.parquet" for fit in fits]
    run = folder.snakemake("--configfile", folder.write_config(config), "--cores", "2", *wanted, warm=warm)
    assert run.returncode == 0, run.stdout

    said = {
        str(log.relative_to(folder.path / results / "logs").with_suffix("")): tuple(map(int, found.groups()))
        for log in (folder.path / results / "logs").rglob("*.log")
        if (found := re.search(r"(\d+) \D+ (?:trained|made), (\d+) found in the resume", log.read_text()))
        and log.read_bytes() != (finished.path / log.relative_to(folder.path)).read_bytes()
    }
    assert said == {
        "pretrain/ecoli/0": (0, 1),
        "finetune/ecoli--bsubtilis/full": (8, 10),
        "finetune/bsubtilis/scratch": (8, 10),
        "baseline/bsubtilis/kmer-logistic": (8, 10),
    }
    for name in wanted:
        keys = ["train_size", "is_all", "replicate", "part", "id"]
        before, after = (
            pd.read_parquet(f.path / name).set_index(keys)["prediction"] for f in (finished, folder)
        )
        assert len(after) > len(before)
        assert after.loc[before.index].tolist() == before.tolist()
    for name in ("weights.safetensors", "predictions.parquet", "history.tsv", "bundle.json"):
        path = f"{results}/pretrained/ecoli/0/{name}"
        assert (folder.path / path).read_bytes() == (finished.path / path).read_bytes(), name
    path = f"{results}/data/bsubtilis/splits.parquet"
    before, after = (pd.read_parquet(f.path / path) for f in (finished, folder))
    kept = after[after["replicate"].isna() | (after["replicate"] <= 5)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, before)
    assert after["replicate"].max() == 6


# Sections of the report that the tiny study has nothing for.
NOT_SHOWN = {f"scripts/seqgraft/report/section_{name}.html" for name in ("sources", "ablation", "trust")}


def test_a_script_opens_no_file_of_the_library_that_its_digest_misses(finished: Folder) -> None:
    """What the digest derives from import statements, against what the rules' scripts really opened in a run."""
    opened: dict[str, set[str]] = {}
    for note in (finished.path / "opened").iterdir():
        opened.setdefault(note.name.split(".")[0], set()).update(note.read_text().split("\n"))
    scripts = {path.stem for path in (ROOT / "scripts").glob("*.py")}
    # The tiny study is simulated, has one source with labels per target, no groups and no second stage, and does not
    # ask what is forgotten, or what less data or leaks would do.
    assert set(opened) == scripts - {
        "download", "source_scores", "rank_sources", "forgetting", "ablation", "leak_claims",
        "group", "negatives", "pretrain_shared", "adapt",
    }  # fmt: skip
    for script, files in opened.items():
        digested = {
            str(p.relative_to(ROOT)) for p in modules_of(ROOT / f"scripts/{script}.py", ROOT / "scripts")
        }
        found = {f"scripts/seqgraft/{file.split('/scripts/seqgraft/')[1]}" for file in files}
        assert len(found) > 3, script
        assert found <= digested, script
        data = {name for name in digested if not name.endswith(".py")}
        assert data - NOT_SHOWN <= found, script
