"""Parts of downloads in the cache: old ones that nothing holds go, and nothing else."""

import logging
import os
import time
from pathlib import Path

import pytest
from filelock import FileLock
from web import BODY, SHA256, serving

from seqgraft.data.download import fetch
from seqgraft.data.old_parts import OLD, clear_old_parts

LOG = logging.getLogger("test_old_parts")
NOW = 2_000_000_000.0


def put(cache: Path, name: str, age: float, now: float = NOW) -> Path:
    path = cache / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    os.utime(path, (now - age, now - age))
    return path


def test_only_old_parts_that_nothing_holds_are_removed(tmp_path: Path) -> None:
    old, held = put(tmp_path, "aa11.part", OLD + 1), put(tmp_path, "ab22.part", OLD + 1)
    young, whole = put(tmp_path, "aa33.part", OLD - 1), put(tmp_path, "aa44", 10 * OLD)
    strange = put(tmp_path, "notes.part", OLD - 1)
    with FileLock(tmp_path / "ab/ab22.lock"):
        assert clear_old_parts(tmp_path, LOG, now=NOW) == [old]
    assert not old.exists()
    assert all(path.read_bytes() == b"half" for path in (held, young, whole, strange))
    assert clear_old_parts(tmp_path, LOG, now=NOW) == [held]


def test_a_part_that_cannot_be_removed_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [put(tmp_path, f"aa{n}.part", OLD + 1) for n in range(2)]

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert clear_old_parts(tmp_path, LOG, now=NOW) == []
    assert all(path.exists() for path in kept)
    assert clear_old_parts(tmp_path / "none", LOG) == []


def test_a_download_clears_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    others = put(cache, "aa11.part", OLD + 60, time.time())
    with serving(monkeypatch) as server:
        entry = {"url": f"{server.url}/a.fa", "sha256": SHA256}
        fetch(entry, tmp_path / "a.fa", mirror=None, cache=cache, log=LOG)
    assert (tmp_path / "a.fa").read_bytes() == BODY
    assert not others.exists()
