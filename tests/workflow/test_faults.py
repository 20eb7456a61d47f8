"""A user's mistake: one message, no traceback, a failing exit status, nothing left behind."""

import copy
import functools
import gzip
import hashlib
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from planner import Planner
from study_folder import ROOT, Folder

from seqgraft.evaluate import NAMES

CLASSES = ["promoter", "background"]
# The human insulin precursor (UniProtKB P01308).
INSULIN = (
    "MALWMRLLPLLALLALWGPDPAAAFVNQHLCGSHLVEALYLVCGERGFFYTPKTRREAEDLQVG"
    "QVELGGGPGAGSLQPLALEGSLQKRGIVEQCCTSICSLYQLENYCN"
)


def fasta(count: int, letters: str = "ACGT", length: int = 40, seed: int = 0) -> str:
    rng = np.random.default_rng(seed)
    return "".join(f">s{i}\n{''.join(rng.choice(list(letters), size=length))}\n" for i in range(count))


class Started(Folder):
    """A folder in which Snakemake runs as copies of one process: most of a fault's time was importing Snakemake."""

    def __init__(self, path: Path, planner: Planner):
        super().__init__(path)
        self.planner = planner

    def snakemake(self, *arguments: str, **_: object) -> subprocess.CompletedProcess[str]:
        command = self.command(*arguments)
        status, text = self.planner.run(self.path, *command[command.index("--snakefile") :])
        return subprocess.CompletedProcess(command, status, text)


@pytest.fixture
def folder(tmp_path: Path, planner: Planner) -> Folder:
    return Started(tmp_path, planner)


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
    folder: Folder,
    config: dict | None,
    message: list[str],
    *,
    target: str | None = None,
    log: str | None = None,
) -> None:
    """Run, and hold terminal and log against what every fault must look like.

    The message is the whole text, once in each. The log is the job's, or Snakemake's own where no job was started.
    """
    named = [] if config is None else ["--configfile", folder.write_config(config)]
    result = folder.snakemake(*named, "--cores", "2", *([target] if target else []))
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


def test_no_study_is_named(folder: Folder) -> None:
    outcome(folder, None, [
        "no study is named",
        "  where:  snakemake command line",
        "  remedy: add --configfile config/demo.yaml, or your own study's file",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file or directory: 'study.yaml'"),
        ("study: [", "Config file is not valid JSON or YAML."),
        ("- a\n- b\n", "Config file must be given as JSON or YAML with keys at top level."),
    ],
    ids=["missing", "not YAML", "a list"],
)
def test_a_config_that_snakemake_itself_cannot_read(folder: Folder, content: str | None, words: str) -> None:
    """No line of the project has run yet, so the words are Snakemake's; docs/troubleshooting.md explains them."""
    if content is not None:
        (folder.path / "study.yaml").write_text(content)
    result = folder.snakemake("--configfile", "study.yaml", "--cores", "2")
    assert result.returncode != 0
    assert words in result.stdout
    assert words in (ROOT / "docs/troubleshooting.md").read_text()


def test_results_is_a_file(folder: Folder, own: dict) -> None:
    (folder.path / "results").write_text("")
    outcome(folder, own, [
        "'results' is not a folder, and the results belong in it",
        f"  where:  {folder.path}/results",
        "  remedy: move it away, or run in another folder",
    ])  # fmt: skip


def test_a_page_that_is_not_there(folder: Folder, own: dict) -> None:
    (folder.path / "empty").mkdir()

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Be silent."""

    handler = functools.partial(Silent, directory=str(folder.path / "empty"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    own["tasks"]["ecoli"]["files"][0] = {
        "url": f"http://{host}/p.fa",
        "sha256": "0" * 64,
        "class": "promoter",
    }
    message = [
        "download: error: the file could not be fetched: the server answered 404 File not found",
        f"  where:  http://{host}/p.fa",
        f"  remedy: check the network and the URL, or name a folder that holds the file as {host}/p.fa: "
        "--config mirror=FOLDER, or SEQGRAFT_MIRROR",
    ]
    try:
        target, log = "raw/ecoli/p.fa", "logs/download/ecoli/p.fa.log"
        outcome(folder, own, message, target=f"results/tiny/{target}", log=f"results/tiny/{log}")
    finally:
        server.shutdown()
        server.server_close()
    assert folder.files() == set()


def test_a_compressed_file_that_was_cut_short(folder: Folder, own: dict) -> None:
    (folder.path / "ecoli_promoter.fa").write_bytes(gzip.compress(fasta(60).encode())[:-20])
    message = [
        "prepare: error: the compressed file is damaged or cut short",
        "  where:  results/tiny/raw/ecoli/ecoli_promoter.fa",
        "  remedy: fetch it again",
    ]
    target, log = "data/ecoli/records.parquet", "logs/prepare/ecoli.log"
    outcome(folder, own, message, target=f"results/tiny/{target}", log=f"results/tiny/{log}")
    assert folder.files() == {f"results/tiny/raw/ecoli/ecoli_{name}.fa" for name in CLASSES}


def test_damaged_predictions(finished: Folder, folder: Folder, tiny_config: dict) -> None:
    shutil.copytree(finished.path, folder.path, dirs_exist_ok=True)
    shutil.rmtree(folder.path / ".snakemake/log")
    place = "results/tiny/targets/ecoli/scratch/predictions.parquet"
    (folder.path / place).write_bytes((folder.path / place).read_bytes()[:1000])
    message = [
        "evaluate: error: The predictions cannot be read: Could not open Parquet input source '<Buffer>': Parquet "
        "magic bytes not found in footer. Either the file is corrupted or this is not a parquet file.",
        f"  where:  {place}",
        "  remedy: Delete the file and run the study again; if it returns, please report it.",
    ]
    before = folder.files()
    target, log = "results/tiny/metrics.tsv", "results/tiny/logs/evaluate.log"
    outcome(folder, tiny_config, message, target=target, log=log)
    # Snakemake removes a job's outputs before it starts: the old tables are gone, and no half of a new one is there.
    tables = [f"{name}.tsv" for name in NAMES] + ["verdicts.json"]
    assert folder.files() == before - {f"results/tiny/{name}" for name in tables}


@contextmanager
def small_disk(folder: Folder, options: str) -> Iterator[None]:
    """Make results/ a disk of its own."""
    place = folder.path / "results"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_up(folder: Folder, tiny_config: dict) -> None:
    with small_disk(folder, "size=1m"):
        space = os.statvfs(folder.path / "results")
        with (folder.path / "results/filling").open("wb") as handle:
            handle.write(bytes(space.f_bavail * space.f_bsize - 8192))
        message = [
            "simulate: error: No space left on device",
            "  where:  results/tiny/raw/ecoli/promoter.fasta",
            "  remedy: free some space, then run again: what was finished is kept",
        ]
        target, log = "raw/ecoli/promoter.fasta", "logs/simulate/ecoli/promoter.log"
        outcome(folder, tiny_config, message, target=f"results/tiny/{target}", log=f"results/tiny/{log}")
        assert folder.files() == {"results/filling"}


def test_a_disk_that_is_read_only(folder: Folder, tiny_config: dict) -> None:
    with small_disk(folder, "size=1m,ro"):
        outcome(folder, tiny_config, [
            "the results cannot be written: the folder 'results' takes no files",
            f"  where:  {folder.path}/results",
            "  remedy: mend its permissions, or run in a folder of your own (--directory FOLDER)",
        ])  # fmt: skip
