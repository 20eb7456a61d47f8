"""Draw the predictions of one simulated study."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqgraft.truth.worlds import SCRATCH, World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Logits per standard deviation of the score: about those of calibrated fits.
SCALE = 1.5
#: Share of positives among held-out examples.
PREVALENCE = 0.27


@dataclass(frozen=True)
class Predictions:
    """Logits of one study.

    Parameters
    ----------
    labels : ndarray of bool, shape (N,)
        Of the test part.
    test : dict of str to ndarray of float64, shape (S, R, N)
        By strategy.
    held_labels : list of ndarray of bool, shape (H,)
        By train size; empty where nothing is held out.
    held : dict of str to list of ndarray of float64, shape (R, H)
        By strategy and train size.
    """

    labels: Bools
    test: dict[str, Floats]
    held_labels: list[Bools]
    held: dict[str, list[Floats]]


def draw(world: World, generator: np.random.Generator) -> Predictions:
    """Draw one study.

    Parameters
    ----------
    world : World
        What is planted.
    generator : numpy.random.Generator
        Of this study alone.

    Returns
    -------
    Predictions

    Notes
    -----
    The binormal model of Roe & Metz (1997, Academic Radiology 4:298), replicates in place of readers and strategies
    in place of modalities: score = distance of this fit, for a positive, plus errors of the example.
    """
    labels = np.arange(sum(world.test)) < world.positives(generator, 1)
    common = np.sqrt(world.shared) * generator.normal(size=len(labels))
    sizes, replicates = len(world.sizes), world.replicates
    luck = world.labels * generator.normal(size=(sizes, replicates))
    held_labels = [np.arange(n) < round(PREVALENCE * n) for n in world.sizes] if world.held_out else []
    # Held-out examples are other ones in each replicate, and the same ones for all strategies.
    held_common = [np.sqrt(world.shared) * generator.normal(size=(replicates, len(y))) for y in held_labels]
    test, held = {}, {}
    for strategy in world.curves:
        distances = world.distances(strategy)
        fits = distances[:, None] + luck + world.own * generator.normal(size=luck.shape)
        if world.model and strategy != SCRATCH:
            models = generator.normal(size=world.source_models)
            fits = fits + world.model * models[np.arange(replicates) % world.source_models]
        peculiar = np.sqrt(world.strategy) * generator.normal(size=len(labels))
        score = fits[:, :, None] * labels + common + peculiar
        score += np.sqrt(world.noise) * generator.normal(size=score.shape)
        middle = distances / 2
        test[strategy] = SCALE * (score - middle[:, None, None])
        held[strategy] = [
            SCALE * (fit[:, None] * y + shared + _rest(world, generator, shared.shape) - centre)
            for fit, y, shared, centre in zip(fits, held_labels, held_common, middle, strict=False)
        ]
    return Predictions(labels, test, held_labels, held)


def _rest(world: World, generator: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Errors on held-out examples that other strategies do not make."""
    return np.sqrt(world.strategy + world.noise) * generator.normal(size=shape)
