"""A stand-in for the program `conda`, for tests: the few commands that Snakemake 9 runs, done by py-rattler.

Channels are looked for below CONDA_CHANNEL_ALIAS. ``conda.py install FOLDER`` makes FOLDER/bin/conda and
FOLDER/bin/activate.
"""

import argparse
import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

CHANNELS = os.environ.get("CONDA_CHANNEL_ALIAS", "https://conda.anaconda.org").rstrip("/")
ROOT = Path(os.environ.get("STANDIN_CONDA", "."))
ACTIVATE = 'export CONDA_PREFIX="$1" CONDA_DEFAULT_ENV="$1" CONDA_SHLVL=1 PATH="$1/bin:$PATH"\n'


def install(folder: Path) -> None:
    """Make the program and the script that activates an environment."""
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    program = folder / "bin/conda"
    here = Path(__file__).resolve()
    program.write_text(f'#!/bin/sh\nSTANDIN_CONDA="{folder}" exec "{sys.executable}" -I "{here}" "$@"\n')
    program.chmod(0o755)
    (folder / "bin/activate").write_text(ACTIVATE)


async def make(records: list, prefix: Path) -> None:
    """Install archives into an environment."""
    import rattler

    await rattler.install(records, target_prefix=prefix, cache_dir=ROOT / "archives", show_progress=False)


async def from_yaml(environment: Path, prefix: Path) -> None:
    """Solve an environment and install it."""
    import rattler

    content = yaml.safe_load(environment.read_text())
    records = await rattler.solve(
        [rattler.Channel(f"{CHANNELS}/{name}") for name in content["channels"]],
        [rattler.MatchSpec(spec, strict=False) for spec in content["dependencies"]],
        platforms=["linux-64", "noarch"],
        virtual_packages=rattler.VirtualPackage.detect(),
    )
    await make(records, prefix)


async def from_pin(pin: Path, prefix: Path) -> None:
    """Install exactly the archives of a pin, each checked by its checksum."""
    import rattler

    records = []
    for line in pin.read_text().splitlines():
        if not line or line.startswith(("#", "@")):
            continue
        address, _, wanted = line.partition("#")
        archive = Path(address.removeprefix("file://"))
        if not archive.is_file():
            raise SystemExit(f"conda stand-in: there is no {address}")
        kind = hashlib.sha256 if wanted.startswith("sha256:") else hashlib.md5
        if kind(archive.read_bytes()).hexdigest() != wanted.removeprefix("sha256:"):
            raise SystemExit(f"conda stand-in: wrong checksum of {address}")
        records.append(await rattler.RepoDataRecord.from_package_archive(archive))
    await make(records, prefix)


def main(arguments: list[str]) -> None:
    """Do what one command line asks for."""
    if arguments == ["--version"]:
        return print("conda 24.99.0")  # Snakemake asks for 24.7.1 at least
    if arguments[:1] == ["clean"]:
        return None
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    for name in ("--file", "--prefix", "--get"):
        parser.add_argument(name, type=Path if name != "--get" else str)
    for name in ("--json", "--quiet", "--yes", "--no-default-packages", "--no-shortcuts"):
        parser.add_argument(name, action="store_true")
    given = parser.parse_args(arguments)
    told = {
        "info": {"conda_prefix": str(ROOT), "platform": "linux-64"},
        "config": {"get": {"channel_priority": "strict"}},
    }
    makers: dict[str, Callable] = {"env create": from_yaml, "create": from_pin}
    words = " ".join(given.words)
    if words in told:
        print(json.dumps(told[words]))
    elif words in makers:
        asyncio.run(makers[words](given.file, given.prefix))
    else:
        raise SystemExit(f"conda stand-in: not a command that it knows: {arguments}")


if __name__ == "__main__":
    status: int | str | None = 0
    try:
        if sys.argv[1:2] == ["install"]:
            install(Path(sys.argv[2]).resolve())
        else:
            main(sys.argv[1:])
    except SystemExit as end:
        status = end.code
    if isinstance(status, str):
        print(status, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))  # as in pins.py
