"""Read which test sequences belong together, for resampling them whole."""

from collections.abc import Iterable
from pathlib import Path

from seqgraft.tables import read_parquet


def read_groups(files: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read the groups of targets whose split keeps groups together.

    Parameters
    ----------
    files : iterable of str
        ``data/<target>/groups.parquet`` of each.

    Returns
    -------
    dict of str to dict of str to str
        By target, the group of each id.
    """
    tables = {Path(path).parent.name: read_parquet(path) for path in files}
    return {target: dict(zip(table["id"], table["group"], strict=True)) for target, table in tables.items()}
