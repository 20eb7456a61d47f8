"""The one exception that carries a message meant for the person who runs a study."""


class SeqgraftError(Exception):
    """A mistake that its maker can mend: in a config, a data file or the machine's set-up.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str, optional
        The file and line, or the path of the config key.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the message on one line per part: what, where, remedy."""
        lines = [self.what]
        if self.where:
            lines.append(f"  where:  {self.where}")
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return "\n".join(lines)
