"""Measure what textbook mistakes do to a number: bench/textbook.tsv, quoted in docs/textbook-mistakes.md.

    snakemake --configfile config/bacteria.yaml --cores 2 results/bacteria/data/bsubtilis/records.parquet
    .venv/bin/python bench/textbook.py results/bacteria/data/bsubtilis/records.parquet

Real sequences (B. subtilis promoters and coding fragments, as the study downloads them) and one model, scikit-learn's
logistic regression, so that nothing but the mistake differs. Random draws are seeded.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

BENCH = Path(__file__).resolve().parent
LETTERS = "ACGT"
PENALTIES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
DRAWS = 100


def one_hot(sequences: list[str]) -> np.ndarray:
    """Return four columns per position (N, 4 L), one of them 1."""
    letters = np.array([list(sequence) for sequence in sequences])
    return np.concatenate([letters == letter for letter in LETTERS], axis=1).astype(float)


def integers(sequences: list[str]) -> np.ndarray:
    """Return one column per position (N, L): A, C, G, T as 0, 1, 2, 3."""
    return np.array([[LETTERS.index(letter) for letter in sequence] for sequence in sequences], float)


def score(
    features: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray, penalty: float
) -> float:
    """Fit to `train` and return the AUROC on `test`."""
    model = LogisticRegression(C=penalty, max_iter=2000).fit(features[train], labels[train])
    return float(roc_auc_score(labels[test], model.decision_function(features[test])))


def draw(generator: np.random.Generator, labels: np.ndarray, *sizes: int) -> list[np.ndarray]:
    """Draw disjoint sets of rows, half of each set positive."""
    by_class = [generator.permutation(np.flatnonzero(labels == label)) for label in (0, 1)]
    sets, start = [], 0
    for size in sizes:
        sets.append(np.concatenate([rows[start : start + size // 2] for rows in by_class]))
        start += size // 2
    return sets


def random_labels(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> list[tuple]:
    """Shuffle the labels: nothing can be learned, but much can be fitted."""
    fitted, tested = [], []
    for _ in range(DRAWS):
        train, test = draw(generator, y, 160, 40)
        labels = y.copy()
        rows = np.concatenate([train, test])
        labels[rows] = generator.permutation(y[rows])
        model = LogisticRegression(C=1.0, max_iter=2000).fit(x[train], labels[train])
        fitted.append(model.score(x[train], labels[train]))
        tested.append(roc_auc_score(labels[test], model.decision_function(x[test])))
    low, high = np.quantile(tested, [0.025, 0.975])
    return [
        ("random labels", "accuracy on the 160 labels learned from, mean", np.mean(fitted)),
        ("random labels", "AUROC on 40 others, mean", np.mean(tested)),
        ("random labels", "the same, 2.5 % quantile", low),
        ("random labels", "the same, 97.5 % quantile", high),
    ]


def integer_bases(
    x: np.ndarray, numbers: np.ndarray, y: np.ndarray, generator: np.random.Generator
) -> list[tuple]:
    """Give letters an order and distances that they do not have."""
    rows = []
    for labels in (50, 400):
        found: dict[str, list[float]] = {"one column per letter": [], "integers": []}
        for _ in range(DRAWS // 4):
            train, test = draw(generator, y, labels, 300)
            for name, features in (("one column per letter", x), ("integers", numbers / 3)):
                best = max(PENALTIES, key=lambda c, f=features, t=train: held_out(f, y, t, c))
                found[name].append(score(features, y, train, test, best))
        rows += [("integers for bases", f"AUROC, {labels} labels, {n}", np.mean(v)) for n, v in found.items()]
    return rows


def held_out(x: np.ndarray, y: np.ndarray, train: np.ndarray, penalty: float) -> float:
    """Return the cross-validated AUROC inside the training labels."""
    model = LogisticRegression(C=penalty, max_iter=2000)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_predict(model, x[train], y[train], cv=folds, method="decision_function")
    return float(roc_auc_score(y[train], scores))


def tuned_on_test(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> list[tuple]:
    """Choose among 24 settings by the test part itself, and look at fresh sequences what the choice is worth."""
    claimed, fresh = [], []
    for _ in range(DRAWS):
        train, test, others = draw(generator, y, 50, 40, 300)
        # Penalties crossed with how much of the window the model sees: what one tries in an afternoon.
        windows = [np.arange(x.shape[1]), np.arange(x.shape[1]) % 81 >= 27, np.arange(x.shape[1]) % 81 < 54]
        tries = [(x[:, w], penalty) for w in windows for penalty in PENALTIES]
        on_test = [score(features, y, train, test, penalty) for features, penalty in tries]
        features, penalty = tries[int(np.argmax(on_test))]
        claimed.append(max(on_test))
        fresh.append(score(features, y, train, others, penalty))
    return [
        (
            "tuning on the test part",
            "AUROC claimed: best of 24 settings on 40 test sequences",
            np.mean(claimed),
        ),
        ("tuning on the test part", "AUROC of the same models on 300 others", np.mean(fresh)),
    ]


def copies(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> list[tuple]:
    """Let half of the test part stand among the training sequences, too, as in a published benchmark."""
    honest, leaky = [], []
    for _ in range(DRAWS // 2):
        train, test = draw(generator, y, 100, 100)
        honest.append(score(x, y, train, test, 1.0))
        half = generator.permutation(test)[:50]
        leaky.append(score(x, y, np.concatenate([train, half]), test, 1.0))
    return [
        ("copies across the line", "AUROC, test part apart", np.mean(honest)),
        ("copies across the line", "AUROC, half of the test part also learned from", np.mean(leaky)),
    ]


def one_split(x: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> list[tuple]:
    """Repeat one small experiment with other labels: nothing changes but luck."""
    found = [score(x, y, *draw(generator, y, 50, 60), 0.1) for _ in range(DRAWS)]
    low, high = np.quantile(found, [0.025, 0.975])
    return [
        ("one split", "AUROC, 50 labels, 60 test sequences, 2.5 % quantile over draws", low),
        ("one split", "the same, 97.5 % quantile", high),
    ]


def markdown(table: pd.DataFrame) -> str:
    """Return the table as docs/textbook-mistakes.md quotes it."""
    rows = [f"| {row.mistake} | {row.what} | {row.value:.3f} |" for row in table.itertuples()]
    return "\n".join(["| mistake | what was measured | value |", "|---|---|---|", *rows])


def main() -> None:
    """Measure all mistakes and keep the table."""
    records = pd.read_parquet(sys.argv[1])
    sequences, y = records["sequence"].tolist(), (records["label"] == "promoter").to_numpy(int)
    x, numbers = one_hot(sequences), integers(sequences)
    rows = []
    for number, measure in enumerate((random_labels, tuned_on_test, copies, one_split)):
        rows += measure(x, y, np.random.default_rng(number))
    rows += integer_bases(x, numbers, y, np.random.default_rng(9))
    table = pd.DataFrame(rows, columns=["mistake", "what", "value"]).round({"value": 3})
    table.to_csv(BENCH / "textbook.tsv", sep="\t", index=False, lineterminator="\n")
    print(markdown(table))


if __name__ == "__main__":
    main()
