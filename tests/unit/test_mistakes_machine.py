"""What the machine refuses: space, permission, memory, threads, a GPU."""

import contextlib
import errno
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mistake_study as study
import numpy as np
import pytest
from mistake_study import data
from mistakes import Told, job_is_refused, run
from safetensors import SafetensorError

from seqgraft.config.places import results_are_folders, results_can_be_written
from seqgraft.errors import SeqgraftError
from seqgraft.running.machine import trouble

Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch
SPACE = "free some space, then run again: what was finished is kept"
FULL = "No space left on device"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study up to the files that training reads; tests copy it."""
    folder = tmp_path_factory.mktemp("made")
    with Patch.context() as patch:
        patch.chdir(folder)
        study.make()
    return folder


@pytest.fixture(autouse=True)
def _folder(made: Path, tmp_path: Path, monkeypatch: Patch) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def writing_fails(patch: Patch, name: str, error: Exception) -> None:
    """Let a function that writes to a path leave half a file there and fail."""

    def half(*given: Any, **_: Any) -> None:
        path = next((one for one in given if isinstance(one, str | Path) and Path(one).exists()), None)
        if path is not None:
            Path(path).write_bytes(b"half")
        raise error

    patch.setattr(name, half)


def full() -> OSError:
    return OSError(errno.ENOSPC, FULL)


# Where the disk fills up: the function that writes, the job, and the file of which the message tells.
WRITERS: dict[str, tuple[str, Callable[[], SimpleNamespace], str]] = {
    "a table of records": (
        "pandas.DataFrame.to_parquet",
        lambda: study.prepare("a"),
        data("a", "records.parquet"),
    ),
    "a text table": ("pandas.DataFrame.to_csv", lambda: study.prepare("a"), data("a", "rejects.tsv")),
    "a text": ("pathlib.Path.write_text", lambda: study.prepare("a"), data("a", "summary.json")),
    "splits": ("pandas.DataFrame.to_parquet", lambda: study.split("a"), data("a", "splits.parquet")),
    "a list of leaks": ("pandas.DataFrame.to_csv", lambda: study.leakage("a"), data("a", "leakage.tsv")),
    "tokens": ("numpy.save", lambda: study.encode("a"), data("a", "tokens.npy")),
    "weights": (
        "pathlib.Path.write_bytes",
        study.pretrain,
        f"{study.SOURCE_MODEL}/weights.safetensors",
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_is_full(name: str, capfd: Capture, monkeypatch: Patch) -> None:
    function, make, place = WRITERS[name]
    job = make()
    real = Path.write_text

    def text(path: Path, content: str, **options: Any) -> int:
        if path.suffix == ".log":  # the log is begun before the disk is full
            return real(path, content, **options)
        real(path, content[:4], **options)
        raise full()

    if function == "pathlib.Path.write_text":
        monkeypatch.setattr(function, text)
    elif function == "pathlib.Path.write_bytes":
        monkeypatch.setattr(function, lambda *_: (_ for _ in ()).throw(full()))
    else:
        writing_fails(monkeypatch, function, full())
    job_is_refused(job, Told(FULL, place, SPACE), capfd)


def test_a_disk_that_is_full_for_the_resume_store(capfd: Capture, monkeypatch: Patch) -> None:
    """The library of weights tells of it in an exception of its own."""
    error = SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
    monkeypatch.setattr("seqgraft.learn.store.key_of", lambda _: "key")
    monkeypatch.setattr("seqgraft.learn.jobs.key_of", lambda _: "key")
    writing_fails(monkeypatch, "seqgraft.learn.store.save_file", error)
    place = "results/mine/resume/a--b/scratch/key.safetensors"
    job_is_refused(study.finetune("scratch"), Told(FULL, place, SPACE), capfd)


@contextlib.contextmanager
def limit(name: int, soft: int) -> Iterator[None]:
    """Set a limit of this process for a while."""
    before = resource.getrlimit(name)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(name, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(name, before)
        signal.signal(signal.SIGXFSZ, handled)


@pytest.mark.parametrize("rule", ["encode", "split"])
def test_files_that_may_not_grow(rule: str, capfd: Capture) -> None:
    """A real limit, in the middle of a real write."""
    study.raw("a", "site", study.fasta(400, 3))
    run(study.prepare("a"))
    job = getattr(study, rule)("a")
    place = data("a", "tokens.npy" if rule == "encode" else "splits.parquet")
    remedy = "raise the limit on a file's size (`ulimit -f`), then run again: what was finished is kept"
    with limit(resource.RLIMIT_FSIZE, 2000):
        message = Told("File too large", place, remedy)
        if rule == "encode":  # numpy says that the file is short, and not why
            message = Told("the file could not be written whole", place, SPACE)
        job_is_refused(job, message, capfd)


def test_a_quota_that_is_used_up(capfd: Capture, monkeypatch: Patch) -> None:
    writing_fails(
        monkeypatch, "pandas.DataFrame.to_parquet", OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
    )
    remedy = "free some of your quota or ask for more, then run again: what was finished is kept"
    job_is_refused(
        study.split("a"), Told(os.strerror(errno.EDQUOT), data("a", "splits.parquet"), remedy), capfd
    )


def test_a_file_in_the_place_of_a_folder(capfd: Capture) -> None:
    job = study.split("a")
    Path("results/mine/data/c").write_text("")
    job.output = study.job("split", output={"splits": "results/mine/data/c/splits.parquet"}).output
    remedy = "move what stands in the way, or run in another folder"
    capfd.readouterr()
    with pytest.raises(SystemExit):
        run(job)
    told = Told(os.strerror(errno.EEXIST), "results/mine/data/c", remedy)
    assert capfd.readouterr().err == f"split: error: {told}\n"


def test_a_log_that_cannot_be_written(capfd: Capture, monkeypatch: Patch) -> None:
    """The terminal is told all the same, once and without a traceback."""
    job = study.split("a", numbers=[500])
    Path("results/mine/logs").mkdir(exist_ok=True)
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    Path("results/mine/logs/split.log").unlink(missing_ok=True)
    Path("results/mine/logs/split.log").symlink_to("/dev/full")
    capfd.readouterr()
    with pytest.raises(SystemExit):
        run(job)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "split: error: train_sizes asks for 500 labels, but the pool of task 'a' holds 56"
    assert len(lines) == 3


def test_memory_that_is_used_up(capfd: Capture, monkeypatch: Patch) -> None:
    def greedy(*_: Any) -> None:
        np.empty(1 << 60, dtype=np.uint8)

    monkeypatch.setattr("seqgraft.data.tokens.encode", greedy)
    remedy = (
        "run fewer jobs at once (a smaller --cores), or ask for more: --set-resources encode:mem_mb=16000, "
        "or a machine with more memory"
    )
    job_is_refused(study.encode("a"), Told("the memory is used up", "rule encode", remedy), capfd)


THREADS = Told(
    "the study computes with 1 threads and this job was granted 4",
    "config key training.threads",
    "run with --cores 1 or more and without --set-threads, or change training.threads (results change slightly)",
)
GPU = Told(
    "1 GPU was granted to this job and torch 9.9 is a build for the CPU only",
    "resources: gpu",
    "install a CUDA build of torch (docs/gpu.md), or run with --resources gpu=0 to compute on the CPU",
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: study.pretrain(threads=4), THREADS),
        (lambda: study.baseline(threads=4), THREADS),
        (lambda: study.pretrain(gpu=1), GPU),
        (lambda: study.finetune("scratch", gpu=1), GPU),
    ],
    ids=["threads, pretrain", "threads, baseline", "GPU, pretrain", "GPU, finetune"],
)
def test_what_was_granted(
    make: Callable[[], SimpleNamespace], message: Told, capfd: Capture, monkeypatch: Patch
) -> None:
    monkeypatch.setattr("torch.version.cuda", None)
    monkeypatch.setattr("torch.__version__", "9.9")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # no lease where the tests run beside a GPU
    job_is_refused(make(), message, capfd)


def refused(check: Callable[[str], None]) -> str:
    with pytest.raises(SeqgraftError) as error:
        check("mine")
    return str(error.value)


@pytest.mark.parametrize("place", ["results", "results/mine", "results/mine/logs"])
@pytest.mark.parametrize("thing", ["a file", "a dead link"])
def test_a_file_where_results_belong(place: str, thing: str, tmp_path: Path) -> None:
    results_are_folders("mine")
    shutil.rmtree(place, ignore_errors=True)
    Path(place).write_text("") if thing == "a file" else Path(place).symlink_to("nowhere")
    assert refused(results_are_folders) == str(
        Told(
            f"'{place}' is not a folder, and the results belong in it",
            f"{tmp_path}/{place}",
            "move it away, or run in another folder",
        )
    )


def test_a_folder_that_takes_no_files(tmp_path: Path, monkeypatch: Patch) -> None:
    # A test may run as root, who may write everywhere.
    monkeypatch.setattr("seqgraft.config.places.os.access", lambda path, mode: Path(path) != Path("results"))
    assert refused(results_can_be_written) == str(
        Told(
            "the results cannot be written: the folder 'results' takes no files",
            f"{tmp_path}/results",
            "mend its permissions, or run in a folder of your own (--directory FOLDER)",
        )
    )


def test_a_defect_is_not_called_the_machines() -> None:
    for error in (ZeroDivisionError("by zero"), FileNotFoundError(errno.ENOENT, "gone"), OSError("odd")):
        assert trouble(error, "split") is None
