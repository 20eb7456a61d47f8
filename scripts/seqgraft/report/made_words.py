"""What the page says, loudly, of a class that was made because nobody observed it."""

from collections.abc import Mapping
from typing import Any

HOW = {
    "shuffle": "each is an observed sequence with its letters shuffled and neighbouring pairs kept",
    "genome": "each is a window of a genome, with the length and GC content of an observed sequence",
}
MADE = "MADE NEGATIVES"


def made_note(tasks: Mapping[str, Mapping[str, Any]]) -> str:
    """Say which classes were made, and what follows.

    Parameters
    ----------
    tasks : mapping
        The config's ``tasks``.

    Returns
    -------
    str
        Empty where all classes were observed.
    """
    made = [
        f"class {own['class']} of {task.get('title') or name} was made, not observed: {HOW[own['from']]}"
        for name, task in tasks.items()
        if (own := task.get("negatives"))
    ]
    if not made:
        return ""
    listed = "; ".join(made)
    return (
        f"{listed[:1].upper()}{listed[1:]}. Scores say how well observed sequences are told from such ones, "
        "which need not be what they would be on sequences found not to belong to the class."
    )
