"""A working folder in which the real workflow runs."""

import os
import subprocess
import sys
from pathlib import Path

import yaml
from warm import Warm

ROOT = Path(__file__).resolve().parents[2]


class Folder:
    """A working folder in which studies run."""

    def __init__(self, path: Path):
        self.path = path

    def command(self, *arguments: str, snakefile: Path = ROOT / "Snakefile") -> list[str]:
        """Return the command line of a run of the project's workflow, or of a copy of it."""
        return [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), *arguments]

    def snakemake(
        self,
        *arguments: str,
        env: dict[str, str] | None = None,
        snakefile: Path = ROOT / "Snakefile",
        warm: Warm | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run snakemake here; stdout and stderr come back together, as a user sees them.

        With `warm` it and its jobs are copies of a process that has their imports behind it.
        """
        clean = {k: v for k, v in os.environ.items() if k != "SEQGRAFT_MIRROR"}
        if warm is not None:
            command = self.command(*arguments, snakefile=snakefile)[3:]
            status, text = warm.snakemake(command, self.path, {**clean, **(env or {})})
            return subprocess.CompletedProcess(command, status, text)
        return subprocess.run(
            self.command(*arguments, snakefile=snakefile),
            cwd=self.path,
            env={**clean, **(env or {})},
            text=True,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def write_config(self, config: dict, name: str = "study.yaml") -> str:
        """Write a config and return its name."""
        (self.path / name).write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
        return name

    def files(self) -> set[str]:
        """List the results of this folder, logs and benchmarks left out."""
        found = {str(p.relative_to(self.path)) for p in (self.path / "results").rglob("*") if p.is_file()}
        return {name for name in found if "/logs/" not in name and "/benchmarks/" not in name}
