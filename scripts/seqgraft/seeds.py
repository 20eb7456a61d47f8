"""Random seeds that depend on what is computed, never on when or in which job."""

import hashlib


def seed(*words: object) -> int:
    """Derive a seed from the words that name a computation.

    Parameters
    ----------
    *words : object
        Anything whose ``str`` names the computation, e.g. ``("bacteria", "bsubtilis", "replicate", 3)``.

    Returns
    -------
    int
        63 bits of the SHA-256 of the words, so that neighbouring words give unrelated seeds.
    """
    # A separator that cannot be typed keeps ("ab", "c") apart from ("a", "bc").
    text = "\x1f".join(str(word) for word in words)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
