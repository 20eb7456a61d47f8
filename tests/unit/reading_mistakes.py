"""A task of files that cannot be read: the job that finds it, for tests."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from mistakes import job
from pydantic import TypeAdapter

from seqgraft.config.reading import AnyReading

RAW = "results/mine/raw/a"
OUTPUT = {name: f"results/mine/data/a/{name}" for name in ("records", "rejects", "summary")}


class Given(NamedTuple):
    """A file: its name, its bytes, and what the config says it holds."""

    name: str
    content: str | bytes
    says: Mapping[str, Any] = {}


def at(name: str, place: str = "") -> str:
    return f"{RAW}/{name}{place}"


def prepare(reading: Mapping[str, Any], files: list[Given]) -> SimpleNamespace:
    Path(RAW).mkdir(parents=True)
    for name, content, _ in files:
        Path(RAW, name).write_bytes(content.encode() if isinstance(content, str) else content)
    settings = TypeAdapter(AnyReading).validate_python(reading)
    return job(
        "prepare",
        input=[at(name) for name, *_ in files],
        output=OUTPUT,
        params={
            "reading": settings.model_dump(mode="json", by_alias=True, exclude_none=True),
            "contents_of_files": [dict(says) for *_, says in files],
            "cleaning": {"alphabet": "dna", "classes": ["yes", "no"]},
        },
        wildcards={"task": "a"},
    )
