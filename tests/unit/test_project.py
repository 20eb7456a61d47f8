"""Which commit runs is told exactly, or not at all; addresses lose their secrets."""

import subprocess
from pathlib import Path

import pytest

import seqgraft
from seqgraft.record.project import project_state, without_secrets


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts/seqgraft").mkdir(parents=True)
    (tmp_path / "scripts/seqgraft/__init__.py").write_text("")
    (tmp_path / "README.md").write_text("first")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_a_clean_checkout(checkout: Path) -> None:
    git(checkout, "remote", "add", "origin", "https://me:secret@example.org/seqgraft.git")
    assert project_state(checkout / "scripts") == {
        "version": seqgraft.__version__,
        "commit": git(checkout, "rev-parse", "HEAD"),
        "changed": [],
        "origin": "https://example.org/seqgraft.git",
    }


def test_changes_of_the_program_are_named_and_others_are_not(checkout: Path) -> None:
    (checkout / "scripts/seqgraft/__init__.py").write_text("changed = 1\n")
    (checkout / "scripts/seqgraft/new one.py").write_text("")
    (checkout / "README.md").write_text("second")
    (checkout / "notes.txt").write_text("")
    assert project_state(checkout / "scripts")["changed"] == [
        "scripts/seqgraft/__init__.py",
        "scripts/seqgraft/new one.py",
    ]


def test_a_copy_inside_another_checkout_has_no_commit(checkout: Path) -> None:
    copy = checkout / "vendored/scripts"
    (copy / "seqgraft").mkdir(parents=True)
    (copy / "seqgraft/__init__.py").write_text("")
    assert project_state(copy) == {"version": seqgraft.__version__, "commit": None}


def test_without_git_there_is_no_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert project_state(checkout / "scripts")["commit"] is None


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://example.org/a.git", "https://example.org/a.git"),
        ("https://token@example.org/a.git?x=secret", "https://example.org/a.git"),
        ("ssh://git@example.org/a.git", "ssh://example.org/a.git"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("/home/me/a", ""),
        ("file:///home/me/a", ""),
        ("", ""),
    ],
)
def test_addresses_lose_secrets_and_folders(address: str, public: str) -> None:
    assert without_secrets(address) == public
