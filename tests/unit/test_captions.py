"""Whatever a rule marks for `snakemake --report` has a caption that exists, a category and labels."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "workflow/rules").glob("*.smk"))
MARKED = [
    (path, block)
    for path in FILES
    for block in re.findall(r"\breport\(\s*\n(.*?)\n\s*\),?\n", path.read_text(), re.DOTALL)
]


def captions() -> set[Path]:
    found = set()
    for path, block in MARKED:
        found |= {(path.parent / name).resolve() for name in re.findall(r'caption="([^"]+)"', block)}
    return found


def test_every_mark_was_found() -> None:
    marks = sum(len(re.findall(r"\breport\(", path.read_text())) for path in FILES)
    assert len(MARKED) == marks > 10


@pytest.mark.parametrize(("path", "block"), MARKED, ids=lambda value: getattr(value, "stem", None))
def test_a_marked_file_has_caption_category_and_labels(path: Path, block: str) -> None:
    for key in ("caption=", "category=", "labels="):
        assert key in block, f"{path.name}: {block}"


def test_captions_exist_and_none_is_left_over() -> None:
    here = set((ROOT / "workflow/report").glob("*.rst"))
    assert captions() | {ROOT / "workflow/report/workflow.rst"} == here


def test_no_rule_gives_a_folder() -> None:
    # A folder stops a single-file report, and a left-over file in it would look like a result.
    assert not [path.name for path in FILES if "directory(" in path.read_text()]
