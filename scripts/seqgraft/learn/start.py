"""Where the fits of one strategy start from: the target on the device, the source models, their features."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from seqgraft.config.learning import BackboneSettings, TrainingSettings
from seqgraft.learn.bundle import Bundle, model_from
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.jobs import FitPlan
from seqgraft.learn.model import Model, build, extract
from seqgraft.learn.names import Strategy
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
        self.tokens = torch.from_numpy(np.ascontiguousarray(examples.tokens)).to(device)
        self.labels = torch.from_numpy(examples.labels.astype(np.float32)).to(device)
        self._features: dict[str, np.ndarray] = {}

    def source_of(self, replicate: int) -> Bundle | None:
        """Return the source model that a replicate (1, 2, …) starts from, or None without sources."""
        return self.sources[(replicate - 1) % len(self.sources)] if self.sources else None

    def model(self, source: Bundle | None, seed_value: int) -> Model:
        """Build a model that starts as the strategy says; `seed_value` seeds what is drawn anew."""
        if source is None:
            model = build(self.reading, self.backbone, seed_value)
        else:
            kept = self.strategy.head == "kept"
            model, _ = model_from(source, self.reading, self.backbone, keep_head=kept, seed_value=seed_value)
        return model.to(self.device)

    def frozen(self, plan: FitPlan) -> Model:
        """Return the model whose backbone a frozen fit uses: the source's, or an untrained one without sources.

        The untrained one is drawn once per replicate and serves all its train sizes, so that along a learning curve
        only the labels change.
        """
        source = self.source_of(plan.replicate)
        return self.model(source, 0 if source else seed(*plan.seed_words[:-2], "untrained", plan.replicate))

    def features(self, plan: FitPlan) -> np.ndarray:
        """Return the frozen backbone's features (N, F) float64 of all examples, computed once per backbone.

        Reusing them is many times faster than running the frozen layers in every epoch, and the logits are
        the same because the backbone is in evaluation mode.
        """
        source = self.source_of(plan.replicate)
        name = source.sha256 if source else f"untrained {plan.replicate}"
        if name not in self._features:
            features = extract(self.frozen(plan), self.tokens)
            self._features[name] = features.cpu().numpy().astype(np.float64)
        return self._features[name]
