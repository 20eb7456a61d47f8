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
        "The source's backbone is frozen; a linear model of its features is the new head, solved exactly: a logistic "
        "regression of classes, a ridge regression of numbers.",
        "Alain & Bengio 2016, arXiv:1610.01644",
    ),
    "full": Description(
        "The backbone starts from the source model, the head from random weights; all layers are trained.",
        "Yosinski et al. 2014, arXiv:1411.1792",
    ),
    "full-kept-head": Description(
        "All layers, the head included, start from the source model; all are trained."
    ),
    "zero-shot-calibrated": Description(
        "The source model with a new temperature and threshold, on which the target's labels are spent.",
        "Platt 1999, Advances in Large Margin Classifiers:61; Guo et al. 2017, arXiv:1706.04599",
    ),
    "probe-then-full": Description(
        "A linear probe first, then all layers are trained from its head and the source's backbone.",
        "Kumar et al. 2022, arXiv:2202.10054",
    ),
    "partial": Description(
        "Like full, but the first blocks of the backbone, next to the input, stay as the source has them.",
        "Yosinski et al. 2014, arXiv:1411.1792",
    ),
    "gradual": Description(
        "Like full, but the head is trained first, and the backbone's blocks join one by one, from the output down.",
        "Howard & Ruder 2018, arXiv:1801.06146",
    ),
    "discriminative": Description(
        "Like full, with a learning rate that falls from block to block towards the input.",
        "Howard & Ruder 2018, arXiv:1801.06146",
    ),
    "l2-sp": Description(
        "Like full, with a penalty on the squared distance from the source's weights in place of weight decay.",
        "Li et al. 2018, arXiv:1802.01483",
    ),
    "lora": Description(
        "The source's backbone stays, and each of its layers gets a trained correction of low rank, merged at the end.",
        "Hu et al. 2021, arXiv:2106.09685",
    ),
    "joint": Description(
        "Each step goes on learning from the source's sequences, with their own head, beside the target's.",
        "Caruana 1997, Machine Learning 28:41",
    ),
    "alternating": Description(
        "Steps on the source's sequences, with their own head, and on the target's take turns.",
        "Collobert & Weston 2008, ICML:160",
    ),
    "auto": Description(
        "Chosen among other strategies, and sources where it may, by cross-fitted held-out loss inside the labels.",
        "Jamieson & Talwalkar 2016, arXiv:1502.07943",
    ),
}

BASELINES: dict[str, Description] = {
    "constant": Description(
        "The share of positives among the labels (of numbers their mean), the same for every sequence."
    ),
    "kmer-logistic": Description(
        "Logistic regression on the letter at each position and on the counts of short words (k-mers)."
    ),
    "kmer-ridge": Description(
        "Ridge regression on the letter at each position and on the counts of short words (k-mers).",
        "Hoerl & Kennard 1970, Technometrics 12:55",
    ),
    "nearest-neighbour": Description(
        "The labelled sequences that share the largest part of their words (6 letters in 81 nt) with a sequence vote "
        "on it, each with that part as its weight.",
        "Cover & Hart 1967, IEEE Trans. Inf. Theory 13:21; Edgar 2004, Nucleic Acids Res. 32:1792",
    ),
    "random-backbone": Description(
        "The same network's backbone with random weights, never trained; a linear model of its features is the head, "
        "as for linear-probe.",
        "Jarrett et al. 2009, ICCV:2146",
    ),
}

ESTIMATES: dict[str, Description] = {
    "leep": Description(
        "Log expected empirical prediction: how well the source model's classes, recoded, predict the target's labels.",
        "Nguyen et al. 2020, arXiv:2002.12462",
    ),
    "logme": Description(
        "Log of maximum evidence: how probable the labels are under a Bayesian linear model of the source's features.",
        "You et al. 2021, arXiv:2102.11005",
    ),
    "h-score": Description(
        "The share of the source features' variance that lies between the classes, with a shrunk covariance.",
        "Bao et al. 2019, ICIP:2309; Ibrahim et al. 2021, arXiv:2110.06893",
    ),
    "probe": Description(
        "Mean log likelihood of held-out labels under a linear probe of the source's features."
    ),
    "probe-auroc": Description("AUROC of held-out labels under a linear probe of the source's features."),
    "head-auroc": Description("AUROC of the source model as it is, its head included, on the labels."),
}

BACKBONES: dict[str, Description] = {
    "cnn": Description("Convolutions with average pooling, then a dense layer."),
    "mlp": Description(
        "Dense layers on the one-hot letters of a whole sequence, or of a window around each position."
    ),
    "resnet": Description(
        "Residual blocks of dilated convolutions at full length, then a dense layer.",
        "Yu & Koltun 2016, arXiv:1511.07122; He et al. 2016, arXiv:1603.05027",
    ),
    "embeddings": Description(
        "Vectors that another model made of the sequences, as they are; the head alone is learned."
    ),
    "transformer": Description(
        "A small encoder of self-attention with rotary positions, then a dense layer.",
        "Vaswani et al. 2017, arXiv:1706.03762; Su et al. 2021, arXiv:2104.09864",
    ),
}
