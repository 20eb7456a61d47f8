"""The mistake that ends one fit and not its job; apart from the loop, because baselines know it and have no torch."""

from seqgraft.errors import SeqgraftError


class DivergedError(SeqgraftError):
    """The loss became infinite or not a number."""
