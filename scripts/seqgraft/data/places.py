"""Where published bytes may lie already: the cache that studies share, and a mirror."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from seqgraft.errors import SeqgraftError

_OFFLINE = "SEQGRAFT_OFFLINE"
_YES = ("1", "true", "yes", "on", "t", "y")
_NO = ("", "0", "false", "no", "off", "f", "n")


def cache_folder() -> Path:
    """Return the cache shared by studies: SEQGRAFT_CACHE, else ``seqgraft`` in the user's cache folder."""
    named = os.environ.get("SEQGRAFT_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "seqgraft"


def cached_path(cache: Path, sha256: str) -> Path:
    """Return where the cache keeps the file with this checksum."""
    return cache / sha256[:2] / sha256


def mirror_name(url: str) -> str:
    """Return ``<host>/<path>`` of a URL, the name of its file in a mirror."""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{unquote(parts.path)}"


def is_offline(asked: bool | str | None) -> bool:
    """Tell whether nothing may be fetched: by the config's `offline`, or by SEQGRAFT_OFFLINE.

    Raises
    ------
    SeqgraftError
        If the variable says neither yes nor no.
    """
    value = os.environ.get(_OFFLINE, "")
    words = value.strip().lower()
    if words not in _YES + _NO:
        raise SeqgraftError(
            f"'{value}' is neither yes nor no",
            where=f"environment variable {_OFFLINE}",
            remedy="set it to 1 to fetch nothing, or to 0",
        )
    return str(asked).strip().lower() in _YES or words in _YES
