"""Ask a server for a file: redirects, parts of a body, and what its refusals mean."""

import email.utils
import re
import ssl
import string
import time
import urllib.error
import urllib.request
from email.message import Message
from http.client import HTTPException, HTTPResponse, InvalidURL
from typing import NoReturn
from urllib.parse import quote, urljoin, urlsplit

from seqgraft.data.limits import Limits

_WEB = ("http", "https")
_BUSY = (408, 425, 429)  # the answers below 500 that ask to come again later (RFC 9110, RFC 8470, RFC 6585)
_MOVED = (301, 302, 303, 307, 308)
_REFUSED_RANGE = 416


class FailedTryError(Exception):
    """One try of the network that brought no file.

    Parameters
    ----------
    reason : str
        Why.
    again : bool
        Whether the same question may get a better answer in a few seconds.
    wait : float
        Seconds that the server asks to be left alone.
    """

    def __init__(self, reason: str, *, again: bool, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.again = again
        self.wait = wait


class RefusedPartError(FailedTryError):
    """The server has no such part of the file: what was kept of an earlier try is of no use."""


class _MovedError(Exception):
    """The file is said to be elsewhere."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to `ask`, which counts them; urllib would also follow them to other protocols."""

    def _leave(self, *_: object) -> None:
        """Handle nothing, so that the answer arrives as an error."""

    http_error_301 = http_error_302 = http_error_303 = http_error_307 = http_error_308 = _leave  # type: ignore[assignment]


def ask(url: str, limits: Limits, *, start: int = 0) -> HTTPResponse:
    """Ask for a URL's body.

    Parameters
    ----------
    url : str
        Where the file is published.
    limits : Limits
        How many redirects are followed, and how long an answer is waited for.
    start : int
        The byte to begin with; a server may begin with the first one all the same (RFC 9110, 14.2).

    Returns
    -------
    http.client.HTTPResponse
        With status 200, or 206 for a part.

    Raises
    ------
    FailedTryError
        If there is no such answer.
    """
    seen = [url]
    while True:
        try:
            return _asked_once(seen[-1], limits, start)
        except _MovedError as moved:
            further = urljoin(seen[-1], quote(str(moved), safe=string.punctuation, encoding="iso-8859-1"))
        if urlsplit(further).scheme not in _WEB:
            raise FailedTryError(
                f"the server points to '{further}', which is not fetched", again=False
            ) from None
        if further in seen:
            raise FailedTryError("the server redirects in a circle", again=False) from None
        if len(seen) > limits.redirects:
            raise FailedTryError(
                f"the server redirects more than {limits.redirects} times", again=False
            ) from None
        seen.append(further)


def words_of(error: Exception) -> str:
    """Say what an error of the network means."""
    return str(getattr(error, "reason", error)) or type(error).__name__


def _asked_once(url: str, limits: Limits, start: int) -> HTTPResponse:
    """Ask one address."""
    headers = {"User-Agent": "seqgraft"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        request = urllib.request.Request(url, headers=headers)
        opener = urllib.request.build_opener(_NoRedirects)
        response: HTTPResponse = opener.open(request, timeout=limits.silence)
    except urllib.error.HTTPError as error:
        error.close()
        _refused(error, limits, start)
    except (InvalidURL, ValueError) as error:
        raise FailedTryError(str(error), again=False) from None
    except (OSError, HTTPException) as error:
        again = urlsplit(url).scheme in _WEB and not isinstance(
            getattr(error, "reason", None), ssl.SSLCertVerificationError
        )
        raise FailedTryError(words_of(error), again=again) from None
    return response


def _refused(error: urllib.error.HTTPError, limits: Limits, start: int) -> NoReturn:
    """Say what an answer without a body means."""
    if error.code in _MOVED and error.headers.get("Location"):
        raise _MovedError(error.headers["Location"]) from None
    if error.code == _REFUSED_RANGE and start:
        raise RefusedPartError(f"the server answered {error.code} {error.reason}", again=True) from None
    again = error.code >= 500 or error.code in _BUSY  # asking again does not bring a missing file
    wait = _asked_wait(error.headers) if again else 0.0
    if wait > limits.longest_wait:
        raise FailedTryError(
            f"the server answered {error.code} {error.reason} and asks to come again in {wait:.0f} s",
            again=False,
        ) from None
    raise FailedTryError(f"the server answered {error.code} {error.reason}", again=again, wait=wait) from None


def _asked_wait(headers: Message) -> float:
    """Return the seconds that ``Retry-After`` asks for, given as such or as a date (RFC 9110, 10.2.3); else 0."""
    text = (headers.get("Retry-After") or "").strip()
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
