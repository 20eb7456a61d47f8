"""How the examples of one pass are cut into batches: at random, and where lengths differ, alike together."""

import torch

POOL = 16  # batches among which sequences of like length are put together; the rest stays random


def random_batches(count: int, size: int, lengths: torch.Tensor | None = None) -> list[torch.Tensor]:
    """Cut all examples, in a random order, into batches.

    Where lengths differ, the examples are sorted by length within each stretch of 16 batches of a random order, and
    then the batches are shuffled: little is padded, and no two passes have the same batches.

    Parameters
    ----------
    count : int
        Examples.
    size : int
        Examples per batch; the last one has what is left.
    lengths : torch.Tensor, optional
        (n,) letters of each example, on the CPU.

    Returns
    -------
    list of torch.Tensor
        int64 rows, on the CPU: the same on every device.
    """
    order = torch.randperm(count)
    if lengths is None:
        return list(order.split(size))
    batches = []
    for stretch in order.split(POOL * size):
        batches += stretch[torch.argsort(lengths[stretch], stable=True)].split(size)
    return [batches[place] for place in torch.randperm(len(batches)).tolist()]
