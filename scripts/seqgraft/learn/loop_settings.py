"""What a training run needs to know of a study's settings."""

from dataclasses import dataclass

from seqgraft.config.learning import PretrainingSettings, TrainingSettings


@dataclass(frozen=True)
class LoopSettings:
    """What a run needs to know of the settings.

    Parameters
    ----------
    learning_rate, weight_decay : float
        Of the optimiser.
    batch_size : int
        Sequences per step.
    token_dropout : float
        Share of letters shown as unknown.
    shift : int
        Largest shift in letters.
    optimizer : str
        A name in ``optimizer.OPTIMIZERS``.
    momentum : float
        Of ``sgd``.
    schedule : str
        ``constant``, or a name in ``schedules.SCHEDULES``.
    epochs : int
        Where a schedule that falls comes to its end.
    precision : {"auto", "fp32", "bf16"}
        Numbers in training steps.
    compile : bool
        Whether torch compiles the network first.
    """

    learning_rate: float
    weight_decay: float
    batch_size: int
    token_dropout: float = 0.0
    shift: int = 0
    optimizer: str = "adamw"
    momentum: float = 0.9
    schedule: str = "constant"
    epochs: int = 0
    precision: str = "auto"
    compile: bool = False


def loop_settings(
    training: TrainingSettings | PretrainingSettings, learning_rate: float, weight_decay: float
) -> LoopSettings:
    """Return what a run needs of the settings."""
    return LoopSettings(
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        batch_size=training.batch_size,
        token_dropout=training.token_dropout,
        shift=training.shift,
        optimizer=training.optimizer,
        momentum=training.momentum,
        schedule=training.schedule,
        precision=training.precision,
        compile=training.compile,
    )
