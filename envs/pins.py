"""Pins of the conda environments: write them where a channel can be reached, check them anywhere.

``pins.py write ENV.yaml …`` solves each environment for Linux on x86-64 with py-rattler and writes
ENV.linux-64.pin.txt, the exact archives with their checksums as the channel gives them. ``pins.py check ENV.yaml …``
needs no network: every pin must belong to its environment as it is now. Nothing is filled in by guess: where no channel
is reached, there are no pins.
"""

import asyncio
import fnmatch
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml

CHANNELS = os.environ.get("CONDA_CHANNEL_ALIAS", "https://conda.anaconda.org").rstrip("/")
# What every node is taken to have, so that a pin does not depend on the machine that solves.
MACHINE = {"__unix": "0", "__linux": "4.18", "__glibc": "2.28", "__archspec": "1=x86_64"}
CUDA = "12.9"
_LINE = re.compile(
    r"(?P<channel>\S+)/(?:linux-64|noarch)/(?P<name>[^/]+)-(?P<version>[^-/]+)-(?P<build>[^-/]+)"
    r"\.(?:conda|tar\.bz2)#(?P<checksum>[0-9a-f]{32}|sha256:[0-9a-f]{64})"
)


def pin_of(environment: Path) -> Path:
    """Return where Snakemake looks for an environment's pin."""
    return environment.with_suffix(".linux-64.pin.txt")


def digest(environment: Path) -> str:
    """Digest what an environment asks for; its comments do not count."""
    content = yaml.safe_load(environment.read_text())
    text = json.dumps([content["channels"], content["dependencies"]])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def problems(environment: Path, channels: str = CHANNELS) -> list[str]:
    """Say what is wrong with an environment's pin; nothing where it is right or there is none.

    Parameters
    ----------
    environment : pathlib.Path
        The YAML file.
    channels : str
        Address before the name of a channel.

    Returns
    -------
    list of str
        One line each, beginning with the file's name.
    """
    pin = pin_of(environment)
    if not pin.exists():
        return []
    content, found = yaml.safe_load(environment.read_text()), {}
    lines = pin.read_text().splitlines()
    wrong = (
        [] if f"# environment {digest(environment)}" in lines else ["made from another version of the YAML"]
    )
    if "@EXPLICIT" not in lines:
        wrong.append("has no line @EXPLICIT")
    for line in lines:
        if not line or line.startswith(("#", "@")):
            continue
        told = _LINE.fullmatch(line)
        if told is None:
            wrong.append(f"not an archive with its checksum: {line}")
            continue
        if told["channel"] not in [f"{channels}/{name}" for name in content["channels"]]:
            wrong.append(f"from a channel that the YAML does not name: {line}")
        if told["name"] in found:
            wrong.append(f"names {told['name']} twice")
        found[told["name"]] = told
    for spec in content["dependencies"]:
        name, version, build = [*spec.split("="), "*"][:3]
        own = found.get(name)
        if own is None:
            wrong.append(f"lacks {name}")
        elif own["version"] != version and not own["version"].startswith(f"{version}."):
            wrong.append(f"has {name} {own['version']}, the YAML asks for {version}")
        elif not fnmatch.fnmatch(own["build"], build):
            wrong.append(f"has {name} as build {own['build']}, the YAML asks for {build}")
    return [f"{pin.name}: {text}" for text in wrong]


async def solve(environment: Path) -> list[Any]:
    """Ask the channels which archives an environment consists of."""
    import rattler

    content = yaml.safe_load(environment.read_text())
    machine = dict(MACHINE) | ({"__cuda": CUDA} if "cuda" in environment.stem else {})
    return await rattler.solve(
        [rattler.Channel(f"{CHANNELS}/{name}") for name in content["channels"]],
        [rattler.MatchSpec(spec, strict=False) for spec in content["dependencies"]],
        platforms=["linux-64", "noarch"],
        virtual_packages=[
            rattler.GenericVirtualPackage(
                rattler.PackageName(name), rattler.Version(version), rattler.BuildString(build or "0")
            )
            for name, (version, _, build) in ((n, v.partition("=")) for n, v in machine.items())
        ],
    )


def write(environments: list[Path]) -> int:
    """Write the pins, all or none; return the exit status."""
    solved = {}
    for environment in environments:
        try:
            solved[environment] = asyncio.run(solve(environment))
        except Exception as error:
            print(
                f"{environment.name}: no pin was written, the channels gave no answer or no solution: {error}"
            )
            return 1
    for environment, records in solved.items():
        archives = sorted(f"{r.url}#{r.md5.hex() if r.md5 else 'sha256:' + r.sha256.hex()}" for r in records)
        head = [f"# environment {digest(environment)}", "# platform: linux-64", "@EXPLICIT"]
        pin_of(environment).write_text("\n".join([*head, *archives]) + "\n")
        print(f"{pin_of(environment).name}: {len(archives)} packages")
    return 0


def check(environments: list[Path]) -> int:
    """Print what is wrong with the pins and which environments have none; return the exit status."""
    wrong = [line for environment in environments for line in problems(environment)]
    orphans = [
        pin.name
        for pin in sorted({p for e in environments for p in e.parent.glob("*.pin.txt")})
        if not pin.with_name(pin.name.replace(".linux-64.pin.txt", ".yaml")).exists()
    ]
    wrong += [f"{name}: belongs to no environment" for name in orphans]
    without = [environment.stem for environment in environments if not pin_of(environment).exists()]
    print(
        "\n".join(
            [*wrong, f"{len(environments) - len(without)} of {len(environments)} environments are pinned"]
        )
    )
    if without:
        print(f"exact versions, not yet pinned: {', '.join(without)}")
    return int(bool(wrong))


if __name__ == "__main__":
    status = {"write": write, "check": check}[sys.argv[1]]([Path(name) for name in sys.argv[2:]])
    sys.stdout.flush()
    os._exit(status)  # py-rattler's threads crash the interpreter's own ending now and then
