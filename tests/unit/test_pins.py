"""A pin belongs to its environment as it is now, line by line; the check needs no network and no conda."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
YAML = "channels: [conda-forge, bioconda]\ndependencies: [python=3.12.13, pytorch=2.10.0=cpu*, mmseqs2=18.8cc5c]\n"
AT = "https://conda.anaconda.org"
SUM = "0123456789abcdef0123456789abcdef"
RIGHT = [
    f"{AT}/bioconda/linux-64/mmseqs2-18.8cc5c-hd6d6fdc_0.tar.bz2#{SUM}",
    f"{AT}/conda-forge/linux-64/python-3.12.13-h9e4cc4f_1_cpython.conda#{SUM}",
    f"{AT}/conda-forge/linux-64/pytorch-2.10.0-cpu_generic_py312_0.conda#sha256:{SUM}{SUM}",
    f"{AT}/conda-forge/noarch/tzdata-2026a-h1_0.conda#{SUM}",
]


def pins():
    spec = importlib.util.spec_from_file_location("pins", ROOT / "envs/pins.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(f"# a comment\n{YAML}")
    return path


def pin(environment: Path, lines: list[str], digest: str | None = None) -> list[str]:
    module = pins()
    head = [f"# environment {digest or module.digest(environment)}", "@EXPLICIT"]
    module.pin_of(environment).write_text("\n".join([*head, *lines]) + "\n")
    return module.problems(environment)


def test_a_right_pin_and_none_at_all(environment: Path) -> None:
    assert pins().problems(environment) == []
    assert pin(environment, RIGHT) == []
    environment.write_text(YAML)  # comments do not count
    assert pins().problems(environment) == []


@pytest.mark.parametrize(
    ("number", "line", "told"),
    [
        (0, "", "lacks mmseqs2"),
        (1, RIGHT[1].replace("3.12.13", "3.13.1"), "has python 3.13.1, the YAML asks for 3.12.13"),
        (
            2,
            RIGHT[2].replace("cpu_generic", "cuda129"),
            "has pytorch as build cuda129_py312_0, the YAML asks for cpu*",
        ),
        (
            3,
            RIGHT[3].replace(f"#{SUM}", ""),
            f"not an archive with its checksum: {AT}/conda-forge/noarch/tzdata",
        ),
        (3, RIGHT[3].replace("conda-forge", "main"), "from a channel that the YAML does not name"),
        (3, RIGHT[1], "names python twice"),
    ],
)
def test_what_is_wrong_with_a_pin_is_told(environment: Path, number: int, line: str, told: str) -> None:
    lines = [line if place == number else right for place, right in enumerate(RIGHT)]
    (problem,) = pin(environment, lines)
    assert problem.startswith(f"own.linux-64.pin.txt: {told}")


def test_a_pin_of_another_version_of_the_yaml(environment: Path) -> None:
    assert pin(environment, RIGHT, digest="0" * 16) == [
        "own.linux-64.pin.txt: made from another version of the YAML"
    ]


def test_the_command_fails_for_a_wrong_pin_and_names_what_is_not_pinned(environment: Path) -> None:
    command = [sys.executable, ROOT / "envs/pins.py", "check", environment]
    without = subprocess.run(command, capture_output=True, text=True, check=False)
    assert without.returncode == 0
    assert without.stdout == "0 of 1 environments are pinned\nexact versions, not yet pinned: own\n"
    pin(environment, RIGHT[1:])
    wrong = subprocess.run(command, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert wrong.stdout == "own.linux-64.pin.txt: lacks mmseqs2\n1 of 1 environments are pinned\n"
