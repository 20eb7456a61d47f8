"""Sequences without the letters that filled them up: what is compared must be what was observed."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from seqgraft.data.parts import PARTNERS, SINGLE
from seqgraft.known_alphabets import alphabet_of


def unpadded(records: pd.DataFrame, alphabets: Sequence[str | Mapping[str, Any]]) -> pd.DataFrame:
    """Take the padding of a task with ``length: {policy: pad}`` away again.

    Parameters
    ----------
    records : pandas.DataFrame
        As in ``records.parquet``.
    alphabets : sequence of str or mapping
        Of the sequence, or of the two of a pair.

    Returns
    -------
    pandas.DataFrame
        Without the padding letter at the ends of sequences. Filled up, a peptide of 20 letters in 100 is contained
        in no other one, and an alignment of all its letters covers a fifth of it. An unknown residue that stood at an
        end goes as well; a sequence of nothing else stays as it is.
    """
    columns = PARTNERS if PARTNERS[0] in records else (SINGLE,)
    letters = list(alphabets) * (len(columns) // len(alphabets))
    return records.assign(
        **{
            name: [s.strip(alphabet_of(own).padding) or s for s in records[name]]
            for name, own in zip(columns, letters, strict=True)
        }
    )
