"""Ask Snakemake what it would do, many times for the price of one start.

Importing Snakemake takes longer than planning a study. So one process imports it and makes a copy of itself (fork) for
every question; the copy answers through Snakemake's own command line and ends, and nothing is left from one question
to the next.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Planner:
    """A process that plans; to be used in a ``with`` statement."""

    def __enter__(self) -> "Planner":
        """Start the process."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SEQGRAFT_")}
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it by closing its input."""
        self.process.communicate()

    def jobs(self, folder: Path, config: Path, *arguments: str, **more: Any) -> set[str]:
        """Return the jobs that a run in `folder` would execute, as the rule and the folder that it writes to.

        That folder, inside the study's, holds the job's wildcards, as in ``pretrain pretrained/ecoli/0``.
        """
        rows = [
            line.split("\t")
            for line in self.ask(folder, config, "--summary", *arguments, **more).splitlines()
        ]
        rows = [row for row in rows if len(row) == 6]
        assert rows[0] == ["output_file", "date", "rule", "log-file(s)", "status", "plan"]
        assert {row[-1] for row in rows[1:]} <= {"update pending", "no update"}
        planned = [(row[2], Path(row[0]).parts[2:-1]) for row in rows[1:] if row[-1] == "update pending"]
        return {f"{rule} {'/'.join(inside)}".strip() for rule, inside in planned}

    def counts(self, folder: Path, config: Path, *arguments: str) -> dict[str, int]:
        """Count the jobs of each rule that a run in `folder` would execute, ``all`` included."""
        text = self.ask(folder, config, "-n", *arguments)
        if "Nothing to be done" in text:
            return {}
        table = text.split("Job stats:")[1].split("total")[0]
        return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)}

    def ask(
        self,
        folder: Path,
        config: Path,
        *arguments: str,
        env: dict[str, str] | None = None,
        snakefile: Path = ROOT / "Snakefile",
    ) -> str:
        """Return what Snakemake, run in `folder`, writes to standard output and error."""
        command = ["--snakefile", str(snakefile), "--configfile", str(config), "--cores", "2", *arguments]
        status, text = self.run(folder, *command, env=env)
        assert status == 0, text
        return text

    def run(self, folder: Path, *command: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        """Run Snakemake in `folder`; return its exit status and what it wrote to standard output and error."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        question = {"folder": str(folder), "env": env or {}, "arguments": command}
        print(json.dumps(question), file=self.process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer["status"], answer["text"]


def answer(question: dict[str, Any], output: Path) -> int:
    """Run Snakemake in a copy of this process and return its exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        for number in (1, 2):
            os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        os.chdir(question["folder"])
        os.environ |= question["env"]
        snakemake.cli.main(question["arguments"])
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def warm_up() -> None:
    """Do once what every plan would do for itself: import the library, and parse it for the digests."""
    from seqgraft.config import load  # noqa: F401
    from seqgraft.digest import code_digest

    for script in (ROOT / "scripts").glob("*.py"):
        code_digest(script, ROOT / "scripts")


if __name__ == "__main__":
    import snakemake.cli

    warm_up()
    with tempfile.TemporaryDirectory() as scratch:
        for number, line in enumerate(sys.stdin):
            output = Path(scratch, str(number))
            status = answer(json.loads(line), output)
            print(json.dumps({"status": status, "text": output.read_text()}), flush=True)
