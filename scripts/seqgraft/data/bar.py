"""The line that shows how far a transfer is, with its rate."""

from seqgraft.learn.progress import Progress, duration

MEGA = 1e6
_WIDTH = 20


class Bar(Progress):
    """Progress of a transfer, in bytes; on a terminal a bar stands in the line.

    The other parameters and what is shown when are those of `Progress`.
    """

    def line(self, seconds: float, note: str = "") -> str:
        """Return the line for the state after `seconds`."""
        text = f"{self.label}: {self.done / MEGA:.1f}"
        left = None
        if self.total:
            text += f"/{self.total / MEGA:.1f} MB, {100 * self.done / self.total:.0f} %"
            if self.terminal is not None and self.terminal.present:
                full = min(_WIDTH, int(_WIDTH * self.done / self.total))
                text += f" [{'=' * full}{' ' * (_WIDTH - full)}]"
            left = self.total - self.done
        else:
            text += " MB"
        if self.worked and seconds > 0:
            rate = self.worked / seconds
            text += f", {rate / MEGA:.1f} MB/s" if rate >= MEGA / 10 else f", {rate / 1000:.1f} kB/s"
            if left:
                text += f", about {duration(left / rate)} left"
        return text + (f"; {note}" if note else "")
