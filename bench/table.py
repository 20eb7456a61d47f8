"""Keep a study's figures: bench/<study>.tsv and the Markdown table of README.md, from results/<study>/.

    .venv/bin/python bench/table.py results/bacteria

The figures in README.md are these and no others; tests/unit/test_furniture.py compares them.
"""

import sys
from pathlib import Path

import pandas as pd

BENCH = Path(__file__).resolve().parent
COLUMNS = ["strategy", "train_size", "is_all", "metric", "mean", "ci_low", "ci_high", "replicates", "n_test"]
METRICS = ["auroc", "mcc"]


def kept(results: Path) -> pd.DataFrame:
    """Return the rows of summary.tsv that are kept: two metrics of every strategy and size."""
    table = pd.read_csv(results / "summary.tsv", sep="\t")
    return table.loc[table["metric"].isin(METRICS), COLUMNS]


def markdown(table: pd.DataFrame, metric: str) -> str:
    """Return one metric as a Markdown table: a row per train size, a column per strategy, mean (interval)."""
    own = table[table["metric"] == metric]
    names = [name for name in dict.fromkeys(own["strategy"]) if name != "constant"]
    lines = [f"| labels | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for (is_all, size), rows in own[own["train_size"] > 0].groupby(["is_all", "train_size"]):
        cells = [_cell(rows, name) or _cell(own[own["train_size"] == 0], name) for name in names]
        lines.append(f"| {f'all ({size})' if is_all else size} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(rows: pd.DataFrame, name: str) -> str:
    """Return a strategy's mean and interval, empty where it has none at this size."""
    found = rows[rows["strategy"] == name]
    if found.empty:
        return ""
    one = found.iloc[0]
    return f"{one['mean']:.3f} ({one['ci_low']:.3f}–{one['ci_high']:.3f})"


def main() -> None:
    """Write the table of one study and print it."""
    results = Path(sys.argv[1])
    table = kept(results)
    table.to_csv(
        BENCH / f"{results.name}.tsv", sep="\t", index=False, lineterminator="\n", float_format="%.6g"
    )
    for metric in METRICS:
        print(f"{metric}\n\n{markdown(table, metric)}\n")


if __name__ == "__main__":
    main()
