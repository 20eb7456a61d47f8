import os

import numpy as np

from seqgraft.learn.store import FitResult, Store, array_digest, key_of


def result(value: float = 1.5) -> FitResult:
    history = {"epochs": 8, "learning_rate": 0.001, "note": "ü", "seconds": 0.1 + 0.2}
    weights = {"0.head.weight": np.ones((1, 3), dtype=np.float32)}
    return FitResult(np.array([value, -2.0]), np.array([3, 1]), np.array([0.1, 0.2]), history, weights)


def test_what_is_put_comes_back_bit_by_bit(tmp_path):
    store = Store(tmp_path / "resume")
    assert store.get("a" * 64) is None
    store.put("a" * 64, result())
    found = store.get("a" * 64)
    assert found.history == result().history
    for name in ("test", "held_out_rows", "held_out"):
        assert getattr(found, name).tobytes() == getattr(result(), name).tobytes()
    assert found.weights["0.head.weight"].dtype == np.float32
    assert [path.name for path in (tmp_path / "resume").iterdir()] == ["a" * 64 + ".safetensors"]


def test_a_cut_file_counts_as_absent(tmp_path):
    store = Store(tmp_path)
    store.put("a", result())
    whole = (tmp_path / "a.safetensors").read_bytes()
    for length in (0, 5, 40, len(whole) - 1):
        (tmp_path / "a.safetensors").write_bytes(whole[:length])
        assert store.get("a") is None


def test_prune_removes_what_is_no_longer_wanted(tmp_path):
    store = Store(tmp_path)
    for key in "abc":
        store.put(key, result())
    assert store.prune(["b"]) == 2
    assert store.get("b") is not None
    assert store.get("a") is None


def test_prune_removes_what_a_killed_writer_left(tmp_path):
    store = Store(tmp_path)
    store.put("b", result())
    (tmp_path / ".b.safetensors.x1y2z3w4.safetensors").write_bytes(b"half")
    assert store.prune(["b"]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["b.safetensors"]


def test_fits_of_jobs_that_never_finish_are_bounded(tmp_path):
    for number in range(4):  # four settings, each killed after its first fit
        Store(tmp_path, most=2).put(f"old{number}", result())
        os.utime(tmp_path / f"old{number}.safetensors", ns=(number, number))
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["old1", "old2", "old3"]
    last = Store(tmp_path, most=2)
    assert last.get("old1") is not None  # what a job asked for is not counted, however old it is
    last.put("new", result())
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["new", "old1", "old2", "old3"]
    last.put("newer", result())
    Store(tmp_path, most=0).put("newest", result())
    assert [path.stem for path in tmp_path.iterdir()] == ["newest"]


def test_every_part_changes_the_key():
    base = {
        "tokens": np.array([[0, 1]], dtype=np.uint8),
        "ids": np.array(["x", "y"], dtype=object),
        "lr": 0.1,
    }
    changed = [
        {"tokens": np.array([[0, 2]], dtype=np.uint8)},
        {"tokens": np.array([[0], [1]], dtype=np.uint8)},
        {"tokens": np.array([[0, 1]], dtype=np.int8)},
        {"ids": np.array(["xy", ""], dtype=object)},
        {"lr": 0.2},
    ]
    keys = {key_of(base)} | {key_of(base | part) for part in changed}
    assert len(keys) == 6
    assert key_of(base) == key_of(dict(reversed(base.items())))


def test_text_arrays_count_by_their_text():
    words = ["ab", "c"]
    assert array_digest(np.array(words)) == array_digest(np.array(words, dtype=object))


def test_no_folder_keeps_nothing():
    store = Store(None)
    store.put("a", result())
    assert store.get("a") is None
    assert store.prune([]) == 0
