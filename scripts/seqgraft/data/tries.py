"""Fetch one file from the addresses that offer it: which is asked when, and when to give up."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from seqgraft.data.asking import FailedTryError
from seqgraft.data.limits import LIMITS, PAUSES, Limits
from seqgraft.data.places import mirror_name
from seqgraft.data.right import check, copy_right, is_right
from seqgraft.data.transfer import transfer
from seqgraft.errors import SeqgraftError

# As many bytes more than any earlier try brought are progress: the pauses begin anew.
_PROGRESS = 1_000_000


def download(
    addresses: Sequence[str],
    path: Path,
    sha256: str,
    size: int | None,
    log: logging.Logger,
    *,
    pauses: tuple[float, ...] = PAUSES,
    limits: Limits = LIMITS,
) -> None:
    """Fetch a file, from one address after the other, again after growing pauses where that can help.

    Parameters
    ----------
    addresses : sequence of str
        URLs that offer the same bytes, asked in this order.
    path : pathlib.Path
        Written to at once. A part of the file that an earlier try left there is gone on from; what
        turns out wrong is removed.
    sha256, size : str, int or None
        What the bytes must be.
    log : logging.Logger
        Told each failure.
    pauses : tuple of float
        Seconds to wait before all addresses are asked again; a server's ``Retry-After`` makes one longer.
    limits : Limits
        How long each server is waited for.

    Raises
    ------
    SeqgraftError
        If no address gives the right bytes.
    """
    left, failures = list(addresses), {}
    waits, most = iter(pauses), 0
    untold: list[str] = []
    while left:
        wait = 0.0
        for url in list(left):
            _say(untold, log)
            try:
                _fetch(url, path, sha256, size, log, limits)
            except FailedTryError as failed:
                failures[url] = _given_up(url, failed)
                wait = max(wait, failed.wait)
                if not failed.again:
                    left.remove(url)
                untold.append(f"{url}: {failed}")
            except SeqgraftError as wrong:
                failures[url] = wrong
                left.remove(url)
                untold.append(f"{url}: {wrong.what}")
            else:
                return
        had = path.stat().st_size if path.exists() else 0
        if had >= most + _PROGRESS:
            waits, most = iter(pauses), had
        pause = next(waits, None)
        if not left or pause is None:
            break
        pause = max(pause, wait)
        _say(untold, log)
        log.info("trying again in %g s", pause)
        time.sleep(pause)
    if len(failures) == 1:
        raise failures[addresses[0]]
    lines = [f"    {url}: {failures[url].what.removeprefix(_FAILED)}" for url in addresses]
    raise SeqgraftError(
        f"none of the {len(lines)} addresses gave the file:\n" + "\n".join(lines),
        where=addresses[0],
        remedy=_elsewhere(addresses[0]),
    )


_FAILED = "the file could not be fetched: "


def _say(untold: list[str], log: logging.Logger) -> None:
    """Tell failures that something follows on; the last ones are told by the message that ends it all."""
    for line in untold:
        log.info("%s", line)
    untold.clear()


def _given_up(url: str, failed: FailedTryError) -> SeqgraftError:
    """Put a failed try into a message."""
    return SeqgraftError(f"the file could not be fetched: {failed}", where=url, remedy=_elsewhere(url))


def _elsewhere(url: str) -> str:
    """Say what can be done where the network gives no file."""
    return (
        f"check the network and the URL, or name a folder that holds the file as {mirror_name(url)}: "
        "--config mirror=FOLDER, or SEQGRAFT_MIRROR"
    )


def _fetch(url: str, path: Path, sha256: str, size: int | None, log: logging.Logger, limits: Limits) -> None:
    """Ask one address and check what came, by itself and not as the end of what another gave."""
    if urlsplit(url).scheme == "file":
        _copy_local(url, path, sha256, size)
        return
    try:
        brought = transfer(url, path, log, size=size, limits=limits)
    except FailedTryError:
        if is_right(path, sha256, size):  # all of it came, although the server says otherwise
            return
        raise
    try:
        check(path, sha256, size, url)
    except SeqgraftError as wrong:
        path.unlink()
        if brought.start:
            log.info("%s does not go on from what was here already: fetching all of it", url)
            _fetch(url, path, sha256, size, log, limits)
        elif brought.whole:
            raise
        else:
            raise FailedTryError(
                f"{wrong.what}; the server did not say where the file ends", again=True
            ) from None


def _copy_local(url: str, path: Path, sha256: str, size: int | None) -> None:
    """Copy what a file URL names."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise FailedTryError("a file address names no other machine", again=False)
    try:
        copy_right(Path(url2pathname(parts.path)), path, sha256, size, where=url, remedy="mend the address")
    except SeqgraftError as error:
        if error.what.startswith("wrong "):
            raise
        raise FailedTryError(error.what, again=False) from None
