"""The blocks of a model from its input to its output, and strategies that train them at different speeds."""

from collections.abc import Callable, Mapping
from functools import partial

from seqgraft.errors import SeqgraftError
from seqgraft.learn.gradient import fit_all
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.model import Model
from seqgraft.learn.start import Start
from seqgraft.learn.strategies.recipe import Changes, Recipe, Trial

HEAD = "head"


def blocks_of(model: Model) -> dict[str, int]:
    """Tell for each parameter how far it is from the input.

    Parameters
    ----------
    model : Model
        With a backbone that names its blocks.

    Returns
    -------
    dict of str to int
        By parameter name its block: 0 is next to the input, the number of blocks stands for the head.

    Raises
    ------
    ValueError
        When a parameter of the backbone is in no block or in several.
    """
    blocks = model.backbone.blocks
    found = {}
    for name, _ in model.named_parameters():
        if not name.startswith("backbone."):
            found[name] = len(blocks)
            continue
        inner = name.removeprefix("backbone.")
        own = [k for k, modules in enumerate(blocks) if any(f"{inner}.".startswith(f"{m}.") for m in modules)]
        if len(own) != 1:
            raise ValueError(f"the parameter {name} is in {len(own)} blocks of the backbone, not in one")
        found[name] = own[0]
    return found


def partial_rates(model: Model, frozen: int) -> Callable[[int], Mapping[str, float]]:
    """Leave the first blocks as they are.

    Parameters
    ----------
    model : Model
        What is trained.
    frozen : int
        Blocks from the input on that are not trained.

    Returns
    -------
    callable
        As ``loop.Run`` wants it.
    """
    count = len(model.backbone.blocks)
    if frozen > count:
        raise SeqgraftError(
            f"partial is to freeze {frozen} blocks, and this backbone has {count}.",
            where="config key strategy_options.partial.blocks",
            remedy=f"use 1 to {count}",
        )
    rates = {name: float(block >= frozen) for name, block in blocks_of(model).items()}
    return lambda epoch: rates


def gradual_rates(model: Model, epochs_per_block: int) -> Callable[[int], Mapping[str, float]]:
    """Train the head first, then one block more at a time, from the output down.

    Parameters
    ----------
    model : Model
        What is trained.
    epochs_per_block : int
        Epochs until the next block joins.

    Returns
    -------
    callable
        As ``loop.Run`` wants it.
    """
    blocks, count = blocks_of(model), len(model.backbone.blocks)
    return lambda epoch: {
        name: float(block >= count - epoch // epochs_per_block) for name, block in blocks.items()
    }


def discriminative_rates(model: Model, decay: float) -> Callable[[int], Mapping[str, float]]:
    """Let the learning rate fall with the distance from the head.

    Parameters
    ----------
    model : Model
        What is trained.
    decay : float
        By what the learning rate of a block is divided to give that of the block below.

    Returns
    -------
    callable
        As ``loop.Run`` wants it.
    """
    count = len(model.backbone.blocks)
    rates = {name: decay ** (block - count) for name, block in blocks_of(model).items()}
    return lambda epoch: rates


def _recipe(function: Callable[..., Callable[[int], Mapping[str, float]]], option: str) -> Recipe:
    """Make a recipe of rates that depend on one option."""

    def changes(start: Start, plan: FitPlan, trial: Trial) -> Callable[[int, Model], Changes]:
        return lambda place, model: Changes(rates=function(model, trial.options[option]))

    return Recipe(changes)


fit_partial = partial(fit_all, recipe=_recipe(partial_rates, "blocks"))
fit_gradual = partial(fit_all, recipe=_recipe(gradual_rates, "epochs_per_block"))
fit_discriminative = partial(fit_all, recipe=_recipe(discriminative_rates, "decay"))
