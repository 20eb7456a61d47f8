"""The list of the library's files, which a remote copy of the workflow fetches one by one.

Run as ``python -m seqgraft.manifest`` (``make schema``); a test fails when the list drifts.
"""

from pathlib import Path

from seqgraft.files import write_text

LIST = "workflow/library_files.txt"
_FIRST = "seqgraft/__init__.py"  # the workflow finds the library's folder by it


def manifest(scripts: Path) -> str:
    """Return the files of the package below `scripts`, one per line, ``seqgraft/__init__.py`` first."""
    package = scripts / "seqgraft"
    names = {
        path.relative_to(scripts).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.suffix in {".py", ".html", ".css"}
    }
    return "\n".join([_FIRST, *sorted(names - {_FIRST})]) + "\n"


def main() -> None:
    """Rewrite the list of the project that the working folder is in."""
    write_text(LIST, manifest(Path("scripts")))


if __name__ == "__main__":
    main()
