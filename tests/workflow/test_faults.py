"""A user's mistake: one message, no traceback, a failing exit status, nothing left behind."""

import copy
import hashlib

import numpy as np
import pytest
from conftest import Folder

CLASSES = ["promoter", "background"]
# The human insulin precursor (UniProtKB P01308).
INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVG"
    "QVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)


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


def outcome(
    folder: Folder, config: dict, message: list[str], *, target: str | None = None, log: str | None = None
) -> None:
    """Run, and hold terminal and log against what every fault must look like.

    The message is the whole text, once in each. The log is the job's, or Snakemake's own where no job was started.
    """
    name = folder.write_config(config)
    result = folder.snakemake("--configfile", name, "--cores", "2", *([target] if target else []))
    assert result.returncode != 0
    text = "\n".join(message)
    logs = [folder.path / log] if log else list((folder.path / ".snakemake/log").glob("*.log"))
    assert len(logs) == 1
    for told in (result.stdout, logs[0].read_text()):
        assert told.count(f"{text}\n") == 1, told
        for line in message:
            assert told.count(line.strip()) == 1, told  # not a second time in other words around it
        assert "Traceback" not in told, told


def test_a_correct_study_of_local_files_is_accepted(folder: Folder, own: dict) -> None:
    result = folder.snakemake("--configfile", folder.write_config(own), "--cores", "2", "-n")
    assert result.returncode == 0, result.stdout


def test_missing_file(folder: Folder, own: dict) -> None:
    own["tasks"]["ecoli"]["files"][0]["path"] = "nowhere.fa"
    outcome(folder, own, [
        "there is no file 'nowhere.fa'",
        "  where:  study.yaml, key tasks.ecoli.files[0].path",
        "  remedy: mend the path; it is relative to the folder in which snakemake runs",
    ])  # fmt: skip
    assert folder.files() == set()


def test_unknown_key(folder: Folder, own: dict) -> None:
    own["tasks"]["ecoli"]["strnd"] = "both"
    outcome(folder, own, [
        "the config has a mistake:",
        "    tasks.ecoli.strnd: unknown key; did you mean 'strand'?",
        "  where:  study.yaml",
        "  remedy: mend the config; config/README.md explains every key",
    ])  # fmt: skip
    assert folder.files() == set()


def test_wrong_checksum(folder: Folder, own: dict) -> None:
    own["tasks"]["ecoli"]["files"][0]["sha256"] = "0" * 64
    found = hashlib.sha256((folder.path / "ecoli_promoter.fa").read_bytes()).hexdigest()
    message = [
        f"download: error: wrong checksum: expected sha256 {'0' * 64}, found {found}",
        "  where:  ecoli_promoter.fa",
        "  remedy: fetch the file again, or correct `sha256` in the config if this is the file that you mean",
    ]
    target, log = "raw/ecoli/ecoli_promoter.fa", "logs/download/ecoli/ecoli_promoter.fa.log"
    outcome(folder, own, message, target=f"results/tiny/{target}", log=f"results/tiny/{log}")
    assert folder.files() == set()


def test_protein_given_as_dna(folder: Folder, own: dict) -> None:
    dna = fasta(1, seed=5)
    (folder.path / "ecoli_promoter.fa").write_text(f"{dna}>sp|P01308|INS_HUMAN\n{INSULIN}\n" + dna)
    message = [
        "prepare: error: 'E' is not a letter of the dna alphabet; this looks like protein",
        "  where:  results/tiny/raw/ecoli/ecoli_promoter.fa, record at line 3",
        "  remedy: give the right file, or correct the task's `alphabet`",
    ]
    target, log = "data/ecoli/records.parquet", "logs/prepare/ecoli.log"
    outcome(folder, own, message, target=f"results/tiny/{target}", log=f"results/tiny/{log}")
    assert folder.files() == {f"results/tiny/raw/ecoli/ecoli_{name}.fa" for name in CLASSES}


def test_class_too_small_for_the_split(folder: Folder, own: dict) -> None:
    (folder.path / "bsubtilis_promoter.fa").write_text(fasta(3, seed=99))
    message = [
        "split: error: class 'promoter' of task 'bsubtilis' has 3 sequences: a test fraction of 0.3 takes 1 of them "
        "(at least 2 are needed) and leaves 2 for the pool (at least 3 are needed, one for each fold)",
        "  where:  config key tasks.bsubtilis",
        "  remedy: give more sequences of that class, or change tasks.bsubtilis.split.test or training.folds",
    ]
    target, log = "data/bsubtilis/splits.parquet", "logs/split/bsubtilis.log"
    outcome(folder, own, message, target=f"results/tiny/{target}", log=f"results/tiny/{log}")
    data = {
        f"results/tiny/data/bsubtilis/{name}" for name in ("records.parquet", "rejects.tsv", "summary.json")
    }
    assert folder.files() == data | {f"results/tiny/raw/bsubtilis/bsubtilis_{name}.fa" for name in CLASSES}
