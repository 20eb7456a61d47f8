"""Config of the backbone: one model per network, chosen by the key `name`; each counts its own size.

The counts are plain arithmetic on the settings, so that a plan of a study can use them without torch; tests hold them
against what torch itself counts.
"""

import difflib
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from seqgraft.config.base import Settings
from seqgraft.config.suggest import suggestion
from seqgraft.errors import SeqgraftError

DEFAULT = "cnn"
WIDEST = 4096  # letters apart that a dilated filter may read
Count = Annotated[int, Field(ge=1)]
Gathering = Literal["kept", "mean", "max"]
Norm = Literal["batch", "group", "layer"]

_POSITIONS = (
    "What the last layer is given: `kept`: all cells, each with its own weights, so that places count and all "
    "sequences have one length; or the `mean` or `max` over all cells."
)
_HIDDEN = "Features given to the head."
_DROPOUT = "Share of features dropped in training."
_NORM = (
    "What the activations are normalised by: statistics of the batch (BatchNorm), of groups of filters of one "
    "sequence, or of one position."
)


class Size(NamedTuple):
    """What a backbone costs and sees.

    Parameters
    ----------
    multiply_adds : int
        Multiplications with addition per sequence.
    receptive_field : int
        Letters that one cell sees before cells are joined.
    activations : int
        Values per sequence that are written and read again: filters times cells, over all layers.
    """

    multiply_adds: int
    receptive_field: int
    activations: int


def odd(widths: tuple[int, ...]) -> tuple[int, ...]:
    """Ask for odd widths, because only they leave every position where it was."""
    if any(width % 2 == 0 for width in widths):
        raise ValueError("kernel widths must be odd, so that a filter is centred on its position")
    return widths


class BackboneSettings(Settings):
    """The shared layers. Called by this name, it makes the settings of the backbone that `name` says.

    Attributes
    ----------
    name : str
        Of the registry.
    per_position : bool
        Whether it also gives features of every position.
    has_batch_norm : bool
        Whether it holds statistics of batches.
    """

    name: str  # first, also in records of a config

    def __new__(cls, *_: Any, **options: Any) -> Self:
        """Find the model of the backbone that is named."""
        if cls is not BackboneSettings:
            return super().__new__(cls)
        return super().__new__(model_of(options.get("name", DEFAULT)))  # type: ignore[return-value]

    @model_validator(mode="before")
    @classmethod
    def _own_options(cls, data: Any) -> Any:
        """Tell an option of another backbone from a misspelt one."""
        for key in data if isinstance(data, dict) else ():
            owners = [name for name, model in SETTINGS.items() if key in model.model_fields]
            if owners and key not in cls.model_fields:
                own = cls.model_fields["name"].annotation.__args__[0]  # type: ignore[union-attr]
                options = [name for name in cls.model_fields if name != "name"]
                close = difflib.get_close_matches(key, options, n=1, cutoff=0.8)
                hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(options)}"
                raise ValueError(f"`{key}` is an option of {', '.join(owners)}, not of {own}; {hint}")
        return data

    @property
    def per_position(self) -> bool:
        """Whether features of every position can be asked for."""
        return getattr(self, "positions", "mean") != "kept"

    @property
    def has_batch_norm(self) -> bool:
        """Whether statistics of batches are kept."""
        return getattr(self, "norm", None) == "batch"

    def size(self, letters: int, length: int) -> Size:
        """Count the work of one sequence.

        Parameters
        ----------
        letters : int
            Letters of the alphabet (A).
        length : int
            Letters per sequence (L).

        Returns
        -------
        Size
        """
        raise NotImplementedError


