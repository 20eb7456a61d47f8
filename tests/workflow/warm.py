"""Run whole studies, and plans of them, without paying for the same imports in every one of their processes.

Most of what a small study takes is the start of its processes: torch alone needs more than two seconds of a processor,
some thirty times, and Snakemake nearly as much. So one process loads what jobs import, the library of the project
excepted, another what Snakemake and the library's planning import, and both make copies of themselves (fork) for
whoever asks. Scripts are those that Snakemake wrote, with its own command line, environment and standard streams. Tests
of kills, signals and locks start every process for themselves, as users do.

Processes that share the tests share these two: the first that needs one starts it, and it ends when the last lets go.
"""

import atexit
import fcntl
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "SEQGRAFT_TEST_WARM"  # for Snakemake: where its jobs ask for a copy
NOTED = "SEQGRAFT_TEST_SEEN"  # a folder, where jobs are to note which files of the library they open
CLIENT = Path(__file__).with_name("warm_job.py")
# Snakemake tells these to each job of one thread; libraries read them when they are loaded, which here is before.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LARGEST = 1 << 20  # bytes of a request


@contextmanager
def held(kind: str, folder: Path) -> Iterator[str]:
    """Hold on to the process of a kind in `LOADERS`, started if nobody has it yet; give its address.

    `folder` is known to all who share the process.
    """
    with (folder / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = folder / f"{kind}.address"
        address = known.read_text() if known.exists() else ""
        connection = _lease(address)
        if connection is None:
            address = str(
                Path(tempfile.mkdtemp(prefix="warm-"), "socket")
            )  # short: sockets have no long names
            process = subprocess.Popen(
                [sys.executable, __file__, kind, address],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                env=os.environ | dict.fromkeys(THREADS, "1"),
            )
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            known.write_text(address)
            connection = _lease(address)
            assert connection is not None
    with connection:
        yield address


def _lease(address: str) -> socket.socket | None:
    """Tell a process that it is needed as long as the connection is open; None where there is no such process."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
        connection.sendall(bytes(8))
        if connection.recv(1):
            return connection
    except OSError:
        pass
    connection.close()
    return None


class Warm:
    """Runs Snakemake and its jobs as copies of the two processes at these addresses."""

    def __init__(self, plans: str, jobs: str) -> None:
        self.plans, self.jobs = plans, jobs

    def snakemake(self, arguments: list[str], folder: Path, env: dict[str, str]) -> tuple[int, str]:
        """Run Snakemake in `folder`; return its exit status and what it wrote."""
        return heard(self.plans, arguments, folder, env | {ADDRESS: self.jobs})


def heard(address: str, arguments: list[str], folder: Path, env: dict[str, str]) -> tuple[int, str]:
    """Run Snakemake as a copy of the process at `address`; return its exit status and what it wrote."""
    with tempfile.TemporaryFile() as output:
        streams = [os.open(os.devnull, os.O_RDONLY), output.fileno(), output.fileno()]
        status = ask(address, ["snakemake", *arguments], str(folder), env, streams)
        os.close(streams[0])
        output.seek(0)
        return status, output.read().decode()


def ask(address: str, command: list[str], folder: str, env: dict[str, str], streams: list[int]) -> int:
    """Have a copy made that runs a command; return its exit status, 137 where it was killed."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        request = json.dumps([command, folder, env]).encode()
        socket.send_fds(connection, [len(request).to_bytes(8, "big")], streams)
        connection.sendall(request)
        answer = connection.recv(1)
    return answer[0] if answer else 137


def _load_for_jobs() -> None:
    """Load what jobs import, but nothing of the library: a test asks which of its files each job opens."""
    import Bio.Align  # noqa: F401
    import jinja2  # noqa: F401
    import matplotlib.figure  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import pydantic  # noqa: F401
    import safetensors.torch  # noqa: F401
    import sklearn.linear_model  # noqa: F401
    import torch  # noqa: F401

    assert "seqgraft" not in sys.modules


def _load_for_plans() -> None:
    """Do once what every run of Snakemake would do: import it and the library, and parse that for the digests."""
    import snakemake.cli  # noqa: F401

    from seqgraft.config import load  # noqa: F401
    from seqgraft.digest import code_digest

    for script in (ROOT / "scripts").glob("*.py"):
        code_digest(script, ROOT / "scripts")


LOADERS: dict[str, Callable[[], None]] = {"jobs": _load_for_jobs, "plans": _load_for_plans}


def serve(kind: str, address: str) -> None:
    """Make a copy for each request, as long as somebody holds on."""
    LOADERS[kind]()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies that are done need not be waited for
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        print("ready", flush=True)
        holders: list[socket.socket] = []
        begun = False
        while holders or not begun:
            for ready in select.select([listening, *holders], [], [])[0]:
                if ready is not listening:
                    holders.remove(ready)
                    ready.close()
                    continue
                connection, _ = listening.accept()
                length, streams, *_ = socket.recv_fds(connection, 8, 3)
                if not any(length):
                    connection.sendall(b"1")
                    holders.append(connection)
                    begun = True
                    continue
                if os.fork() == 0:
                    for other in (listening, *holders):
                        other.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    _run(connection, int.from_bytes(length, "big"), streams)
                connection.close()
                for stream in streams:
                    os.close(stream)
    Path(address).unlink()
    Path(address).parent.rmdir()


def _run(connection: socket.socket, length: int, streams: list[int]) -> None:
    """Be the process that was asked for, and tell how it ended."""
    text = b""
    while len(text) < length:
        text += connection.recv(LARGEST)
    command, folder, env = json.loads(text)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    status = 0
    try:
        if command[0] == "snakemake":
            _snakemake(command)
        else:
            sys.argv, sys.path[0] = command, str(Path(command[0]).parent)
            if NOTED in env:
                runpy.run_path(str(CLIENT.with_name("opened_files.py")))
            runpy.run_path(command[0], run_name="__main__")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([status & 255]))
    os._exit(status)


def _snakemake(command: list[str]) -> None:
    """Be Snakemake, whose scripts are run by copies of the other process where one is named."""
    import snakemake.cli
    from snakemake.script import PythonScript

    execute = PythonScript._execute_cmd

    def warm(self: PythonScript, line: str, **options: object) -> object:
        if options.get("is_python_script"):
            options["py_exec"] = f"{sys.executable} -S -E {CLIENT}"
        return execute(self, line, **options)

    if ADDRESS in os.environ:
        PythonScript._execute_cmd = warm
    sys.argv = command
    del sys.path[0]
    snakemake.cli.main(command[1:])


if __name__ == "__main__":
    serve(*sys.argv[1:])
