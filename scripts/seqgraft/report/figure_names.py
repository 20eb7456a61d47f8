"""Names of a study's figure files, from its config alone; the workflow asks for them before anything has run."""

from collections.abc import Sequence

#: Formats of every figure: for the web, for a paper, for slides.
FORMATS = ("svg", "pdf", "png")
#: One transfer's figures, one source's, and the one of a study with several transfers.
LEARNING_CURVE, COMPARISONS, RELIABILITY = "learning-curve", "comparisons", "reliability"
IDENTITY, TRAINING, MATRIX = "identity", "training", "matrix"
#: The gain against the size of the source, of transfers for which a study asks for it.
SOURCE_SIZE = "source-size"
#: What stands before the name of the figure that shows all transfers at once.
ALL_TRANSFERS = "transfers"


def figure_names(transfers: Sequence[str], sources: Sequence[str], ablated: Sequence[str] = ()) -> list[str]:
    """Name all figures of a study, without a format's ending.

    Parameters
    ----------
    transfers : sequence of str
        Names of the transfers, e.g. ``ecoli--bsubtilis``.
    sources : sequence of str
        Sources as in paths, e.g. ``ecoli``.
    ablated : sequence of str
        Names of the transfers whose source was also used in part.

    Returns
    -------
    list of str
        ``<transfer>.learning-curve``, ``<transfer>.comparisons``, ``<transfer>.reliability`` and
        ``<transfer>.identity`` of each transfer, ``<sources>.training`` of each source, ``<transfer>.source-size`` of
        each of `ablated`, and ``transfers.matrix`` where there are several transfers.
    """
    kinds = (LEARNING_CURVE, COMPARISONS, RELIABILITY, IDENTITY)
    names = [f"{name}.{kind}" for name in transfers for kind in kinds]
    names += [f"{name}.{TRAINING}" for name in sources]
    names += [f"{name}.{SOURCE_SIZE}" for name in ablated]
    return names + ([f"{ALL_TRANSFERS}.{MATRIX}"] if len(transfers) > 1 else [])


def figure_file_names(
    transfers: Sequence[str], sources: Sequence[str], ablated: Sequence[str] = ()
) -> list[str]:
    """Name all files in ``figures/``: every figure in every format.

    Parameters
    ----------
    transfers, sources, ablated : sequence of str
        As for `figure_names`.

    Returns
    -------
    list of str
        E.g. ``ecoli--bsubtilis.learning-curve.pdf``.
    """
    return [f"{name}.{ending}" for name in figure_names(transfers, sources, ablated) for ending in FORMATS]
