"""Options of the strategies that have any: one model each, under ``strategy_options``."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from seqgraft.config.base import Settings
from seqgraft.config.learning import Count

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _listed(value: Any) -> Any:
    """Take one number for a list of one."""
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


class PartialOptions(Settings):
    """`partial`: the blocks next to the input stay as the source has them."""

    blocks: int = Field(
        1, ge=1, le=1000, description="How many blocks, from the input on, are not trained; `cnn` has three."
    )


class GradualOptions(Settings):
    """`gradual`: the head is trained first, and one block more after every few epochs, from the output down."""

    epochs_per_block: int = Field(
        2, ge=1, le=1000, description="Passes over the labels until the next block joins."
    )


class DiscriminativeOptions(Settings):
    """`discriminative`: the learning rate falls from the head towards the input."""

    decay: float = Field(
        2.6, ge=1, le=1000, description="A block's learning rate is that of the block above divided by this."
    )


class L2SpOptions(Settings):
    """`l2-sp`: weights are drawn towards those of the source model."""

    strength: Annotated[
        tuple[NotNegative, ...],
        BeforeValidator(_listed, json_schema_input_type=NotNegative | tuple[NotNegative, ...]),
    ] = Field(
        (0.01, 0.1),
        min_length=1,
        description="Weight of half the squared distance from the source's backbone in the loss, to choose from by "
        "held-out loss; one number or a list.",
    )
    head_strength: float = Field(
        0.01,
        ge=0,
        le=1e6,
        description="Weight of half the squared size of the new head's weights in the loss.",
    )


class LoraOptions(Settings):
    """`lora`: each layer gets a correction of low rank, and only the corrections and the head are trained."""

    rank: int = Field(4, ge=1, le=4096, description="Largest rank of a layer's correction.")
    alpha: float = Field(16.0, gt=0, le=1e6, description="Corrections are scaled by this over the rank.")


class JointOptions(Settings):
    """`joint`: each step learns from the source and from the target, each with its own head."""

    weight: Annotated[
        tuple[NotNegative, ...],
        BeforeValidator(_listed, json_schema_input_type=NotNegative | tuple[NotNegative, ...]),
    ] = Field(
        (1.0,),
        min_length=1,
        description="λ of (source loss + λ target loss) / (1 + λ), to choose from by held-out loss; one number or "
        "a list.",
    )


class AlternatingOptions(Settings):
    """`alternating`: a step on the source before each step on the target, each with its own head."""

    source_batches: Count = Field(1, description="Batches of the source before each batch of the target.")


class AutoOptions(Settings):
    """`auto`: the labels choose the strategy, and the source where the target has several."""

    candidates: tuple[str, ...] = Field(
        ("zero-shot-calibrated", "linear-probe", "full", "full-kept-head", "l2-sp", "scratch"),
        min_length=1,
        description="Strategies to choose from; those that keep the source's head are passed over for a source with "
        "other classes.",
    )
    sources: Literal["own", "all"] = Field(
        "own",
        description="`own`: only the transfer's source; `all`: those of the target's other transfers, too.",
    )


class StrategyOptions(Settings):
    """Options of strategies; only those may stand here that the study uses."""

    partial: PartialOptions | None = Field(None, description="Of `partial`.")
    gradual: GradualOptions | None = Field(None, description="Of `gradual`.")
    discriminative: DiscriminativeOptions | None = Field(None, description="Of `discriminative`.")
    l2_sp: L2SpOptions | None = Field(None, alias="l2-sp", description="Of `l2-sp`.")
    lora: LoraOptions | None = Field(None, description="Of `lora`.")
    joint: JointOptions | None = Field(None, description="Of `joint`.")
    alternating: AlternatingOptions | None = Field(None, description="Of `alternating`.")
    auto: AutoOptions | None = Field(None, description="Of `auto`.")


#: The model of the options of each strategy that has any.
OPTIONS: dict[str, type[Settings]] = {
    "partial": PartialOptions,
    "gradual": GradualOptions,
    "discriminative": DiscriminativeOptions,
    "l2-sp": L2SpOptions,
    "lora": LoraOptions,
    "joint": JointOptions,
    "alternating": AlternatingOptions,
    "auto": AutoOptions,
}


def options_of(name: str, settings: StrategyOptions) -> dict[str, Any]:
    """Return all options of a strategy as plain values, defaults filled in; empty for one that has none.

    Parameters
    ----------
    name : str
        The strategy.
    settings : StrategyOptions
        The study's.
    """
    if name not in OPTIONS:
        return {}
    given = getattr(settings, name.replace("-", "_"))
    return (given or OPTIONS[name]()).model_dump(mode="json")
