"""Config of a task's alphabet: one by name, or letters of one's own."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from seqgraft.config.base import Settings

_MOST = 255  # tokens are bytes, and one of them stands for unknown letters


class CustomAlphabet(Settings):
    """An alphabet of one's own."""

    letters: str = Field(
        min_length=2, description="The letters that mean one thing each; their order is that of the tokens."
    )
    ambiguous: str = Field(
        "",
        description="Further letters that stand for several or for an unknown one; the first also pads sequences.",
    )
    complements: str = Field(
        "",
        description="The complement of each of `letters` and then of each of `ambiguous`; none where there is no "
        "second strand.",
    )

    @model_validator(mode="after")
    def _one_meaning_each(self) -> Self:
        every = self.letters + self.ambiguous
        for letter in every:
            if every.count(letter) > 1:
                raise ValueError(f"the letter {letter!r} stands twice")
            if not letter.isascii() or not letter.isprintable() or letter in " >;":
                raise ValueError(
                    f"{letter!r} cannot be a letter: blanks, '>', ';' and what is not ASCII are not"
                )
        if len(every) > _MOST:
            raise ValueError(f"{len(every)} letters are more than {_MOST}, and a token is one byte")
        if not self.complements:
            return self
        own = self.complements[: len(self.letters)], self.complements[len(self.letters) :]
        if sorted(own[0]) != sorted(self.letters) or sorted(own[1]) != sorted(self.ambiguous):
            raise ValueError(
                "`complements` must hold each letter of `letters` once, and then each of `ambiguous`"
            )
        pairs = dict(zip(every, self.complements, strict=True))
        for letter, partner in pairs.items():
            if pairs[partner] != letter:
                raise ValueError(
                    f"the complement of {letter!r} is {partner!r}, but that of {partner!r} is another"
                )
        return self


def _kind(given: Any) -> str:
    """Tell a table from a name, so that a mistake is told of the one that was meant."""
    return "[custom]" if isinstance(given, dict | CustomAlphabet) else "[named]"


AlphabetName = Literal["dna", "rna", "protein", "smiles"]
AlphabetSettings = Annotated[
    Annotated[AlphabetName, Tag("[named]")] | Annotated[CustomAlphabet, Tag("[custom]")], Discriminator(_kind)
]
