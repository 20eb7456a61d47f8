"""The digest of the code behind a rule follows the import statements."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from seqgraft.digest import _read, code_digest, modules_of

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


def test_what_another_python_adds_to_the_tree_does_not_count(tmp_path: Path) -> None:
    """Python 3.12 gave every function the empty field ``type_params``: the digest holds no empty field."""
    (tmp_path / "module.py").write_text("def f(x):\n    return None\n")
    function = "FunctionDef(name='f',args=arguments(args=[arg(arg='x')]),body=[Return(value=Constant())])"
    assert _read(tmp_path / "module.py").meaning.decode() == f"Module(body=[{function}])"


SCRIPTS = sorted(p.name for p in LIBRARY.glob("*.py"))


# Imports what every script needs of others once, and then, for each script, what it imports in a copy of the process.
LOADED = """
import ast, json, os, pathlib, sys
import matplotlib.figure, pandas, pydantic, torch
for script in sys.argv[1:]:
    sys.stdout.flush()
    if os.fork() == 0:
        tree = ast.parse(pathlib.Path(script).read_text())
        imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(imports, []), script, "exec"))
        own = [m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "seqgraft"]
        print(json.dumps([pathlib.Path(script).name, own]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, script
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The library's files that Python really loaded for each script."""
    command = [sys.executable, "-c", LOADED, *(str(LIBRARY / script) for script in SCRIPTS)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {script: set(files) for script, files in map(json.loads, told.splitlines())}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_module_that_a_script_loads_is_in_its_digest(script: str, loaded: dict[str, set[str]]) -> None:
    assert len(loaded[script]) > 3
    assert loaded[script] <= {str(p) for p in modules_of(LIBRARY / script, LIBRARY)}


TORCH_SCRIPTS = {
    "pretrain.py",
    "pretrain_shared.py",
    "adapt.py",
    "finetune.py",
    "source_scores.py",
    "forgetting.py",
}


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


DYNAMIC = {"__import__", "import_module", "exec", "eval", "run_path", "run_module", "spec_from_file_location"}


def dynamic_imports(path: Path) -> set[str]:
    """Name what a module calls or imports that loads code which no import statement names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            # torch's model.eval() is a method of something else
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            name = (
                node.func.attr if isinstance(node.func, ast.Attribute) and node.func.attr != "eval" else name
            )
            found |= {name} & DYNAMIC
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found |= {
                name for name in names if re.match("(runpy|pkgutil|imp|importlib(?!.metadata))\\b", name)
            }
    return found


def test_no_module_is_loaded_but_by_an_import_statement() -> None:
    """The digest follows import statements and cannot see any other way in."""
    paths = [*LIBRARY.glob("*.py"), *LIBRARY.glob("seqgraft/**/*.py")]
    assert len(paths) > 80
    assert {str(path): found for path in paths if (found := dynamic_imports(path))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import importlib\nimportlib.import_module('seqgraft.late')\n",
        "from importlib import import_module as load\n",
        "__import__('seqgraft.late')\n",
        "import runpy\n",
        "exec(open('late.py').read())\n",
    ],
)
def test_other_ways_in_are_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text)
    assert dynamic_imports(tmp_path / "module.py")


def rules() -> dict[str, str]:
    """Return the text of every rule by its name."""
    found = {}
    for file in sorted((ROOT / "workflow/rules").glob("*.smk")):
        for block in re.split(r"^(?=rule |use rule |checkpoint )", file.read_text(), flags=re.MULTILINE)[1:]:
            head = block.split("\n", 1)[0]
            found[head.removesuffix(" with:").split(" as ")[-1].removeprefix("rule ").rstrip(":")] = block
    return found


def script_of(name: str, every: dict[str, str]) -> str:
    """Return the script of a rule, or of the rule that it was derived from."""
    if own := re.search(r"\bscript:\s+\"../../scripts/(\w+)\.py\"", every[name]):
        return own[1]
    base = re.match(r"use rule (\w+) as", every[name])
    assert base, f"rule {name} has no script"
    return script_of(base[1], every)


def test_the_record_of_a_run_holds_the_digest_of_every_script() -> None:
    text = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    (listed,) = re.findall(r"^SCRIPTS \+?= \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    names = re.findall(r'"(\w+)"', listed)
    assert len(names) == len(set(names))
    assert set(names) == {Path(name).stem for name in SCRIPTS}


def test_every_rule_carries_the_digest_of_its_own_script() -> None:
    every = rules()
    assert {"pretrain", "finetune", "finetune_without_source", "baseline", "report"} <= set(every)
    scripts = {name: script_of(name, every) for name in every}
    assert set(scripts.values()) == {Path(name).stem for name in SCRIPTS}
    for name, text in every.items():
        while "    params:\n" not in text:  # those of the rule that it was derived from
            text = every[re.match(r"use rule (\w+) as", text)[1]]
        params = text.split("    params:\n")[1]
        named = re.match(r"(?: {8}.*\n)+", params)
        assert named, name
        assert re.findall(r"^ {8}code=code\(\"(\w+)\"\),$", named[0], re.MULTILINE) == [scripts[name]], name
