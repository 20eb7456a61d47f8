"""Further addresses of a published file."""

from collections.abc import Sequence
from urllib.parse import urlsplit

SCHEMES = ("https", "http", "file")


def check_mirrors(url: str | None, mirrors: Sequence[str]) -> None:
    """Refuse addresses that could not be asked, or would be asked twice.

    Parameters
    ----------
    url : str or None
        The file's own address.
    mirrors : sequence of str
        The further ones.

    Raises
    ------
    ValueError
        With a sentence for the user.
    """
    if mirrors and url is None:
        raise ValueError("`mirrors` are further addresses of a `url`, and there is none")
    for address in mirrors:
        parts = urlsplit(address)
        if parts.scheme not in SCHEMES:
            raise ValueError(f"the mirror '{address}' must begin with {', '.join(SCHEMES)}")
        if parts.scheme != "file" and not parts.hostname:
            raise ValueError(f"the mirror '{address}' names no host")
    if len({url, *mirrors}) != len(mirrors) + 1:
        raise ValueError("`url` and `mirrors` name an address twice")
