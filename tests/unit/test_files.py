"""Atomic writing and seeds."""

import stat
from pathlib import Path

import pandas as pd
import pytest

from seqgraft.files import atomic_path, sha256_of
from seqgraft.seeds import seed
from seqgraft.tables import write_parquet, write_tsv


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with atomic_path(path) as temporary:
            temporary.write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_written_files_can_be_read_by_the_group(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "b.txt") as temporary:
        temporary.write_text("x")
    assert stat.S_IMODE((tmp_path / "b.txt").stat().st_mode) & 0o444 == 0o444


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "value": [1 / 3, 2.0]})
    for write, name in [(write_parquet, "t.parquet"), (write_tsv, "t.tsv")]:
        write(table, tmp_path / f"1{name}")
        write(table.copy(), tmp_path / f"2{name}")
        assert sha256_of(tmp_path / f"1{name}") == sha256_of(tmp_path / f"2{name}")
    assert (tmp_path / "1t.tsv").read_text() == "id\tvalue\na\t0.333333\nb\t2\n"


def test_seeds_tell_words_apart_and_stay_the_same() -> None:
    assert seed("ab", "c") != seed("a", "bc")
    assert seed("demo", 1) != seed("demo", 2)
    # Known answer: the first 8 bytes of sha256(b"demo"), big-endian, without the last bit.
    assert seed("demo") == int("2a97516c354b6884", 16) >> 1
