"""Which library code a rule's script really uses, as one digest for the rule's ``params:``.

Snakemake sees edits of a script but not of the modules it imports. The digest of these modules closes the gap: it
follows the ``import`` statements from the script, so it can be neither forgotten nor too wide.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = "seqgraft"


class _Source(NamedTuple):
    """What the digest needs of one file."""

    imports: tuple[tuple[int, str], ...]  # level (0: absolute) and dotted name of everything imported
    meaning: bytes
    text: str


def code_digest(script: str | Path, library: str | Path) -> str:
    """Digest the library modules that a script imports, directly or through others.

    Comments and docstrings do not count: mending a sentence retrains nothing. Neither does the version of Python that
    reads them.

    Parameters
    ----------
    script : path-like
        The rule's script.
    library : path-like
        The folder that holds the package ``seqgraft``.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    digest, root = hashlib.sha256(), Path(library).resolve()
    for path in modules_of(script, root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(_read(path).meaning)
    return digest.hexdigest()[:16]


def modules_of(script: str | Path, library: str | Path) -> list[Path]:
    """List the library's files that a script depends on, sorted: modules and the data files beside them."""
    root = Path(library).resolve()  # one name for each file, however it is reached, so that it is read once
    found: set[Path] = set()
    waiting = list(_imported(Path(script).resolve(), root))
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".py":
            waiting.extend(_needed(path, root, _stamp(path)))
    return sorted(found)


@lru_cache(maxsize=1024)
def _needed(path: Path, root: Path, stamp: tuple[int, int]) -> tuple[Path, ...]:
    """List the files that one module needs; once, because most of them serve many scripts."""
    return (*dict.fromkeys(_imported(path, root)), *_data_files(path))


def _imported(path: Path, root: Path) -> Iterator[Path]:
    """Yield the files of the package that one module's import statements name, at any depth of nesting."""
    for level, name in _read(path).imports:
        if level:
            name = ".".join([*path.relative_to(root).with_suffix("").parts[:-level], *filter(None, [name])])
        if name.split(".")[0] == PACKAGE:
            yield from _files(name, root)


def _files(name: str, root: Path) -> Iterator[Path]:
    """Yield the file of a module and the ``__init__`` of each package on the way to it."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        base = root.joinpath(*parts[:depth])
        for candidate in (base / "__init__.py", base.with_suffix(".py")):
            if candidate.is_file():
                yield candidate


def _data_files(module: Path) -> Iterator[Path]:
    """Yield templates and tables that lie beside a module and that it names in its text."""
    text = _read(module).text
    for path in module.parent.iterdir():
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.name in text:
            yield path


def _read(path: Path) -> _Source:
    """Read a file; what its text means is worked out once, wherever copies of it lie."""
    if path.suffix != ".py":
        return _Source((), path.read_bytes(), "")
    return _parsed(path.read_text(encoding="utf-8"))


def _stamp(path: Path) -> tuple[int, int]:
    """Return size and time of a file, which tell an edited file from the one that was read."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=1024)
def _parsed(text: str) -> _Source:
    """Parse a module: this is most of what a digest costs."""
    tree = ast.parse(text)
    imports = tuple(dict.fromkeys(_imports(tree)))
    return _Source(imports, _plain(_without_words(tree)).encode(), text)


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield level and name of every import in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield 0, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            yield node.level, base
            for alias in node.names:  # it may be a module or something inside one
                yield node.level, f"{base}.{alias.name}" if base else alias.name


def _without_words(tree: ast.Module) -> ast.Module:
    """Remove docstrings from a syntax tree; its comments are gone anyway."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):  # the description of a config key is a docstring, too
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "description"]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return tree


def _plain(node: Any) -> str:
    """Write a syntax tree as text.

    Empty fields are left out, because each version of Python adds some: with ``ast.dump`` an upgrade from 3.11 to 3.12
    would look like an edit of every function, and everything would be trained again.
    """
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if value is not None and value != [])
        return f"{type(node).__name__}({','.join(f'{name}={_plain(value)}' for name, value in fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_plain, node))}]"
    return ascii(node)
