"""What readers are given and what they return: files with their roles, and one raw table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

LEFT_OUT_COLUMNS = ["file", "line", "id", "reason", "kind", "renamed"]
Tell = Callable[[str], None]  # told once per file what was read of it


@dataclass(frozen=True)
class Source:
    """One file of a task, as a reader sees it.

    Parameters
    ----------
    path : pathlib.Path
        Where it lies.
    role : str
        What it holds, as in the config.
    label : str or None
        The class of all its sequences.
    part : str or None
        The part (``test``, ``pool``) of all its sequences.
    member : str or None
        The file inside, where `path` is an archive.
    """

    path: Path
    role: str = "sequences"
    label: str | None = None
    part: str | None = None
    member: str | None = None

    @property
    def file(self) -> str:
        """What ids and lists of rejected sequences call it."""
        return self.path.name if self.member is None else f"{self.path.name}/{self.member}"

    @property
    def where(self) -> str:
        """What messages call it."""
        return str(self.path) if self.member is None else f"{self.path}, member {self.member}"


class Raw(NamedTuple):
    """What a reader found.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per example: ``id`` (empty where the file gives none), ``line`` (from 1), ``file``, ``path`` (both
        text), ``sequence`` or ``sequence_1, sequence_2`` (and ``id_1, id_2`` where known), letters as they stand;
        ``label``, or ``label_<output>`` for each of several outputs, as text. Labels per residue are a str of one
        letter per residue or a list of str, with ``mask``, a str of 0 and 1, where there is one. Further columns that
        the task asks for: ``group``, ``chromosome``, ``part`` (``test`` or ``pool``; empty where not assigned).
    left_out : pandas.DataFrame
        What stands in the files and was not asked for: ``file, line, id, reason, kind, renamed``.
    """

    table: pd.DataFrame
    left_out: pd.DataFrame


# Reads all files of a task: (sources, tell, **settings), the settings being the keys of its format in the config.
Reader = Callable[..., Raw]


def nothing_left_out() -> pd.DataFrame:
    """Return a list of what was left out, without rows."""
    return left_out([], [], [], [], "")


def left_out(
    files: Sequence[str], lines: Sequence[int], ids: Sequence[str], reasons: Sequence[str] | str, kind: str
) -> pd.DataFrame:
    """List what was not asked for, with the reason."""
    table = pd.DataFrame({"file": list(files), "line": list(lines), "id": list(ids)})
    table = table.assign(reason=reasons, kind=kind, renamed=False)
    return table.astype(
        {"file": object, "line": int, "id": object, "reason": object, "kind": object, "renamed": bool}
    )


def sources_of(paths: Sequence[Path], contents: Sequence[Mapping[str, Any] | str]) -> list[Source]:
    """Join where the files lie and what the config says of each.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The files.
    contents : sequence of mapping or str
        Each file's ``class, role, part, member``, as far as given; a text is the class.

    Returns
    -------
    list of Source
    """
    entries = [{"class": entry} if isinstance(entry, str) else entry for entry in contents]
    return [
        Source(
            Path(path),
            role=entry.get("role", "sequences"),
            label=entry.get("class"),
            part=entry.get("part"),
            member=entry.get("member"),
        )
        for path, entry in zip(paths, entries, strict=True)
    ]