class CnnSettings(BackboneSettings):
    """`cnn`: stages of a convolution and an average pooling, then a dense layer."""

    name: Literal["cnn"] = Field("cnn", description="`cnn`: convolutions with average pooling.")
    width: int = Field(64, ge=4, le=2048, description="Filters in each of the convolutions.")
    kernels: tuple[Count, ...] = Field(
        (11, 5),
        min_length=1,
        max_length=16,
        description="Width of each convolution, in letters and then in pooled cells; odd numbers.",
    )
    pools: tuple[Count, ...] = Field(
        (3, 3),
        min_length=1,
        max_length=16,
        description="Cells averaged into one after each convolution; small values keep positions.",
    )
    positions: Gathering = Field("kept", description=_POSITIONS)
    hidden: int = Field(64, ge=2, le=4096, description="Features that the dense layer gives to the head.")
    dropout: float = Field(0.3, ge=0, lt=1, description="Share of features dropped before each dense layer.")

    _odd = field_validator("kernels")(odd)

    @model_validator(mode="after")
    def _stages(self) -> Self:
        if len(self.kernels) != len(self.pools):
            raise ValueError(
                f"`kernels` tells of {len(self.kernels)} stages and `pools` of {len(self.pools)}: one entry per stage"
            )
        return self

    def cells(self, length: int) -> list[int]:
        """Return the number of cells before each stage and after the last; a remainder counts where nothing is kept."""
        found = [length]
        for pool in self.pools:
            found.append(found[-1] // pool if self.positions == "kept" else -(-found[-1] // pool))
        return found

    def size(self, letters: int, length: int) -> Size:
        """Count the work of one sequence."""
        cells, field, step, work = self.cells(length), 1, 1, 0
        for stage, (kernel, pool) in enumerate(zip(self.kernels, self.pools, strict=True)):
            work += (self.width if stage else letters) * self.width * kernel * cells[stage]
            field += step * (kernel - 1) + step * (pool - 1)
            step *= pool
        joined = cells[-1] if self.positions == "kept" else 1
        # What the first convolution writes is by far the most, and the planned seconds are measured by it.
        return Size(work + self.width * joined * self.hidden, field, self.width * length)


class MlpSettings(BackboneSettings):
    """`mlp`: dense layers on the one-hot letters of a whole sequence, or of a window around each position."""

    name: Literal["mlp"] = Field(description="`mlp`: dense layers.")
    width: int = Field(128, ge=2, le=8192, description="Values of each dense layer but the last.")
    depth: int = Field(2, ge=1, le=16, description="Dense layers.")
    window: int | None = Field(
        None,
        ge=1,
        description="Letters around each position that are read together, an odd number, the mean over positions being "
        "taken at the end; the whole sequence at once where absent.",
    )
    hidden: int = Field(64, ge=2, le=4096, description=_HIDDEN)
    dropout: float = Field(0.3, ge=0, lt=1, description=_DROPOUT)

    @field_validator("window")
    @classmethod
    def _odd_window(cls, window: int | None) -> int | None:
        if window is not None and window % 2 == 0:
            raise ValueError("must be odd, so that a window is centred on its position")
        return window

    @property
    def per_position(self) -> bool:
        """Whether features of every position can be asked for."""
        return self.window is not None

    @property
    def widths(self) -> list[int]:
        """The number of values that each layer gives."""
        return [self.width] * (self.depth - 1) + [self.hidden]

    def size(self, letters: int, length: int) -> Size:
        """Count the work of one sequence."""
        read = length if self.window is None else self.window
        times = 1 if self.window is None else length
        inputs = [letters * read, *self.widths]
        work = sum(a * b for a, b in zip(inputs, self.widths, strict=False))
        return Size(times * work, read, times * sum(self.widths) + letters * length)


class ResnetSettings(BackboneSettings):
    """`resnet`: residual blocks of dilated convolutions at full length, then a dense layer."""

    name: Literal["resnet"] = Field(description="`resnet`: dilated residual convolutions.")
    width: int = Field(64, ge=4, le=2048, description="Filters of every layer.")
    depth: int = Field(4, ge=1, le=64, description="Residual blocks.")
    stem: int = Field(11, ge=1, description="Width of the first convolution, in letters; odd.")
    kernel: int = Field(5, ge=1, description="Width of each block's dilated convolution; odd.")
    growth: int = Field(
        2, ge=1, le=8, description="How many times wider apart a block's filter reads than that before it."
    )
    norm: Norm = Field("batch", description=_NORM)
    positions: Gathering = Field("mean", description=_POSITIONS)
    pool: int = Field(
        9, ge=1, description="Letters averaged into one cell before the last layer with `positions: kept`."
    )
    hidden: int = Field(64, ge=2, le=4096, description=_HIDDEN)
    dropout: float = Field(0.2, ge=0, lt=1, description=_DROPOUT)

    @field_validator("stem", "kernel")
    @classmethod
    def _odd(cls, width: int) -> int:
        return odd((width,))[0]

    @model_validator(mode="after")
    def _reach(self) -> Self:
        if self.dilations[-1] > WIDEST:
            raise ValueError(
                f"the last of {self.depth} blocks would read letters {self.dilations[-1]} apart, and {WIDEST} is the "
                "most: lower `depth` or `growth`"
            )
        return self

    @property
    def dilations(self) -> list[int]:
        """The dilation of each block."""
        return [self.growth**block for block in range(self.depth)]

    def size(self, letters: int, length: int) -> Size:
        """Count the work of one sequence."""
        each = self.width * (letters * self.stem + self.depth * self.width * (self.kernel + 1))
        joined = length // self.pool if self.positions == "kept" else 1
        field = self.stem + (self.kernel - 1) * sum(self.dilations)
        work = each * length + self.width * joined * self.hidden
        return Size(work, field, self.width * length * (1 + 2 * self.depth))


class TransformerSettings(BackboneSettings):
    """`transformer`: a small encoder with rotary positions, then a dense layer."""

    name: Literal["transformer"] = Field(description="`transformer`: self-attention.")
    width: int = Field(64, ge=4, le=4096, description="Values per position.")
    depth: int = Field(2, ge=1, le=64, description="Layers of attention.")
    heads: int = Field(4, ge=1, le=64, description="Heads of attention; their width must be even.")
    stem: int = Field(
        5, ge=1, description="Letters around each position that its first values are made of; odd."
    )
    expansion: int = Field(2, ge=1, le=16, description="How many times wider the layer inside each block is.")
    positions: Gathering = Field("mean", description=_POSITIONS)
    pool: int = Field(
        9, ge=1, description="Letters averaged into one cell before the last layer with `positions: kept`."
    )
    hidden: int = Field(64, ge=2, le=4096, description=_HIDDEN)
    dropout: float = Field(0.1, ge=0, lt=1, description=_DROPOUT)

    @field_validator("stem")
    @classmethod
    def _odd(cls, width: int) -> int:
        return odd((width,))[0]

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.width % (2 * self.heads):
            raise ValueError(
                f"`width` must be a multiple of twice the `heads` ({2 * self.heads}), because rotary positions turn "
                f"pairs of values, not {self.width}"
            )
        return self

    def size(self, letters: int, length: int) -> Size:
        """Count the work of one sequence."""
        dense = self.width * self.width * (4 + 2 * self.expansion)
        attention = 2 * length * self.width
        joined = length // self.pool if self.positions == "kept" else 1
        each = self.width * letters * self.stem + self.depth * (dense + attention)
        work = each * length + self.width * joined * self.hidden
        written = self.depth * (self.width * (6 + self.expansion) + self.heads * length)
        return Size(work, length, length * (self.width + written))


class EmbeddingsSettings(BackboneSettings):
    """`embeddings`: the vectors that the tasks bring along, as they are."""

    name: Literal["embeddings"] = Field(
        description="`embeddings`: no layer; for tasks with `embeddings`, on which the head alone is learned."
    )
    hidden: ClassVar[int] = 0  # as many features as a vector has numbers

    @property
    def per_position(self) -> bool:
        """Whether features of every position can be asked for."""
        return False

    def size(self, letters: int, length: int) -> Size:
        """Count the work of one sequence: none."""
        return Size(0, length, letters * length)


SETTINGS: dict[str, type[BackboneSettings]] = {
    "cnn": CnnSettings,
    "mlp": MlpSettings,
    "resnet": ResnetSettings,
    "transformer": TransformerSettings,
    "embeddings": EmbeddingsSettings,
}


def model_of(name: str) -> type[BackboneSettings]:
    """Return the settings' model of a backbone.

    Parameters
    ----------
    name : str
        As in a config or a bundle.

    Raises
    ------
    SeqgraftError
        If there is no backbone of that name.
    """
    if name not in SETTINGS:
        raise SeqgraftError(
            f"There is no backbone '{name}'{suggestion(str(name), SETTINGS)}.",
            where="backbone.name",
            remedy="use a backbone of this version",
        )
    return SETTINGS[name]


def _named(value: Any) -> Any:
    """Fill in the name of the default backbone."""
    return {"name": DEFAULT, **value} if isinstance(value, dict) else value


# A further backbone is one more member here and in SETTINGS, and one entry in seqgraft.learn.backbones.BACKBONES.
AnyBackbone = Annotated[
    CnnSettings | MlpSettings | ResnetSettings | TransformerSettings | EmbeddingsSettings,
    Field(discriminator="name"),
    BeforeValidator(_named),
]
