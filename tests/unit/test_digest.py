"""The digest of the code behind a rule follows the import statements."""

import ast
import sys
from pathlib import Path

import pytest

from seqgraft.digest import code_digest, modules_of

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "scripts"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    package = tmp_path / "seqgraft"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text('"""The package."""\n')
    (package / "deep" / "__init__.py").write_text("")
    (package / "used.py").write_text("from seqgraft.deep import inner\n\n\ndef f():\n    return inner.X\n")
    (package / "deep" / "inner.py").write_text("import seqgraft.late  # a comment\nX = 1\n")
    (package / "late.py").write_text("Y = 2\n")
    (package / "unused.py").write_text("Z = 3\n")
    (tmp_path / "rule.py").write_text("def work():\n    from seqgraft.used import f\n    return f()\n")
    return tmp_path


def names(library: Path) -> set[str]:
    return {p.relative_to(library).as_posix() for p in modules_of(library / "rule.py", library)}


def test_follows_imports_wherever_they_stand(library: Path) -> None:
    assert names(library) == {
        "seqgraft/__init__.py",
        "seqgraft/used.py",
        "seqgraft/deep/__init__.py",
        "seqgraft/deep/inner.py",
        "seqgraft/late.py",
    }


def test_relative_imports_are_followed(library: Path) -> None:
    (library / "seqgraft/deep/inner.py").write_text("from ..unused import Z\nfrom . import near\n")
    (library / "seqgraft/deep/near.py").write_text("")
    assert {"seqgraft/unused.py", "seqgraft/deep/near.py"} <= names(library)


def test_a_template_named_in_a_module_counts(library: Path) -> None:
    (library / "seqgraft/page.html").write_text("<p>")
    assert "seqgraft/page.html" not in names(library)
    (library / "seqgraft/late.py").write_text("TEMPLATE = 'page.html'\n")
    assert "seqgraft/page.html" in names(library)


@pytest.mark.parametrize(
    ("file", "text", "same"),
    [
        ("seqgraft/late.py", "Y = 3\n", False),
        ("seqgraft/late.py", "# why two\nY   =   2\n", True),
        ("seqgraft/late.py", '"""Docs."""\nY = 2\n', True),
        ("seqgraft/unused.py", "Z = 4\n", True),
        ("seqgraft/used.py", "from seqgraft.deep import inner\n\n\ndef f():\n    return inner.X\n", True),
        ("seqgraft/used.py", "def f():\n    return 1\n", False),
    ],
)
def test_only_meaning_in_used_modules_changes_the_digest(
    library: Path, file: str, text: str, same: bool
) -> None:
    before = code_digest(library / "rule.py", library)
    (library / file).write_text(text)
    assert (code_digest(library / "rule.py", library) == before) is same


SCRIPTS = sorted(p.name for p in LIBRARY.glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_module_that_a_script_loads_is_in_its_digest(script: str) -> None:
    """Import what the script imports and compare with what Python really loaded."""
    tree = ast.parse((LIBRARY / script).read_text())
    imports = [ast.unparse(n) for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    program = "; ".join(
        [
            *imports,
            "import sys, json",
            "print(json.dumps([m.__file__ for n, m in sorted(sys.modules.items()) "
            "if n.split('.')[0] == 'seqgraft']))",
        ]
    )
    import json
    import subprocess

    loaded = json.loads(
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    )
    digested = {str(p) for p in modules_of(LIBRARY / script, LIBRARY)}
    assert set(loaded) <= digested


TORCH_SCRIPTS = {"pretrain.py", "finetune.py"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_only_training_scripts_import_torch(script: str) -> None:
    """Starting torch costs seconds: rules that parse, plot or report do without."""
    used = modules_of(LIBRARY / script, LIBRARY)
    imports = {
        name.split(".")[0]
        for path in [LIBRARY / script, *(p for p in used if p.suffix == ".py")]
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert ("torch" in imports) is (script in TORCH_SCRIPTS)
