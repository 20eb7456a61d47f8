"""Whether a source's head means the same for a target."""

from collections.abc import Sequence

from seqgraft.errors import SeqgraftError
from seqgraft.learn.bundle import Bundle
from seqgraft.learn.examples import Aim


def check_head(source: Bundle, aim: Aim) -> None:
    """Refuse to keep a head that says other things than the target asks.

    Parameters
    ----------
    source : Bundle
        The source model.
    aim : Aim
        The target's.

    Raises
    ------
    SeqgraftError
        When type, classes or outputs differ.
    """
    said = source.description
    theirs = (said.get("type", "binary"), tuple(source.classes), tuple(said.get("outputs", ())))
    ours = (aim.type, aim.classes or theirs[1], aim.outputs)
    for what, source_has, target_has in zip(("type", "classes", "outputs"), theirs, ours, strict=True):
        if source_has != target_has:
            raise SeqgraftError(
                f"the head of the source model cannot be kept: its {what} is {_words(source_has)}, the target's "
                f"{_words(target_has)}",
                where=str(source.folder),
                remedy="leave out the strategies that use the source's head, or give both tasks the same type, classes "
                "and outputs in the same order",
            )


def _words(value: str | Sequence[str]) -> str:
    """Return names as text."""
    return value if isinstance(value, str) else ", ".join(value) or "none"
