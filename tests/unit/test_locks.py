"""Who may run a study, and what may be cleared after a kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seqgraft.errors import SeqgraftError
from seqgraft.running.locks import clear_locks, clear_store, clear_unfinished, only_run

HOLD = "import time; from seqgraft.running.locks import only_run\nwith only_run('tiny'): print('held', flush=True); {}"


def snakemake_lock(folder: Path, name: str, when: int, *files: str) -> Path:
    path = folder / ".snakemake/locks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(files) + "\n")
    os.utime(path, ns=(when, when))
    return path


def stale(folder: Path) -> list[Path]:
    return [
        snakemake_lock(folder, "0.input.lock", 10, "own.fa", "results/tiny/raw/ecoli/own.fa"),
        snakemake_lock(folder, "0.output.lock", 10, "results/tiny/raw/ecoli/own.fa"),
    ]


def holder(folder: Path, then: str = "time.sleep(60)") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD.format(then)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    kill(holder(tmp_path))
    left = stale(tmp_path)
    half = tmp_path / "results/tiny/data/.records.parquet.abcd1234.parquet"
    half.parent.mkdir(parents=True)
    half.touch()
    with only_run("tiny", ["own.fa"], tmp_path) as held:
        assert held
        assert not any(path.exists() for path in [*left, half])


def test_a_live_run_keeps_its_locks_and_is_named(tmp_path: Path) -> None:
    first = holder(tmp_path)
    left = stale(tmp_path)
    with pytest.raises(SeqgraftError) as told, only_run("tiny", ["own.fa"], tmp_path):
        pass
    assert told.value.what.startswith(f"the study 'tiny' is already running: process {first.pid} on ")
    assert told.value.where == str(tmp_path)
    assert all(path.exists() for path in left)
    with only_run("other", [], tmp_path) as held:
        assert held
    assert all(path.exists() for path in left)
    kill(first)


def test_a_child_does_not_hold_the_study(tmp_path: Path) -> None:
    then = "import subprocess; print(subprocess.Popen(['sleep', '60'], close_fds=False).pid, flush=True)"
    process = holder(tmp_path, f"{then}; time.sleep(60)")
    child = int(process.stdout.readline())
    try:
        kill(process)
        with only_run("tiny", [], tmp_path) as held:
            assert held
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_run_of_another_machine_may_still_live(tmp_path: Path) -> None:
    left = stale(tmp_path)
    record = tmp_path / ".snakemake/seqgraft/tiny.lock"
    record.parent.mkdir()
    record.write_text('{"pid": 1, "host": "another", "since": "yesterday"}')
    with only_run("tiny", ["own.fa"], tmp_path):
        assert all(path.exists() for path in left)


def test_without_flock_nothing_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with only_run("tiny", [], tmp_path):
        pass
    left = stale(tmp_path)

    def refuse(handle: int, how: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("seqgraft.running.locks.fcntl.flock", refuse)
    with only_run("tiny", ["own.fa"], tmp_path) as held:
        assert not held
    assert all(path.exists() for path in left)


def test_locks_of_others_stay(tmp_path: Path) -> None:
    mine = [
        snakemake_lock(tmp_path, "1.input.lock", 30, "own.fa", "results/tiny/raw/x"),
        snakemake_lock(tmp_path, "2.output.lock", 31, "results/tiny/raw/x", "results/tiny/report.html"),
    ]
    others = [
        snakemake_lock(tmp_path, "0.input.lock", 10, "results/tiny2/raw/x"),
        snakemake_lock(tmp_path, "0.output.lock", 11, "results/tiny2/report.html"),
        snakemake_lock(
            tmp_path, "2.input.lock", 40, "results/tiny/metrics.tsv"
        ),  # it reads the study's results
        snakemake_lock(tmp_path, "1.output.lock", 41, "plots/tiny.pdf"),
        snakemake_lock(tmp_path, "3.output.lock", 50, "results/tiny/report.html", "both.txt"),
    ]
    removed = clear_locks(tmp_path / ".snakemake/locks", "tiny", ["own.fa"])
    assert sorted(removed) == ["1.input.lock", "2.output.lock"]
    assert all(path.exists() for path in others)
    assert not any(path.exists() for path in mine)


def test_only_unfinished_files_are_cleared(tmp_path: Path) -> None:
    kept = [".snakemake_timestamp", "a.parquet", ".hidden", "x.abcd1234.parquet"]
    for name in [*kept, ".a.parquet.ab_d1234.parquet", ".Makefile.abcd1234"]:
        (tmp_path / name).touch()
    assert clear_unfinished(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
    assert clear_unfinished(tmp_path / "nowhere") == 0


def test_what_left_the_study_leaves_the_store(tmp_path: Path) -> None:
    for name in ["a--b/full/1.safetensors", "a--b/joint/1.safetensors", "c/scratch/1.safetensors"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert clear_store(tmp_path, [tmp_path / "a--b/full", tmp_path / "b/scratch"]) == 2
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "a--b", "a--b/full", "a--b/full/1.safetensors"
    ]  # fmt: skip
    assert clear_store(tmp_path / "nowhere", []) == 0


def test_the_same_time_is_read_as_it_was_written(tmp_path: Path) -> None:
    now = time.time_ns()
    snakemake_lock(tmp_path, "0.input.lock", now, "results/tiny/raw/x")
    snakemake_lock(tmp_path, "0.output.lock", now, "results/tiny/raw/x")
    assert len(clear_locks(tmp_path / ".snakemake/locks", "tiny")) == 2
