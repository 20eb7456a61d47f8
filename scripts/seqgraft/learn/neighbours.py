"""What a sequence's nearest labelled neighbours vote for; how near they are, shared words say (`seqgraft.data.words`).

Every pair is compared: with 4,000 test sequences and 4,000 labels of 81 letters that takes seconds, where edit
distances take minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from seqgraft.data.words import blocks, similarity
from seqgraft.learn.choosing import Member, pooled
from seqgraft.learn.measures import BINARY, Measure

NEIGHBOURS = (1, 3, 5, 9, 17, 33)
PRIORS = (
    0.03,
    0.1,
    0.3,
    1.0,
)  # how many wholly identical neighbours the share of positives weighs as much as


@dataclass(frozen=True)
class Vote:
    """The neighbours' vote with what was chosen for it, and its held-out predictions.

    Parameters
    ----------
    neighbours : int
        How many vote; all that are as near as the last of them vote, too.
    prior : float
        Weight of the share of positives among the labels, against 1 for an identical neighbour.
    held_out_loss : float
        Log loss of the held-out examples, in nats.
    held_out_rows, held_out : numpy.ndarray
        (H,) positions held out, and their logits.
    test : numpy.ndarray
        (T,) logits of the test part, the members' averaged.
    """

    neighbours: int
    prior: float
    held_out_loss: float
    held_out_rows: np.ndarray
    held_out: np.ndarray
    test: np.ndarray


def vote(
    near: np.ndarray, labels: np.ndarray, neighbours: int, prior: float, objective: Measure = BINARY
) -> np.ndarray:
    """Let the nearest labelled sequences vote, each with its similarity as weight.

    Parameters
    ----------
    near : numpy.ndarray
        (A, B) similarities to the labelled sequences.
    labels : numpy.ndarray
        (B,) 0 or 1, of both kinds; of other objectives as they are learned.
    neighbours : int
        How many vote; all that are as near as the last of them do, so that the order of the labels is of no account.
    prior : float
        Weight of the share of positives.
    objective : Measure
        What is learned: yes or no, one class of several, or one number.

    Returns
    -------
    numpy.ndarray
        (A,) logits of (prior * share + sum of similarities to positives) / (prior + sum of similarities); of several
        classes (A, K) their logarithms, a class without any label having half a label's share; of numbers the weighted
        mean of the neighbours' and, with the weight `prior`, all labels' mean.
    """
    share = labels.mean()
    last = near.shape[1] - min(neighbours, near.shape[1])
    threshold = np.partition(near, last, axis=1)[:, last, None]
    weights = np.where(near >= threshold, near, 0.0)
    if objective.family == "softmax":
        codes = labels.astype(np.int64)
        shares = np.exp(objective.constant(codes))
        return np.log(prior * shares + weights @ np.eye(objective.outputs)[codes])
    if objective.family == "numbers":
        return (prior * share + weights @ labels) / (prior + weights.sum(axis=1))
    for_it, against = weights @ labels, weights @ (1 - labels)
    return np.log(prior * share + for_it) - np.log(prior * (1 - share) + against)


def search(
    sets: sp.csr_matrix,
    labels: np.ndarray,
    parts: Sequence[Member],
    test: sp.csr_matrix,
    objective: Measure = BINARY,
) -> Vote:
    """Choose number of neighbours and prior by the held-out loss, and let every member's labels vote.

    Parameters
    ----------
    sets : scipy.sparse.csr_matrix
        (n, W) words of the fit's labelled sequences.
    labels : numpy.ndarray
        (n,) 0 or 1; of other objectives as they are learned.
    parts : sequence of Member
        The members. Members that hold the same labels vote alike, so one of them is asked.
    test : scipy.sparse.csr_matrix
        (T, W) words of the test part.
    objective : Measure
        What is learned.

    Returns
    -------
    Vote
        Of equal losses the first in the order of `NEIGHBOURS` and `PRIORS`.
    """
    labels = labels.astype(np.float64)
    distinct = [part for k, part in enumerate(parts) if k == 0 or not np.array_equal(part.fit, parts[0].fit)]
    near = [similarity(sets[part.held_out], sets[part.fit]) for part in distinct]
    found: list[tuple[float, int, float, np.ndarray, np.ndarray]] = []
    for neighbours in NEIGHBOURS:
        for prior in PRIORS:
            logits = [
                vote(s, labels[part.fit], neighbours, prior, objective)
                for s, part in zip(near, distinct, strict=True)
            ]
            rows, held_out = pooled(distinct, logits)
            found.append((objective.held_out_loss(held_out, labels[rows]), neighbours, prior, rows, held_out))
    loss, neighbours, prior, rows, held_out = min(found, key=lambda one: one[0])
    asked = []
    for block in blocks(test, sets.shape[0]):
        near_test = similarity(block, sets)
        asked.append(
            np.mean(
                [
                    vote(near_test[:, part.fit], labels[part.fit], neighbours, prior, objective)
                    for part in distinct
                ],
                axis=0,
            )
        )
    return Vote(neighbours, prior, loss, rows, held_out, np.concatenate(asked))
