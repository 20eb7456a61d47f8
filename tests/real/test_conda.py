"""The workflow with an environment per rule, from a stand-in channel: each rule finds what it imports.

`make test-conda` makes the channel from the package index and runs this; elsewhere it is skipped. The archives are
real, the builds are not conda-forge's: SEQGRAFT_CONDA/channels/substitutions.tsv lists where the versions differ, too.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from seqgraft.digest import modules_of

ROOT = Path(__file__).resolve().parents[2]
CONDA = Path(os.environ.get("SEQGRAFT_CONDA", "/nonexistent"))
RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))
PIN_FAILED = "Failed to install conda environment from pin file"

pytestmark = pytest.mark.skipif(
    not CONDA.is_dir(), reason="makes environments: make test-conda runs it (SEQGRAFT_CONDA is not set)"
)
# Run by an environment's interpreter: import modules, and name those that came from elsewhere.
IMPORTS = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
missing, strange = [], []
for name in sys.argv[2:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        missing.append(f"{name}: {error}")
for name, module in list(sys.modules.items()):
    place = getattr(module, "__file__", None)
    if place and place[0] == "/" and not place.startswith((sys.prefix, sys.argv[1])):
        strange.append(f"{name}: {place}")
print(json.dumps({"missing": missing, "strange": strange}))
"""


def snakemake(
    folder: Path, *arguments: str, snakefile: Path = ROOT / "Snakefile"
) -> subprocess.CompletedProcess[str]:
    folder.mkdir(parents=True, exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SEQGRAFT_")}
    clean |= {"PATH": f"{CONDA}/bin:{os.environ['PATH']}", "CONDA_CHANNEL_ALIAS": f"file://{CONDA}/channels"}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "snakemake",
            "--snakefile",
            str(snakefile),
            "--sdm",
            "conda",
            "--cores",
            "2",
            *arguments,
        ],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(ROOT / "scripts")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1800,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All environments that the tiny study needs; one task's split and its leaks need MMseqs2."""
    folder = tmp_path_factory.mktemp("conda")
    config = yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text())
    config["tasks"]["bsubtilis"]["split"] = {"method": "homology", "test": 0.4, "seed": 1}
    (folder / "study.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    result = snakemake(folder, "--configfile", "study.yaml", "--conda-create-envs-only")
    print((CONDA / "channels/substitutions.tsv").read_text())
    assert result.returncode == 0, result.stdout
    assert PIN_FAILED not in result.stdout  # Snakemake only warns of it and takes other versions
    assert set(prefixes(folder)) == {path.stem for path in (ROOT / "envs").glob("*.yaml")} - {"train-cuda"}
    return folder


def prefixes(folder: Path) -> dict[str, Path]:
    """Map the names of environments to the folders in which Snakemake made them."""
    found = {}
    for copy in (folder / ".snakemake/conda").glob("*.yaml"):
        for path in (ROOT / "envs").glob("*.yaml"):
            if path.read_bytes() == copy.read_bytes():
                found[path.stem] = copy.with_suffix("")
    return found


def rules() -> list[tuple[str, str]]:
    """List each environment with each script that runs in it."""
    blocks = [b for p in RULES for b in re.split(r"^(?=rule )", p.read_text(), flags=re.MULTILINE)[1:]]
    pairs = {
        (re.search(r"envs/([\w-]+)\.yaml", block)[1], told[1])
        for block in blocks
        if (told := re.search(r"scripts/(\w+)\.py", block))
    }
    return sorted(pairs)


def modules(script: str) -> list[str]:
    """Name the library's modules of a script and all others that they import, wherever in them."""
    files = [ROOT / f"scripts/{script}.py", *modules_of(ROOT / f"scripts/{script}.py", ROOT / "scripts")]
    own = [
        ".".join(p.relative_to(ROOT / "scripts").with_suffix("").parts)
        for p in files[1:]
        if p.suffix == ".py"
    ]
    text = "\n".join(p.read_text() for p in files if p.suffix == ".py")
    named = re.findall(r"^\s*(?:from|import) ([a-zA-Z_][\w.]*)(?= import| as|$)", text, re.MULTILINE)
    others = {
        name for name in named if name.split(".")[0] not in {"seqgraft", "snakemake", "__future__", *own}
    }
    return [*sorted(others), *own]


@pytest.mark.parametrize(("environment", "script"), rules())
def test_an_isolated_interpreter_imports_all_that_a_rule_needs(
    made: Path, environment: str, script: str
) -> None:
    python = prefixes(made)[environment] / "bin/python"
    command = [python, "-I", "-c", IMPORTS, ROOT / "scripts", *modules(script)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == {"missing": [], "strange": []}


def test_mmseqs2_is_the_environments_own(made: Path) -> None:
    for name in ("groups", "leakage"):
        program = prefixes(made)[name] / "bin/mmseqs"
        assert subprocess.run([program, "version"], capture_output=True, check=True).stdout


@pytest.mark.parametrize("broken", [False, True])
def test_a_pin_is_used_and_one_that_fails_is_seen(tmp_path: Path, broken: bool) -> None:
    """What Snakemake 9 does with a pin: honoured if it is right, a mere warning if it is not."""
    archives = sorted((CONDA / "channels/conda-forge/linux-64").glob("python-3*.conda"))
    sums = [hashlib.md5(path.read_bytes()).hexdigest() for path in archives]
    sums = ["0" * 32 for _ in sums] if broken else sums
    shutil.copy(ROOT / "envs/data.yaml", tmp_path / "own.yaml")
    content = yaml.safe_load((tmp_path / "own.yaml").read_text())
    (tmp_path / "own.yaml").write_text(
        yaml.safe_dump(content | {"dependencies": content["dependencies"][:1]})
    )
    lines = [f"file://{path}#{own}" for path, own in zip(archives, sums, strict=True)]
    (tmp_path / "own.linux-64.pin.txt").write_text("\n".join(["@EXPLICIT", *lines]) + "\n")
    (tmp_path / "Snakefile").write_text(
        'rule a:\n    output: "a"\n    conda: "own.yaml"\n    shell: "python -V > a"\n'
    )
    result = snakemake(tmp_path, snakefile=tmp_path / "Snakefile")
    assert result.returncode == 0, result.stdout
    assert (PIN_FAILED in result.stdout) is broken
    assert (tmp_path / "a").read_text().startswith("Python 3.")


def test_the_study_runs(made: Path) -> None:
    result = snakemake(made, "--configfile", "study.yaml")
    assert result.returncode == 0, result.stdout
    assert "Creating conda environment" not in result.stdout  # all were made before
    assert (made / "results/tiny/report.html").exists()
    logs = "".join(p.read_text() for p in (made / "results/tiny/logs").rglob("*.log"))
    assert "Traceback" not in logs
