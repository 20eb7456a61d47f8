"""Fetch published files: from a mirror, a shared cache or the network, and never use a wrong byte."""

import logging
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from seqgraft.data.transfer import FailedTryError, transfer
from seqgraft.errors import SeqgraftError
from seqgraft.files import atomic_path, sha256_of

PAUSES = (1.0, 4.0, 15.0)  # seconds between tries; most outages of public servers are shorter


def fetch(
    entry: Mapping[str, Any],
    destination: Path,
    *,
    mirror: Path | None,
    cache: Path | None,
    log: logging.Logger,
    pauses: tuple[float, ...] = PAUSES,
) -> None:
    """Put the bytes that a config entry names at `destination`.

    Parameters
    ----------
    entry : mapping
        With ``url`` and ``sha256``, or with ``path`` and perhaps ``sha256``.
    destination : pathlib.Path
        Where the file belongs; written only when its bytes are right.
    mirror : pathlib.Path, optional
        A folder that holds files as ``<host>/<path of the URL>``; looked at first.
    cache : pathlib.Path, optional
        A folder shared by studies, in which files are kept by their checksum.
    log : logging.Logger
        Told where the bytes came from.
    pauses : tuple of float
        Seconds to wait before each further try of the network.

    Raises
    ------
    SeqgraftError
        If the file is nowhere, its checksum is wrong, or the cache cannot be written.
    """
    if entry.get("path") is not None:
        _copy_local(Path(entry["path"]), entry.get("sha256"), destination)
        log.info("copied %s", entry["path"])
        return
    url, sha256 = entry["url"], entry["sha256"]
    if mirror is not None:
        mirrored = mirror / mirror_name(url)
        if mirrored.is_file():
            _check(mirrored, sha256, f"{mirrored} (mirror of {url})")
            _copy(mirrored, destination)
            log.info("took %s from the mirror %s", url, mirror)
            return
        log.info("the mirror %s does not hold %s", mirror, mirror_name(url))
    if cache is None:
        with atomic_path(destination) as temporary:
            _download(url, temporary, sha256, log, pauses)
        return
    cached = cache / sha256[:2] / sha256
    _make_folder(cached.parent)
    with FileLock(f"{cached}.lock"):  # two studies may want the same file at once
        if cached.is_file() and sha256_of(cached) != sha256:
            log.info("the copy in the cache is damaged and is fetched anew")
            cached.unlink()
        if not cached.is_file():
            with atomic_path(cached) as temporary:
                _download(url, temporary, sha256, log, pauses)
        else:
            log.info("took %s from the cache %s", url, cache)
        _copy(cached, destination)


def cache_folder() -> Path:
    """Return the cache shared by studies: SEQGRAFT_CACHE, else ``seqgraft`` in the user's cache folder."""
    named = os.environ.get("SEQGRAFT_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "seqgraft"


def mirror_name(url: str) -> str:
    """Return ``<host>/<path>`` of a URL, the name of its file in a mirror."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{unquote(parts.path)}"


def _make_folder(folder: Path) -> None:
    """Make a folder of the cache and make sure that it takes files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
    else:
        if os.access(folder, os.W_OK):
            return
        reason = "Permission denied"
    raise SeqgraftError(
        f"the cache cannot be written: {reason}",
        where=str(folder),
        remedy="name a folder of your own in the environment variable SEQGRAFT_CACHE",
    )


def _copy_local(path: Path, sha256: str | None, destination: Path) -> None:
    """Copy a local file after checking it."""
    if not path.is_file():
        raise SeqgraftError(
            f"there is no file '{path}'",
            where=str(path),
            remedy="mend `path`; it is relative to the folder in which snakemake runs",
        )
    if sha256 is not None:
        _check(path, sha256, str(path))
    _copy(path, destination)


def _copy(source: Path, destination: Path) -> None:
    """Copy bytes atomically; a link would tie the results to a mirror or cache that may move."""
    with atomic_path(destination) as temporary:
        shutil.copyfile(source, temporary)


def _check(path: Path, expected: str, where: str) -> None:
    """Refuse a file whose bytes are not the expected ones."""
    found = sha256_of(path)
    if found != expected:
        raise SeqgraftError(
            f"wrong checksum: expected sha256 {expected}, found {found}",
            where=where,
            remedy="fetch the file again, or correct `sha256` in the config if this is the file that you mean",
        )


def _download(url: str, path: Path, sha256: str, log: logging.Logger, pauses: tuple[float, ...]) -> None:
    """Fetch a URL, trying again after growing pauses where that can help."""
    waits = iter(pauses)
    while True:
        try:
            transfer(url, path, log)
        except FailedTryError as failed:
            pause = next(waits, None) if failed.again else None
            if pause is None:
                raise SeqgraftError(
                    f"the file could not be fetched: {failed}",
                    where=url,
                    remedy="check the network and the URL, or name a folder that holds the file as "
                    f"{mirror_name(url)}: --config mirror=FOLDER, or SEQGRAFT_MIRROR",
                ) from None
            log.info("%s; trying again in %g s", failed, pause)
            time.sleep(pause)
        else:
            _check(path, sha256, url)
            return
