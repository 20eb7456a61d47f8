"""Where the fits of one strategy start from: the target on the device, the source models, their features."""

import numpy as np
import torch

from seqgraft.config.learning import BackboneSettings, TrainingSettings
from seqgraft.learn.bundle import Bundle, model_from
from seqgraft.learn.examples import Examples, Reading
from seqgraft.learn.model import Model, build, extract
from seqgraft.learn.names import Strategy


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
    ) -> None:
        self.strategy, self.examples, self.test = strategy, examples, test
        self.reading, self.backbone, self.training = reading, backbone, training
        self.sources, self.device = sources, device
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

    def features(self, source: Bundle) -> np.ndarray:
        """Return the frozen backbone's features (N, F) float64 of all examples, computed once per source.

        Reusing them is many times faster than running the frozen layers in every epoch, and the logits are
        the same because the backbone is in evaluation mode.
        """
        if source.sha256 not in self._features:
            model = self.model(source, seed_value=0)
            self._features[source.sha256] = extract(model, self.tokens).cpu().numpy().astype(np.float64)
        return self._features[source.sha256]
