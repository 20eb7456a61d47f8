"""What of a source model's weights a target's model starts from: strict, and with a table of every weight.

Convolutions, attention, norms and layers behind a mean do not depend on the length of sequences and are loaded as they
are. The input layer has weights per letter; between alphabets it is loaded letter by letter. Layers with weights for
each place fit one length; between lengths nothing says which place became which, so they are never carried over.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import torch

from seqgraft.errors import SeqgraftError
from seqgraft.learn.examples import VECTOR, Reading
from seqgraft.learn.model import Model

COLUMNS = ["name", "source_shape", "target_shape", "action", "note"]
LOADED, BY_LETTER, NEW, SKIPPED = "loaded", "loaded letter by letter", "re-initialised", "skipped"
_NUCLEIC = frozenset("ACGTU")
_HEAD = "head."


def letters_from(source: Sequence[str], target: Sequence[str]) -> list[int | None]:
    """Find each letter of one alphabet in another.

    Parameters
    ----------
    source, target : sequence of str
        Letters in the order of their tokens.

    Returns
    -------
    list of int or None
        For each letter of the target its place in the source, None where the source does not know it. U and T are
        one letter between DNA and RNA, and two in any other alphabet.

    Raises
    ------
    SeqgraftError
        When one alphabet is of nucleotides and the other is not: the same letters mean other things.
    """
    nucleic = [set(letters) <= _NUCLEIC for letters in (source, target)]
    if nucleic[0] != nucleic[1]:
        raise SeqgraftError(
            f"The source's letters {''.join(source)} and the target's letters {''.join(target)} do not mean the same.",
            where="alphabets of source and target",
            remedy="use a source of the target's kind: nucleotides or amino acids",
        )
    other = {"U": "T"} if all(nucleic) else {}
    known = {other.get(letter, letter): place for place, letter in enumerate(source)}
    return [known.get(other.get(letter, letter)) for letter in target]


@torch.no_grad()
def load_into(
    model: Model,
    weights: Mapping[str, torch.Tensor],
    source: Reading,
    *,
    keep_head: bool,
    position_bound: str = "error",
    where: str = "",
) -> pd.DataFrame:
    """Copy a source model's weights into a model that was drawn at random.

    Parameters
    ----------
    model : Model
        Changed in place; what is not loaded stays as it was drawn.
    weights : mapping of torch.Tensor
        The source's, by name.
    source : Reading
        How the source read its sequences.
    keep_head : bool
        Whether the source's head is loaded too.
    position_bound : {"error", "new"}
        What happens to layers whose weights stand for places in sequences of another length.
    where : str
        The source's place, for messages.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, one row per weight of either model.

    Raises
    ------
    SeqgraftError
        When a weight is missing, unknown or misshapen, so that fewer would be loaded than the model has.
    """
    own, letters, rows, wrong = model.state_dict(), model.reading.letters, [], []
    if VECTOR in (source.letters, letters) and source != model.reading:
        raise SeqgraftError(
            f"The source reads {_read(source)}, the target's model {_read(model.reading)}.",
            where=where,
            remedy="make the embeddings of both tasks with one model",
        )
    anew = _starting_anew(model, weights, source)
    if anew and position_bound == "error":
        raise SeqgraftError(
            f"Weights of the layer {' and '.join(anew)} stand for places in sequences of {source.length} letters, and "
            f"the target's have {model.reading.length}.",
            where=where,
            remedy="give both tasks one length (`length`), use a backbone without such weights (as with "
            "`positions: mean`), or let the layer start anew (`training.position_bound: new`)",
        )
    for name, value in own.items():
        given, layer = weights.get(name), name.removeprefix("backbone.").rsplit(".", 1)[0]
        action, note = LOADED, ""
        if name.startswith(_HEAD) and not keep_head:
            action, note = NEW, "a new head"
        elif layer in anew:
            action, note = NEW, f"stands for places in {source.length} letters, not {model.reading.length}"
        elif given is None:
            wrong.append(f"{name} is missing")
        elif name == f"backbone.{model.backbone.input_layer}.weight" and source.letters != letters:
            filled, read = value.view(len(value), len(letters), -1), _per_letter(given, source.letters)
            if read is None or filled[:, 0].shape != read[:, 0].shape:
                wrong.append(f"{name} has the shape {_shape(given)} for {len(source.letters)} letters")
            else:
                action, note = BY_LETTER, _by_letter(filled, read, source.letters, letters)
        elif value.shape != given.shape:
            wrong.append(f"{name} has the shape {_shape(given)} and not {_shape(value)}")
        else:
            value.copy_(given)
        rows.append((name, "" if given is None else _shape(given), _shape(value), action, note))
    for name in sorted(set(weights) - set(own)):
        if keep_head or not name.startswith(_HEAD):
            wrong.append(f"{name} is unknown")
        rows.append((name, _shape(weights[name]), "", SKIPPED, "the target's model has no such weight"))
    if wrong:
        raise SeqgraftError(
            f"The bundle's weights do not fit the backbone: {', '.join(wrong)}.",
            where=where,
            remedy="pretrain again",
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def counted(layers: pd.DataFrame) -> str:
    """Say in one line how many weights were loaded, and how."""
    counts = layers["action"].value_counts()
    return ", ".join(
        f"{counts[action]} {action}" for action in (LOADED, BY_LETTER, NEW, SKIPPED) if action in counts
    )


def _starting_anew(model: Model, weights: Mapping[str, torch.Tensor], source: Reading) -> list[str]:
    """List the layers whose weights stand for places in sequences of another length."""
    backbone, target, own = model.backbone, model.reading, model.state_dict()
    if source.length == target.length:
        return []
    found = []
    for layer in backbone.position_bound:
        name = f"backbone.{layer}.weight"
        places = [tensor[0].numel() for tensor in (own[name], weights.get(name)) if tensor is not None]
        if layer == backbone.input_layer:  # a weight for each letter at each place
            places = [n / len(each.letters) for n, each in zip(places, (target, source), strict=False)]
        if len(set(places)) > 1:
            found.append(layer)
    return found


def _per_letter(weight: torch.Tensor, letters: Sequence[str]) -> torch.Tensor | None:
    """View weights (O, A, …) or (O, A x L) as (O, A, L); None where they are not of so many letters."""
    if weight.dim() < 2 or weight[0].numel() % len(letters):
        return None
    return weight.reshape(len(weight), len(letters), -1)


def _by_letter(filled: torch.Tensor, read: torch.Tensor, source: Sequence[str], target: Sequence[str]) -> str:
    """Copy the weights (O, A, L) of the letters that both alphabets have, and name the others.

    A letter that the source never saw gets zeros, because that is how the source reads an unknown letter.
    """
    places = letters_from(source, target)
    filled.zero_()
    for letter, place in enumerate(places):
        if place is not None:
            filled[:, letter] = read[:, place]
    new = [letter for letter, place in zip(target, places, strict=True) if place is None]
    gone = [letter for place, letter in enumerate(source) if place not in places]
    parts = [f"new, read as unknown: {', '.join(new)}"] * bool(new)
    return "; ".join(parts + [f"not in the target: {', '.join(gone)}"] * bool(gone))


def _read(reading: Reading) -> str:
    """Say what a model reads."""
    if reading.letters == VECTOR:
        return f"embeddings of {reading.length} numbers"
    return f"sequences of {reading.length} letters"


def _shape(value: torch.Tensor) -> str:
    """Write a shape as ``64x4x11``."""
    return "x".join(map(str, value.shape))
