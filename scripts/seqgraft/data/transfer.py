"""One try to copy a file from the network, and whether another try can help."""

import logging
import ssl
import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse, IncompleteRead, InvalidURL
from pathlib import Path
from urllib.parse import urlsplit

from seqgraft.learn.progress import Progress

TIMEOUT = 60.0  # seconds without a byte
_BLOCK = 1 << 20
MEGA = 1e6
_BUSY = (408, 425, 429)  # the answers below 500 that ask to come again later (RFC 9110, RFC 8470, RFC 6585)


class FailedTryError(Exception):
    """One try of the network that brought no file.

    Parameters
    ----------
    reason : str
        Why.
    again : bool
        Whether the same question may get a better answer in a few seconds.
    """

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


def transfer(url: str, path: Path, log: logging.Logger) -> None:
    """Copy a URL's body into a file.

    Parameters
    ----------
    url : str
        Where the file is published.
    path : pathlib.Path
        Written to at once, so a failed try leaves half a file there.
    log : logging.Logger
        Told the size and the rate.

    Raises
    ------
    FailedTryError
        If the server does not answer with the whole file.
    OSError
        If the file cannot be written: a full disk is not the network's fault.
    """
    started, received = time.monotonic(), 0
    with _open(url) as response, path.open("wb") as handle:
        announced = response.headers.get("Content-Length") or ""
        total = int(announced) / MEGA if announced.isdigit() else None
        progress = Progress(f"fetching {url}", total, "MB", say=log.info)
        while block := _read(response):
            handle.write(block)
            received += len(block)
            progress.step(_percent(received, announced), amount=len(block) / MEGA)
    if announced.isdigit() and received != int(announced):
        raise FailedTryError(f"the transfer broke off after {received} of {announced} bytes", again=True)
    seconds = max(time.monotonic() - started, 1e-6)
    log.info("fetched %s: %d bytes, %.1f MB/s", url, received, received / seconds / MEGA)


def _percent(received: int, announced: str) -> str:
    """Say how much of a body is here, where its size was announced."""
    return f"{100 * received // int(announced)} %" if announced.isdigit() and int(announced) else ""


def _open(url: str) -> HTTPResponse:
    """Ask for a URL."""
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "seqgraft"})
        response: HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        again = error.code >= 500 or error.code in _BUSY  # asking again does not bring a missing file
        raise FailedTryError(f"the server answered {error.code} {error.reason}", again=again) from None
    except (InvalidURL, ValueError) as error:
        raise FailedTryError(str(error), again=False) from None
    except (OSError, HTTPException) as error:
        again = urlsplit(url).scheme in ("http", "https") and not isinstance(
            getattr(error, "reason", None), ssl.SSLCertVerificationError
        )
        raise FailedTryError(_words(error), again=again) from None
    return response


def _read(response: HTTPResponse) -> bytes:
    """Read the next bytes of a body."""
    try:
        return response.read(_BLOCK)
    except IncompleteRead:  # its own text counts a chunk's bytes, not the file's
        raise FailedTryError("the transfer broke off before the end of the file", again=True) from None
    except (OSError, HTTPException) as error:
        raise FailedTryError(f"the transfer broke off: {_words(error)}", again=True) from None


def _words(error: Exception) -> str:
    """Say what an error of the network means."""
    return str(getattr(error, "reason", error)) or type(error).__name__
