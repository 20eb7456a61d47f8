"""Whether all files of a run are here, asked before the first job where nothing may be fetched."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from seqgraft.data.places import cached_path, mirror_name
from seqgraft.errors import SeqgraftError


def files_are_here(entries: Iterable[Mapping[str, Any]], mirror: Path | None, cache: Path) -> None:
    """Refuse to start without files that would have to be fetched; all of them are named at once.

    Parameters
    ----------
    entries : iterable of mapping
        The config's entries of the files that the run will ask for.
    mirror, cache : pathlib.Path
        Where files are looked for. Only their names are: bytes are checked when they are taken.

    Raises
    ------
    SeqgraftError
        If any is missing.
    """
    missing = [entry["url"] for entry in entries if not _is_here(entry, mirror, cache)]
    if missing:
        count = "a file is" if len(missing) == 1 else f"{len(missing)} files are"
        raise SeqgraftError(
            f"nothing is fetched while offline, and {count} neither in the mirror nor in the cache:\n"
            + "\n".join(f"    {url}" for url in missing),
            where=f"the cache is {cache}, " + (f"the mirror {mirror}" if mirror else "there is no mirror"),
            remedy="fetch them with the target `downloads` where there is internet and the same SEQGRAFT_CACHE, or put "
            "them into a folder as <host>/<path>: --config mirror=FOLDER, or SEQGRAFT_MIRROR",
        )


def _is_here(entry: Mapping[str, Any], mirror: Path | None, cache: Path) -> bool:
    """Tell whether a file need not be asked of a server."""
    if entry.get("url") is None or any(
        urlsplit(address).scheme == "file" for address in (entry["url"], *(entry.get("mirrors") or []))
    ):
        return True
    if mirror is not None and os.path.lexists(mirror / mirror_name(entry["url"])):
        return True
    return cached_path(cache, entry["sha256"]).is_file()
