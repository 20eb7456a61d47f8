"""results/README.md is the documented format: it names every column of every table, under that table's heading."""

import re
from pathlib import Path

import pandas as pd
import pytest
from fake_predictions import make_study

from seqgraft.data.checks import REJECT_COLUMNS
from seqgraft.data.clean import CARRIED
from seqgraft.data.identity import COLUMNS as IDENTITY
from seqgraft.data.leakage import EXCLUDED_COLUMNS, FOUND_COLUMNS, LEAKAGE_COLUMNS
from seqgraft.data.split import COLUMNS as SPLITS
from seqgraft.data.splitting.groups import COLUMNS as GROUPS
from seqgraft.evaluate import evaluate
from seqgraft.learn.forgetting import COLUMNS as FORGETTING
from seqgraft.learn.jobs import HISTORY_COLUMNS, PREDICTION_COLUMNS
from seqgraft.learn.source_model import HISTORY_COLUMNS as SOURCE_HISTORY
from seqgraft.learn.source_scores import COLUMNS as SCORES
from seqgraft.stats.ablation import COLUMNS as ABLATION
from seqgraft.stats.identity_bands import COLUMNS as BANDS
from seqgraft.stats.leak_claims import COLUMNS as CLAIMS
from seqgraft.stats.source_matrix import COLUMNS as MATRIX
from seqgraft.stats.source_ranking import COLUMNS as RANKING

ROOT = Path(__file__).resolve().parents[2]
#: Tables that `evaluate` does not write, with what scripts put before the library's columns.
OTHERS = {
    "leakage.tsv": LEAKAGE_COLUMNS,
    "excluded.tsv": ["task", *EXCLUDED_COLUMNS],
    "leaks.tsv": FOUND_COLUMNS,
    "leak_claims.tsv": CLAIMS,
    "rejects.tsv": REJECT_COLUMNS,
    "records.parquet": ["id", "sequence", "sequence_1", "sequence_2", "label", *CARRIED],
    "splits.parquet": [*SPLITS, "group"],
    "groups.parquet": GROUPS,
    "predictions.parquet": PREDICTION_COLUMNS,
    "history.tsv": [*HISTORY_COLUMNS, *SOURCE_HISTORY],
    "source_scores.tsv": ["transfer", "source", "target", *SCORES],
    "source_matrix.tsv": MATRIX,
    "source_ranking.tsv": RANKING,
    "forgetting.tsv": [
        "transfer", "strategy", "train_size", "is_all", "replicate", "source_model", *FORGETTING,
    ],
    "ablation.tsv": ABLATION,
    "identity.parquet": IDENTITY,
    "identity_bands.tsv": BANDS,
}  # fmt: skip


def headed() -> dict[str, str]:
    """Return what stands under the heading of each file."""
    page = (ROOT / "results/README.md").read_text()
    parts = re.split(r"^##+ ", page, flags=re.MULTILINE)
    return {part[1 : part.index("`", 1)]: part.split("\n", 1)[1] for part in parts if part.startswith("`")}


def named(words: str) -> set[str]:
    """Return the names in code type."""
    return {name for code in re.findall(r"`([^`]+)`", words) for name in re.findall(r"[a-z_]+\d?", code)}


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("columns")
    tables = evaluate(*make_study(folder, n_test=60, sizes=((40, False), (80, True)), replicates=2, draws=20))
    found = {f"{name}.tsv": table for name, table in vars(tables).items() if isinstance(table, pd.DataFrame)}
    return {name: list(table.columns) for name, table in found.items()}


def test_every_column_is_named_under_its_table(evaluated):
    told = headed()
    for file, columns in (evaluated | OTHERS).items():
        assert not set(columns) - named(told[file]), file


def test_every_table_that_rules_write_has_a_heading(evaluated):
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    written = set(re.findall(r"\"results/\{study\}/(?!benchmarks)[^\"]*?([a-z_]+\.tsv)\"", rules))
    assert {"summary.tsv", "rejects.tsv", "history.tsv"} <= written
    assert written <= set(headed())
    assert set(evaluated | OTHERS) == set(headed())
