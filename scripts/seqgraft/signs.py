"""The true minus sign, which text has and tables of numbers have not."""

MINUS = "−"


def true_minus(words: str) -> str:
    """Put a true minus for every hyphen of a text that has no other hyphens.

    Parameters
    ----------
    words : str
        Numbers, and words without hyphens.

    Returns
    -------
    str
    """
    return words.replace("-", MINUS)
