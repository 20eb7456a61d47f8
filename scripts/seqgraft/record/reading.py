"""Reading ``provenance.json``, with one clear message where it cannot be used."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from seqgraft.errors import SeqgraftError


class _Project(BaseModel):
    commit: str | None
    changed: list[str] = []


class _RawFile(BaseModel):
    sha256: str
    path: str | None = None


class _Record(BaseModel):
    """What readers of a record rely on; there is more in it."""

    study: str
    seqgraft: str
    finished: str
    project: _Project
    config_sha256: str
    machine: dict[str, Any]
    packages: dict[str, str]
    environment: dict[str, str]
    raw: dict[str, _RawFile]
    sha256: dict[str, str]
    once: dict[str, str]
    later: list[str]
    code: dict[str, str]


def read_record(folder: Path) -> dict[str, Any]:
    """Read the record of a finished study.

    Parameters
    ----------
    folder : pathlib.Path
        ``results/<study>``.

    Returns
    -------
    dict
        The content of ``provenance.json``.

    Raises
    ------
    SeqgraftError
        If there is no such study, if it has not finished, or if its record is damaged or of an earlier version.
    """
    path = folder / "provenance.json"
    if not folder.is_dir():
        known = (
            sorted(p.name for p in folder.parent.glob("*") if p.is_dir()) if folder.parent.is_dir() else []
        )
        remedy = f"there are results of: {', '.join(known)}" if known else "run the study first"
        raise SeqgraftError(f"there is no study '{folder.name}'", where=str(folder), remedy=remedy)
    again = f"run snakemake again with the config of '{folder.name}'"
    if not path.is_file():
        raise SeqgraftError(
            f"the study '{folder.name}' is not finished: it has no provenance.json",
            where=str(folder),
            remedy=f"{again}; it goes on where it stopped",
        )
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SeqgraftError(
            f"provenance.json is damaged: {error}", where=str(path), remedy=f"delete it and {again}"
        ) from None
    try:
        _Record.model_validate(record)
    except ValidationError as error:
        keys = dict.fromkeys(".".join(str(part) for part in problem["loc"]) for problem in error.errors())
        shown = ", ".join(key or "everything" for key in keys)
        raise SeqgraftError(
            f"provenance.json is damaged or was written by an earlier version: see {shown}",
            where=str(path),
            remedy=f"delete it and {again}",
        ) from None
    return record
