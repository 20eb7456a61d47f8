"""Where the fits of one strategy start from: the target on the device, the source models, their features."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from seqgraft.config.learning import BackboneSettings, TrainingSettings
from seqgraft.learn.bundle import Bundle, model_from
from seqgraft.learn.device import on_device
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.lesson import Lesson, lesson_of
from seqgraft.learn.measures import measure_of
from seqgraft.learn.model import Model, build, extract
from seqgraft.learn.names import Strategy
from seqgraft.learn.norms import POLICIES
from seqgraft.seeds import seed


class Start:
    """What all fits of a job share.

    Parameters
    ----------
    strategy : Strategy
        Its facts.
    examples : Examples
        The target.
    test : numpy.ndarray
        Rows of the test part.
    reading : Reading
        Alphabet, length and strands.
    backbone : BackboneSettings
        The backbone.
    training : TrainingSettings
        The search.
    sources : list of Bundle
        The source models; empty for strategies without one.
    device : torch.device
        Where to compute.
    options : mapping, optional
        The strategy's options, as its model in ``config.strategies`` has them.
    source_examples : Examples, optional
        What the source models learned from, for strategies that learn from it again.
    """

    def __init__(
        self,
        strategy: Strategy,
        examples: Examples,
        test: np.ndarray,
        reading: Reading,
        backbone: BackboneSettings,
        training: TrainingSettings,
        sources: list[Bundle],
        device: torch.device,
        options: Mapping[str, Any] | None = None,
        source_examples: Examples | None = None,
    ) -> None:
        self.strategy, self.examples, self.test = strategy, examples, test
        self.reading, self.backbone, self.training = reading, backbone, training
        self.sources, self.device = sources, device
        self.options, self.source_examples = dict(options or {}), source_examples
        self.tokens = on_device(examples.tokens, device)
        self._features: dict[str, np.ndarray] = {}

    def source_of(self, replicate: int) -> Bundle | None:
        """Return the source model that a replicate (1, 2, …) starts from, or None without sources."""
        return self.sources[(replicate - 1) % len(self.sources)] if self.sources else None

    def lesson(self, plan: FitPlan) -> Lesson:
        """Return what a fit learns; under a kept head numbers stay in the units that the source's head gives."""
        source = self.source_of(plan.replicate)
        kept = source.description.get("transforms") if source and self.strategy.head == "kept" else None
        return lesson_of(self.examples.aim, self.examples.labels[plan.rows], self.training, kept)

    def model(self, source: Bundle | None, seed_value: int, rows: np.ndarray | None = None) -> Model:
        """Build a model that starts as the strategy says.

        Parameters
        ----------
        source : Bundle, optional
            The source model; None for random weights.
        seed_value : int
            Seeds what is drawn anew.
        rows : numpy.ndarray, optional
            Examples that it will learn from: a BatchNorm that comes from a source may adapt to them. None where it
            learns nothing and stays as it is.
        """
        if source is None:
            return build(self.reading, self.backbone, seed_value).to(self.device)
        model, _ = self.loaded(source, seed_value)
        model.to(self.device)
        if rows is not None:
            tokens = self.tokens[torch.from_numpy(rows).to(self.device)]
            POLICIES[self.training.batch_norm](model, tokens)
        return model

    def loaded(self, source: Bundle, seed_value: int) -> tuple[Model, pd.DataFrame]:
        """Build a model on the CPU that starts from a source, and the table of what was loaded."""
        return model_from(
            source,
            self.reading,
            self.backbone,
            keep_head=self.strategy.head == "kept",
            seed_value=seed_value,
            position_bound=self.training.position_bound,
        )

    def frozen(self, plan: FitPlan) -> Model:
        """Return the model whose backbone a frozen fit uses: the source's, or an untrained one without sources.

        The untrained one is drawn once per replicate and serves all its train sizes, so that along a learning curve
        only the labels change.
        """
        source = self.source_of(plan.replicate)
        seed_value = 0 if source else seed(*plan.seed_words[:-2], "untrained", plan.replicate)
        return self.model(source, seed_value, plan.rows)

    def features(self, plan: FitPlan) -> np.ndarray:
        """Return the frozen backbone's features (N, F) float64 of all examples, computed once per backbone.

        Of tasks with a label for each residue those of all residues that have one, sequence by sequence.

        Reusing them is many times faster than running the frozen layers in every epoch, and the logits are
        the same because the backbone is in evaluation mode.
        """
        source = self.source_of(plan.replicate)
        name = source.sha256 if source else f"untrained {plan.replicate}"
        if source and self.training.batch_norm == "adapt":
            name += f" adapted to {plan.train_size} of {plan.replicate}"
        if name not in self._features:
            features = extract(self.frozen(plan), self.tokens, self._wanted())
            self._features[name] = features.cpu().numpy().astype(np.float64)
        return self._features[name]

    def _wanted(self) -> torch.Tensor | None:
        """Return the residues (N, L) whose features are needed; None for tasks with one label per sequence."""
        objective = measure_of(self.examples.aim)
        if not objective.per_residue:
            return None
        return torch.from_numpy(objective.labelled(self.examples.labels)).to(self.device)
