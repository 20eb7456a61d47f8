"""What reports say about strategies, baselines and backbones; changing a sentence here retrains nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Description:
    """A sentence for people and where the method was described.

    Parameters
    ----------
    text : str
        One sentence.
    citation : str
        The paper; empty when it is common practice.
    """

    text: str
    citation: str = ""


STRATEGIES: dict[str, Description] = {
    "scratch": Description("The same network from random weights, trained on the target's labels alone."),
    "zero-shot": Description("The source model as it is; it sees no target label."),
    "linear-probe": Description(
        "The source's backbone is frozen; a logistic regression on its features is the new head.",
        "Alain & Bengio 2016, arXiv:1610.01644",
    ),
    "full": Description(
        "The backbone starts from the source model, the head from random weights; all layers are trained.",
        "Yosinski et al. 2014, arXiv:1411.1792",
    ),
    "full-kept-head": Description(
        "All layers, the head included, start from the source model; all are trained."
    ),
}

BASELINES: dict[str, Description] = {
    "constant": Description("The share of positives among the labels, the same for every sequence."),
    "kmer-logistic": Description(
        "Logistic regression on the letter at each position and on the counts of short words (k-mers)."
    ),
}

BACKBONES: dict[str, Description] = {
    "cnn": Description("Two convolutions with average pooling that keep positions, then a dense layer."),
}
