"""The list of library files is complete."""

from pathlib import Path

from seqgraft.manifest import LIST, manifest

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_names_every_file_of_the_library() -> None:
    text = (ROOT / LIST).read_text()
    assert text == manifest(ROOT / "scripts"), "run `make schema`"
    assert text.startswith("seqgraft/__init__.py\n")
    assert "seqgraft/report/template.html" in text.split()
