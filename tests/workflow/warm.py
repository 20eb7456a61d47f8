"""Run whole studies without paying for the same imports in every one of their processes.

Most of what a small study takes is the start of its jobs: torch alone needs more than two seconds of a processor, some
thirty times. So one process loads what jobs import, the library of the project excepted, and makes a copy of itself
(fork) for each job, and for Snakemake itself. The jobs' scripts are those that Snakemake wrote, with its own command
line, environment and standard streams. Tests of kills, signals and locks start every process for themselves, as users
do.
"""

import atexit
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

ADDRESS = "SEQGRAFT_TEST_WARM"  # for Snakemake: where its jobs ask for a copy
NOTED = "SEQGRAFT_TEST_SEEN"  # a folder, where jobs are to note which files of the library they open
CLIENT = Path(__file__).with_name("warm_job.py")
LARGEST = 1 << 20  # bytes of a request


class Warm:
    """The process that is copied; to be used in a ``with`` statement."""

    def __enter__(self) -> "Warm":
        """Start it and wait until it listens."""
        self.folder = tempfile.TemporaryDirectory(prefix="warm-")
        self.address = str(Path(self.folder.name, "socket"))
        self.process = subprocess.Popen(
            [sys.executable, __file__, self.address], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()
        self.folder.cleanup()

    def snakemake(self, arguments: list[str], folder: Path, env: dict[str, str]) -> tuple[int, str]:
        """Run Snakemake in `folder`; return its exit status and what it wrote."""
        with tempfile.TemporaryFile() as output:
            streams = [os.open(os.devnull, os.O_RDONLY), output.fileno(), output.fileno()]
            status = ask(
                self.address, ["snakemake", *arguments], str(folder), env | {ADDRESS: self.address}, streams
            )
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


def serve(address: str) -> None:
    """Load what jobs import, and make a copy for each request."""
    import Bio.Align  # noqa: F401
    import matplotlib.figure  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import safetensors.torch  # noqa: F401
    import sklearn.linear_model  # noqa: F401
    import torch  # noqa: F401

    assert "seqgraft" not in sys.modules
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # copies that are done need not be waited for
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            length, streams, *_ = socket.recv_fds(connection, 8, 3)
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _run(connection, int.from_bytes(length, "big"), streams)
            connection.close()
            for stream in streams:
                os.close(stream)


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
    """Be Snakemake, whose scripts are run by copies of the same process."""
    import snakemake.cli
    from snakemake.script import PythonScript

    execute = PythonScript._execute_cmd

    def warm(self: PythonScript, line: str, **options: object) -> object:
        if options.get("is_python_script"):
            options["py_exec"] = f"{sys.executable} -S -E {CLIENT}"
        return execute(self, line, **options)

    PythonScript._execute_cmd = warm
    sys.argv = command
    del sys.path[0]
    snakemake.cli.main(command[1:])


if __name__ == "__main__":
    serve(sys.argv[1])
