"""Which state of the project's own code runs: its version and, in a git checkout, its commit."""

import re
import subprocess
from pathlib import Path
from typing import Any

import seqgraft

# What decides results; an edited README makes no other program.
PROGRAM = ("Snakefile", "workflow", "scripts", "envs", "profiles", "requirements.lock")


def project_state(library: str | Path | None = None) -> dict[str, Any]:
    """Describe the code that runs.

    Parameters
    ----------
    library : path-like, optional
        The folder that holds the package; where this module lies by default.

    Returns
    -------
    dict
        ``version``; in a git checkout that tracks the library also ``commit``, ``changed`` (files of the program
        that differ from that commit or are not in it) and, where there is one, ``origin`` (an address without
        name or password). Otherwise ``commit`` is None.
    """
    folder = Path(library) if library else Path(seqgraft.__file__).parents[1]
    state: dict[str, Any] = {"version": seqgraft.__version__, "commit": None}
    # The library may lie, untracked, inside somebody else's checkout, whose commit would say nothing.
    if _git(folder, "ls-files", "--error-unmatch", "seqgraft/__init__.py") is None:
        return state
    top, commit = _git(folder, "rev-parse", "--show-toplevel"), _git(folder, "rev-parse", "HEAD")
    if not top or not commit:
        return state
    # -z: names as they are, without quotes; a renamed file's old name follows as an entry of its own.
    listed = _git(Path(top.strip()), "status", "--porcelain", "--no-renames", "-z", "--", *PROGRAM)
    changed = sorted(entry[3:] for entry in (listed or "").split("\0") if entry)
    state |= {"commit": commit.strip(), "changed": changed}
    origin = without_secrets((_git(folder, "config", "--get", "remote.origin.url") or "").strip())
    return state | ({"origin": origin} if origin else {})


def without_secrets(address: str) -> str:
    """Return a repository's public address: no user or password, and nothing for a folder of this machine."""
    over_network = re.fullmatch(r"(https?|ssh|git)://(?:[^@/]*@)?(.+)", address)
    if over_network:
        return f"{over_network[1]}://{over_network[2]}".split("?")[0]
    return address if re.fullmatch(r"[\w.-]+@[\w.-]+:[^:]+", address) else ""


def _git(folder: Path, *arguments: str) -> str | None:
    """Ask git about a folder; None without git, outside a checkout, or where git refuses."""
    try:
        answer = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(folder), *arguments],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
