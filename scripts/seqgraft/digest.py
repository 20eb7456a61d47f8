"""Which library code a rule's script really uses, as one digest for the rule's ``params:``.

Snakemake sees edits of a script but not of the modules it imports. The digest of these modules closes the gap: it
follows the ``import`` statements from the script, so it can be neither forgotten nor too wide.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

PACKAGE = "seqgraft"


def code_digest(script: str | Path, library: str | Path) -> str:
    """Digest the library modules that a script imports, directly or through others.

    Comments and docstrings do not count: mending a sentence retrains nothing.

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
    digest = hashlib.sha256()
    for path in modules_of(script, library):
        digest.update(path.relative_to(library).as_posix().encode())
        digest.update(_meaning(path))
    return digest.hexdigest()[:16]


def modules_of(script: str | Path, library: str | Path) -> list[Path]:
    """List the library's files that a script depends on, sorted: modules and the data files beside them."""
    root = Path(library)
    found: set[Path] = set()
    waiting = list(_imported(Path(script), root))
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".py":
            waiting.extend(_imported(path, root))
            waiting.extend(_data_files(path))
    return sorted(found)


def _imported(path: Path, root: Path) -> Iterator[Path]:
    """Yield the files of the package that one module's import statements name, at any depth of nesting."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path, root)
            # `from package import name` may name a module or something inside one.
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.split(".")[0] == PACKAGE:
                yield from _files(name, root)


def _absolute(node: ast.ImportFrom, path: Path, root: Path) -> str:
    """Return the absolute module name of a ``from … import``, relative forms included."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(root).with_suffix("").parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


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
    text = module.read_text(encoding="utf-8")
    for path in module.parent.iterdir():
        if path.is_file() and path.suffix not in {".py", ".pyc"} and path.name in text:
            yield path


def _meaning(path: Path) -> bytes:
    """Return a module's syntax tree without docstrings (its comments are gone anyway), a data file's bytes."""
    if path.suffix != ".py":
        return path.read_bytes()
    tree = _tree(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):  # the description of a config key is a docstring, too
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "description"]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:]
    return ast.dump(tree).encode()


@lru_cache(maxsize=256)
def _source(path: Path, stamp: tuple[int, int]) -> str:
    """Read a file; cached by its size and time, as a dozen rules share most modules."""
    return path.read_text(encoding="utf-8")


def _tree(path: Path) -> ast.Module:
    status = path.stat()
    return ast.parse(_source(path, (status.st_size, status.st_mtime_ns)), filename=str(path))
