"""One try to copy a file from the network."""

import logging
import re
import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from seqgraft.data.asking import FailedTryError, RefusedPartError, ask, words_of
from seqgraft.data.bar import MEGA, Bar
from seqgraft.data.limits import LIMITS, Limits

_BLOCK = 1 << 18


@dataclass(frozen=True)
class Transferred:
    """What a try brought.

    Parameters
    ----------
    start : int
        The byte that it began with; those before it are of an earlier try.
    whole : bool
        Whether the server said where the file ends. Without that a cut looks like the end.
    """

    start: int
    whole: bool


def transfer(
    url: str, path: Path, log: logging.Logger, *, size: int | None = None, limits: Limits = LIMITS
) -> Transferred:
    """Copy a URL's body into a file, going on where an earlier try was cut, if the server can.

    Parameters
    ----------
    url : str
        Where the file is published.
    path : pathlib.Path
        Written to at once, so a failed try leaves a part of the file there, for the next one.
    log : logging.Logger
        Told the size and the rate.
    size : int, optional
        How many bytes the file must have.
    limits : Limits
        How long a server is waited for.

    Returns
    -------
    Transferred

    Raises
    ------
    FailedTryError
        If the server does not answer with the whole file.
    OSError
        If the file cannot be written: a full disk is not the network's fault.
    """
    kept = path.stat().st_size if path.exists() else 0
    try:
        response = ask(url, limits, start=kept)
    except RefusedPartError:
        path.unlink()
        return transfer(url, path, log, size=size, limits=limits)
    with response:
        start = _first_byte(response)
        if start not in (0, kept):
            path.unlink()
            raise FailedTryError(
                "the server sends another part of the file than it was asked for", again=True
            )
        total = _announced(response, start)
        if size is not None and total not in (None, size):
            raise FailedTryError(
                f"the server announces {total} bytes, and `size` in the config is {size}", again=False
            )
        if start:
            log.info("going on after the first %d bytes, which are here already", start)
        received = _copy(response, path, start, Bar(_label(url), total or size, say=log.info), size, limits)
    if total is not None and received != total:
        raise FailedTryError(f"the transfer broke off after {received} of {total} bytes", again=True)
    if size is not None and received < size:
        raise FailedTryError(f"the transfer broke off after {received} of {size} bytes", again=True)
    return Transferred(start, whole=total is not None or size is not None or response.chunked)


def _copy(
    response: HTTPResponse, path: Path, start: int, progress: Bar, size: int | None, limits: Limits
) -> int:
    """Write a body from byte `start` on; return how many bytes the file then has."""
    began = opened = time.monotonic()
    received, recent = start, 0
    if start:
        progress.step(amount=start, reused=True)
    with path.open("ab" if start else "wb") as handle:
        while block := _read(response):
            received += len(block)
            if size is not None and received > size:
                path.unlink()
                raise FailedTryError(
                    f"the server sends more than the {size} bytes of `size` in the config", again=False
                )
            handle.write(block)
            progress.step(amount=len(block))
            recent += len(block)
            now = time.monotonic()
            if now - opened >= limits.window:
                if recent < limits.slowest * (now - opened):
                    raise FailedTryError(
                        f"the server sends less than {limits.slowest:.0f} bytes per second", again=True
                    )
                opened, recent = now, 0
    seconds = max(time.monotonic() - began, 1e-6)
    brought = received - start
    progress.say(f"{progress.label}: {brought} bytes came, {brought / seconds / MEGA:.1f} MB/s")
    return received


def _read(response: HTTPResponse) -> bytes:
    """Read what has come of a body, so that a slow server is noticed; nothing at its end."""
    try:
        return response.read1(_BLOCK)
    except IncompleteRead:  # its own text counts a chunk's bytes, not the file's
        raise FailedTryError("the transfer broke off before the end of the file", again=True) from None
    except TimeoutError:
        raise FailedTryError(
            "the transfer broke off: the server sends nothing any more", again=True
        ) from None
    except (OSError, HTTPException) as error:
        raise FailedTryError(f"the transfer broke off: {words_of(error)}", again=True) from None


def _first_byte(response: HTTPResponse) -> int:
    """Return the place in the file of a body's first byte; -1 where the server does not say it."""
    if response.status != 206:
        return 0
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range") or "", re.ASCII)
    return int(found[1]) if found else -1


def _announced(response: HTTPResponse, start: int) -> int | None:
    """Return the size of the whole file as the server tells it; None where it does not."""
    length = response.headers.get("Content-Length") or ""
    if response.chunked or not re.fullmatch("[0-9]{1,18}", length):
        return None
    return start + int(length)


def _label(url: str) -> str:
    """Name a file in the lines that show how far it is."""
    return f"fetching {PurePosixPath(unquote(urlsplit(url).path)).name or url}"
