"""How long a server is waited for, and how much of its misbehaviour is borne."""

from dataclasses import dataclass

PAUSES = (1.0, 4.0, 15.0)  # seconds between tries; most outages of public servers are shorter


@dataclass(frozen=True)
class Limits:
    """What ends a try of the network.

    Parameters
    ----------
    silence : float
        Seconds without a byte, also while connecting.
    window, slowest : float
        A body must bring at least `slowest` bytes per second in each `window` of seconds.
    redirects : int
        How many redirects are followed.
    longest_wait : float
        The longest time in seconds that a server may ask to be left alone (its ``Retry-After``); one that asks for
        more is given up.
    """

    silence: float = 60.0
    window: float = 60.0
    slowest: float = 1000.0
    redirects: int = 10
    longest_wait: float = 120.0


LIMITS = Limits()
