"""Tables as files; apart from `seqgraft.files`, because jobs that write none need not wait for pandas to load."""

import os
from collections.abc import Sequence

import pandas as pd

from seqgraft.errors import SeqgraftError
from seqgraft.files import atomic_path


def write_tsv(table: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table as tab-separated text, six significant digits, atomically."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, sep="\t", index=False, lineterminator="\n", float_format="%.6g")


def write_parquet(table: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table as parquet, atomically; equal tables give equal bytes."""
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False, compression="zstd")


def read_parquet(path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table that an earlier job wrote.

    Parameters
    ----------
    path : path-like
        The file.
    columns : sequence of str, optional
        The columns wanted; all by default.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    SeqgraftError
        If it is no whole parquet file with these columns.
    """
    try:
        return pd.read_parquet(path, columns=None if columns is None else list(columns))
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise SeqgraftError(
            "the table cannot be read: it is damaged, cut short or of another version",
            where=str(path),
            remedy="delete the file and run again; it is made anew",
        ) from None
