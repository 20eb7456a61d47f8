"""The registry of all alphabets that a task may ask for, molecules and those of one's own included."""

from collections.abc import Mapping
from typing import Any

from seqgraft.alphabets import ALPHABETS, Alphabet
from seqgraft.smiles import Smiles

AnyAlphabet = Alphabet | Smiles

KNOWN: dict[str, AnyAlphabet] = {**ALPHABETS, Smiles.name: Smiles()}


def alphabet_of(wanted: str | Mapping[str, Any]) -> AnyAlphabet:
    """Return the alphabet that a task asks for.

    Parameters
    ----------
    wanted : str or mapping
        A name in `KNOWN`, or the ``letters``, ``ambiguous`` and ``complements`` of an alphabet of one's own, as
        in the config.

    Returns
    -------
    Alphabet or Smiles
        One of one's own is called ``custom``.

    Examples
    --------
    >>> alphabet_of({"letters": "HP"}).encode("HPPH").tolist()
    [0, 1, 1, 0]
    """
    if isinstance(wanted, str):
        return KNOWN[wanted]
    ambiguous = str(wanted.get("ambiguous", ""))
    return Alphabet(
        "custom", wanted["letters"], ambiguous, str(wanted.get("complements", "")), ambiguous[:1] or "-"
    )
