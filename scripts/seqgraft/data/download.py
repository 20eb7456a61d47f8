"""Fetch published files: from a mirror, a shared cache or the network, and never use a wrong byte."""

import logging
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from seqgraft.errors import SeqgraftError
from seqgraft.files import atomic_path, sha256_of

PAUSES = (1.0, 4.0, 15.0)  # seconds between tries; most outages of public servers are shorter
TIMEOUT = 60.0  # seconds without a byte
_BLOCK = 1 << 20


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
        If the file is nowhere, or its checksum is wrong.
    """
    if entry.get("path") is not None:
        _copy_local(Path(entry["path"]), entry.get("sha256"), destination)
        log.info("copied %s", entry["path"])
        return
    url, sha256 = entry["url"], entry["sha256"]
    mirrored = None if mirror is None else mirror / mirror_name(url)
    if mirrored is not None and mirrored.is_file():
        _check(mirrored, sha256, f"{mirrored} (mirror of {url})")
        _copy(mirrored, destination)
        log.info("took %s from the mirror %s", url, mirror)
        return
    if cache is None:
        with atomic_path(destination) as temporary:
            _download(url, temporary, sha256, log, pauses)
        return
    cached = cache / sha256[:2] / sha256
    cached.parent.mkdir(parents=True, exist_ok=True)
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
    return f"{parts.netloc}{unquote(parts.path)}"


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
            remedy="the file differs from the one that the config names: fetch it again, or correct `sha256` if "
            "this is the file that you mean",
        )


def _download(url: str, path: Path, sha256: str, log: logging.Logger, pauses: tuple[float, ...]) -> None:
    """Fetch a URL, trying again after growing pauses where that can help."""
    reason = ""
    for pause in (0.0, *pauses):
        if pause:
            log.info("%s; trying again in %g s", reason, pause)
            time.sleep(pause)
        try:
            _transfer(url, path, log)
        except urllib.error.HTTPError as error:
            reason = f"the server answered {error.code} {error.reason}"
            if error.code < 500 and error.code not in (408, 429):
                break  # asking again does not bring a missing file
        except (OSError, ValueError) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        else:
            _check(path, sha256, url)
            return
    raise SeqgraftError(
        f"the file could not be fetched: {reason}",
        where=url,
        remedy="check the network and the URL, or name a folder that holds the file as "
        f"{mirror_name(url)}: --config mirror=FOLDER, or SEQGRAFT_MIRROR",
    )


def _transfer(url: str, path: Path, log: logging.Logger) -> None:
    """Copy a URL's body into a file; a body shorter than announced is an error."""
    request = urllib.request.Request(url, headers={"User-Agent": "seqgraft"})
    started, received = time.monotonic(), 0
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response, path.open("wb") as handle:
        announced = response.headers.get("Content-Length")
        while block := response.read(_BLOCK):
            handle.write(block)
            received += len(block)
    if announced is not None and received != int(announced):
        raise OSError(f"the transfer broke off after {received} of {announced} bytes")
    seconds = max(time.monotonic() - started, 1e-6)
    log.info("fetched %s: %d bytes, %.1f MB/s", url, received, received / seconds / 1e6)
