"""A user's mistake: one message, no traceback, a failing exit status, nothing left behind."""

import copy
from pathlib import Path

import numpy as np
import pytest
from conftest import Folder

CLASSES = ["promoter", "background"]


def fasta(count: int, letters: str = "ACGT", length: int = 40, seed: int = 0) -> str:
    rng = np.random.default_rng(seed)
    return "".join(f">s{i}\n{''.join(rng.choice(list(letters), size=length))}\n" for i in range(count))


@pytest.fixture
def own(folder: Folder, tiny_config: dict) -> dict:
    """A config with local files, correct as it stands; each test breaks one thing."""
    config = copy.deepcopy(tiny_config)
    config["tasks"] = {}
    for seed, task in enumerate(["ecoli", "bsubtilis"]):
        files = []
        for offset, name in enumerate(CLASSES):
            path = f"{task}_{name}.fa"
            (folder.path / path).write_text(fasta(60, seed=10 * seed + offset))
            files.append({"path": path, "class": name})
        config["tasks"][task] = {"alphabet": "dna", "type": "binary", "classes": CLASSES, "files": files}
    config["transfers"] = [{"source": "ecoli", "target": "bsubtilis"}]
    return config


def outcome(folder: Folder, config: dict, message: list[str], target: str | None = None) -> None:
    """Run, and hold the output against what every fault must look like."""
    name = folder.write_config(config)
    result = folder.snakemake("--configfile", name, "--cores", "2", *([target] if target else []))
    assert result.returncode != 0
    text = "\n".join(message)
    assert result.stdout.count(text) == 1, result.stdout
    assert "Traceback" not in result.stdout, result.stdout


def test_a_correct_study_of_local_files_is_accepted(folder: Folder, own: dict) -> None:
    result = folder.snakemake("--configfile", folder.write_config(own), "--cores", "2", "-n")
    assert result.returncode == 0, result.stdout


def test_missing_file(folder: Folder, own: dict) -> None:
    own["tasks"]["ecoli"]["files"][0]["path"] = "nowhere.fa"
    outcome(
        folder,
        own,
        [
            "there is no file 'nowhere.fa'",
            "  where:  study.yaml, key tasks.ecoli.files[0].path",
            "  remedy: mend the path; it is relative to the folder in which snakemake runs",
        ],
    )
    assert folder.files() == set()


def test_unknown_key(folder: Folder, own: dict) -> None:
    own["tasks"]["ecoli"]["alphabt"] = own["tasks"]["ecoli"].pop("alphabet")
    outcome(folder, own, ["    tasks.ecoli.alphabt: unknown key; did you mean 'alphabet'?"])
    assert folder.files() == set()


def test_wrong_checksum(folder: Folder, own: dict) -> None:
    own["tasks"]["ecoli"]["files"][0]["sha256"] = "0" * 64
    target = "results/tiny/raw/ecoli/ecoli_promoter.fa"
    outcome(folder, own, ["download: error: "], target)
    log = Path(folder.path / "results/tiny/logs/download/ecoli/ecoli_promoter.fa.log").read_text()
    assert "0" * 64 in log
    assert folder.files() == set()


def test_protein_given_as_dna(folder: Folder, own: dict) -> None:
    (folder.path / "ecoli_promoter.fa").write_text(fasta(60, letters="ACDEFGHIKLMNPQRSTVWY"))
    outcome(folder, own, ["prepare: error: "], "results/tiny/data/ecoli/records.parquet")
    assert not any("/data/" in name for name in folder.files())


def test_class_too_small_for_the_split(folder: Folder, own: dict) -> None:
    (folder.path / "bsubtilis_promoter.fa").write_text(fasta(3, seed=99))
    outcome(folder, own, ["split: error: "], "results/tiny/data/bsubtilis/splits.parquet")
    assert not any("splits" in name for name in folder.files())
