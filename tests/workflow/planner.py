"""Ask Snakemake what it would do, many times for the price of one start.

Importing Snakemake takes longer than planning a study. So each question is answered by a copy of a process that has
done so; the copy answers through Snakemake's own command line and ends, and nothing is left from one question to the
next.
"""

import os
import re
from pathlib import Path
from typing import Any

from warm import heard

ROOT = Path(__file__).resolve().parents[2]


class Planner:
    """Plans as copies of the process at this address."""

    def __init__(self, address: str) -> None:
        self.address = address

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
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SEQGRAFT_")}
        return heard(self.address, [*command], folder, clean | (env or {}))
