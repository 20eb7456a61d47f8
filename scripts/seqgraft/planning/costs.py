"""What parts of a study cost in seconds, from counts of work and the measured speed of a machine.

The constants were measured as CPU time on one core of an AMD EPYC (`REFERENCE`) with torch 2.13.0: the training steps
of eight networks (widths 8 to 256, 81 to 600 letters, batches of 32 and 64) are met within a third by the three
terms of a step.
"""

from dataclasses import dataclass

from seqgraft.config.learning import BackboneSettings
from seqgraft.planning.speed import Speed

# The core on which the constants below were measured, in its own time.
REFERENCE = Speed(calls=0.9e6, products=8.0e10, passes=1.8e9)
STEP = 2.4e-3  # of a step of any size: calls of torch, the optimiser, the average of the weights
PER_OPERATION = 4.5e-11  # forward and backward, per floating-point operation forward
PER_CELL = 1.5e-8  # per filter and letter: activations, pooling, one-hot letters
PREDICTED = 0.4  # a prediction's share of a training step's work
LOGISTIC = 4e-3  # of one logistic regression: one fold and one penalty
LOGISTIC_LABEL = 2e-5  # and of each label in it
# Measured in the same way, scaled by `passes`: random sequences, 81 letters of DNA and 300 residues of protein.
WORD_PAIR = 5e-8  # the share of common words of two sequences
ALIGNED_CELL = 5.5e-9  # a local alignment, per letter of the one and letter of the other
NEIGHBOURS = 7e-3  # of one fit of the nearest neighbours, beside the pairs that it compares
START_TORCH = 3.8  # a job that imports torch, Snakemake's part included
START_PLAIN = 1.8  # any other job
SNAKEMAKE = 5.0  # the main process: reading the workflow, the graph of jobs, this measurement


@dataclass(frozen=True)
class Work:
    """One sequence's work in a network.

    Parameters
    ----------
    operations : float
        Floating-point operations of one forward pass.
    cells : float
        Activations written: of `cnn`, filters times letters.
    """

    operations: float
    cells: float


def work_of(letters: int, length: int, backbone: BackboneSettings) -> Work:
    """Return the work of one sequence.

    Parameters
    ----------
    letters : int
        Letters of the alphabet.
    length : int
        Letters per sequence.
    backbone : BackboneSettings
        The backbone.
    """
    size = backbone.size(letters, length)
    return Work(2.0 * size.multiply_adds, float(size.activations))


def training_seconds(work: Work, steps: float, sequences: float, speed: Speed) -> float:
    """Return the seconds of training steps.

    Parameters
    ----------
    work : Work
        Of one sequence.
    steps : float
        Steps of the optimiser.
    sequences : float
        Sequences shown in all these steps.
    speed : Speed
        Of the machine.
    """
    return steps * STEP * REFERENCE.calls / speed.calls + sequences * _per_sequence(work, speed)


def predicting_seconds(work: Work, sequences: float, speed: Speed) -> float:
    """Return the seconds of predictions."""
    return PREDICTED * sequences * _per_sequence(work, speed)


def logistic_seconds(regressions: float, labels: float, speed: Speed) -> float:
    """Return the seconds of logistic regressions, each on so many labels."""
    return regressions * (LOGISTIC + LOGISTIC_LABEL * labels) * REFERENCE.calls / speed.calls


def word_seconds(pairs: float, speed: Speed) -> float:
    """Return the seconds in which so many pairs of sequences are compared by their words."""
    return pairs * WORD_PAIR * REFERENCE.passes / speed.passes


def alignment_seconds(alignments: float, cells: float, speed: Speed) -> float:
    """Return the seconds of local alignments, each with so many cells: the product of two lengths."""
    return alignments * cells * ALIGNED_CELL * REFERENCE.passes / speed.passes


def neighbours_seconds(labels: float, held_out: float, test: float, speed: Speed) -> float:
    """Return the seconds of one fit of the nearest neighbours; held-out pairs count twice, as all choices are tried."""
    pairs = word_seconds((test + 2 * held_out) * labels, speed)
    return NEIGHBOURS * REFERENCE.calls / speed.calls + pairs


def start_seconds(speed: Speed, *, torch: bool) -> float:
    """Return the seconds until a job begins its work, and those that Snakemake spends on it."""
    return (START_TORCH if torch else START_PLAIN) * REFERENCE.calls / speed.calls


def _per_sequence(work: Work, speed: Speed) -> float:
    """Return the seconds of one sequence in training."""
    return (
        work.operations * PER_OPERATION * REFERENCE.products / speed.products
        + work.cells * PER_CELL * REFERENCE.passes / speed.passes
    )
