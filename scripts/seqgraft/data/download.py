"""Fetch published files: from a mirror, a shared cache or the network, and never use a wrong byte.

Not by the library pooch: it knows neither sizes nor several addresses of one file, does not go on with a body that was
cut, and takes no lock.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from seqgraft.data.cache import fill
from seqgraft.data.limits import LIMITS, PAUSES, Limits
from seqgraft.data.old_parts import clear_old_parts
from seqgraft.data.places import cached_path, mirror_name
from seqgraft.data.right import copy_right
from seqgraft.data.tries import download
from seqgraft.errors import SeqgraftError
from seqgraft.files import atomic_path

_MEND_PATH = "mend `path`; it is relative to the folder in which snakemake runs"


def fetch(
    entry: Mapping[str, Any],
    destination: Path,
    *,
    mirror: Path | None,
    cache: Path | None,
    log: logging.Logger,
    pauses: tuple[float, ...] = PAUSES,
    offline: bool = False,
    limits: Limits = LIMITS,
) -> None:
    """Put the bytes that a config entry names at `destination`.

    Parameters
    ----------
    entry : mapping
        With ``url`` and ``sha256`` and perhaps ``mirrors`` (further URLs), or with ``path`` and perhaps ``sha256``;
        either perhaps with ``size`` in bytes.
    destination : pathlib.Path
        Where the file belongs; written only when its bytes are right.
    mirror : pathlib.Path, optional
        A folder that holds files as ``<host>/<path of the URL>``; looked at first.
    cache : pathlib.Path, optional
        A folder shared by studies, in which files are kept by their checksum; looked at second.
    log : logging.Logger
        Told where the bytes came from.
    pauses : tuple of float
        Seconds to wait before each further try of the network.
    offline : bool
        Whether the network may not be asked.
    limits : Limits
        How long a server is waited for.

    Raises
    ------
    SeqgraftError
        If the file is nowhere, its bytes are others, or the cache cannot be written.
    """
    sha256, size = entry.get("sha256"), entry.get("size")
    if entry.get("path") is not None:
        path = Path(entry["path"])
        copy_right(path, destination, sha256, size, where=str(path), remedy=_MEND_PATH)
        log.info("copied %s", path)
        return
    url, addresses = entry["url"], [entry["url"], *(entry.get("mirrors") or [])]
    sha256 = entry["sha256"]
    if mirror is not None and _from_mirror(mirror, url, sha256, size, destination, log):
        return
    if cache is not None and _from_cache(cache, url, sha256, size, destination, log, strict=offline):
        return
    if offline:
        addresses = [address for address in addresses if _is_local(address)]
    if not addresses:
        raise _nowhere(url, cache and cached_path(cache, sha256))
    if cache is None or all(map(_is_local, addresses)):
        with atomic_path(destination) as temporary:
            download(addresses, temporary, sha256, size, log, pauses=pauses, limits=limits)
        return
    kept = cached_path(cache, sha256)
    clear_old_parts(cache, log)
    fill(
        kept,
        sha256,
        size,
        log,
        lambda part: download(addresses, part, sha256, size, log, pauses=pauses, limits=limits),
    )
    copy_right(kept, destination, sha256, size, where=str(kept), remedy="run again")


def _from_mirror(
    mirror: Path, url: str, sha256: str, size: int | None, destination: Path, log: logging.Logger
) -> bool:
    """Copy the file from a mirror that holds it; wrong bytes there are an error and no reason to look elsewhere."""
    mirrored = mirror / mirror_name(url)
    if not os.path.lexists(mirrored):
        log.info("the mirror %s does not hold %s", mirror, mirror_name(url))
        return False
    where = f"{mirrored} (mirror of {url})"
    copy_right(
        mirrored, destination, sha256, size, where=where, remedy="mend the mirror, or take it out of there"
    )
    log.info("took %s from the mirror %s", url, mirror)
    return True


def _from_cache(
    cache: Path,
    url: str,
    sha256: str,
    size: int | None,
    destination: Path,
    log: logging.Logger,
    *,
    strict: bool,
) -> bool:
    """Copy the file from a cache that holds it; damaged bytes there are fetched anew, or an error where `strict`."""
    kept = cached_path(cache, sha256)
    if not kept.is_file():
        return False
    try:
        copy_right(kept, destination, sha256, size, where=str(kept), remedy="mend the cache's permissions")
    except SeqgraftError as damaged:
        if strict:
            raise
        log.info("the copy in the cache is of no use and is fetched anew: %s", damaged.what)
        return False
    log.info("took %s from the cache %s", url, cache)
    return True


def _is_local(address: str) -> bool:
    """Tell whether an address names a file of this machine."""
    return urlsplit(address).scheme == "file"


def _nowhere(url: str, kept: Path | None) -> SeqgraftError:
    """Say that a file would have to be fetched, and where it may be put instead."""
    places = [f"in a folder as {mirror_name(url)}, named by --config mirror=FOLDER or SEQGRAFT_MIRROR"]
    if kept is not None:
        places.insert(0, f"in the cache as {kept}")
    return SeqgraftError(
        f"nothing is fetched while offline, and the file '{PurePosixPath(mirror_name(url)).name}' is not here",
        where=url,
        remedy=f"put it {', or '.join(places)}; or take `offline` and SEQGRAFT_OFFLINE away",
    )
