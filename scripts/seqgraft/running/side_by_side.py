"""Work on several items at once, in processes that see what is in memory already."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

from seqgraft.running.ending import die_with_parent

Item = TypeVar("Item")
Result = TypeVar("Result")

# What the processes of `each` work on: they inherit it, so that nothing large is sent to them.
_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def each(function: Callable[[Item], Result], items: Sequence[Item], processes: int) -> list[Result]:
    """Call a function on each item and return the results in their order.

    Parameters
    ----------
    function : callable
        Its result is sent back, so it should be small. What it changes in memory is lost.
    items : sequence
        Neither these nor what the function refers to is copied.
    processes : int
        At most so many; changes no result.

    Returns
    -------
    list

    Notes
    -----
    Python's threads take turns in code that is not numpy's own, so processes are used. They are forks, safe on
    Linux alone; elsewhere one item is worked on after the other.
    """
    processes = min(processes, len(items))
    if processes < 2 or sys.platform != "linux":
        return [function(item) for item in items]
    _work.append((function, items))
    try:
        with ProcessPoolExecutor(processes, get_context("fork"), initializer=die_with_parent) as pool:
            return list(pool.map(_one, range(len(items))))
    finally:
        _work.pop()


def _one(index: int) -> Any:
    """Work on one item in a process of its own."""
    function, items = _work[-1]
    return function(items[index])
