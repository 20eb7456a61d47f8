"""The tables that the page carries inside it, so that every number on it can be looked up."""

import base64
import gzip
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import yaml

from seqgraft.report import text
from seqgraft.report.inputs import ReportInputs

#: Bytes of one file inside the page; a larger one is compressed, and left out where that is not enough.
LARGEST_DOWNLOAD = 400_000
#: Above this it is compressed where the page has many transfers, and room for other things is scarce.
LARGEST_BESIDE_MANY = 50_000
#: Bytes of all of them together.
ALL_DOWNLOADS = 1_200_000

_ABOUT = {
    "source_scores.tsv": "what each source promised before training",
    "source_matrix.tsv": "what each source gave",
    "source_ranking.tsv": "how well the promises foretold the gains",
    "forgetting.tsv": "what fine-tuned models still know of their source",
    "ablation.tsv": "the gain by the size of the source",
    "leak_claims.tsv": "what would have been claimed with the leaks left in",
    "identity_bands.tsv": "scores by identity to training sequences",
    "metrics.tsv": "every metric of every fit",
    "verdicts.json": "the verdict of each transfer, with its sentence, cautions and choices",
}


@dataclass(frozen=True)
class Download:
    """One file inside the page; no address where it is too large for that."""

    file: str
    about: str
    uri: str


def tables_of(inputs: ReportInputs) -> Iterator[tuple[str, str, str]]:
    """Yield every table of a study as text.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Yields
    ------
    file, about, content : str
    """
    written: list[tuple[str, str, pd.DataFrame]] = [
        ("summary.tsv", "all metrics by strategy and train size", inputs.summary),
        ("comparisons.tsv", "all differences with intervals and p-values", inputs.comparisons),
        ("savings.tsv", "label savings", inputs.savings),
        ("calibration.tsv", "whether probabilities can be trusted", inputs.calibration),
        ("reliability.tsv", "the bins of the reliability figures", inputs.reliability),
        ("suspicions.tsv", "what looks suspicious", inputs.suspicions),
    ]
    for file, about, table in written:
        if table.empty and file == "suspicions.tsv":
            continue
        yield file, _with_rows(about, table), _tsv(table)
    for file, content in inputs.attachments.items():
        yield file, _ABOUT.get(file, "a table of the study"), content
    lists = [
        ("leakage.tsv", "what was checked for leaks", inputs.leakage),
        ("excluded.tsv", "what was left out", inputs.excluded),
    ]
    for file, about, table in lists:
        yield file, _with_rows(about, table), _tsv(table)
    models = source_histories(inputs)
    if not models.empty:
        yield "source-models.history.tsv", _with_rows("how the source models learned", models), _tsv(models)
    fits = fit_histories(inputs)
    if not fits.empty:
        yield "fits.history.tsv", _with_rows("what every fit chose and how long it took", fits), _tsv(fits)
    for task, table in inputs.rejects.items():
        about = f"rejected or changed sequences of {inputs.title_of(task)}"
        yield f"rejects.{task}.tsv", _with_rows(about, table), _tsv(table)
    config = yaml.safe_dump(inputs.config, sort_keys=False, allow_unicode=True, width=100)
    yield "config.yaml", "the config as understood", config


def source_histories(inputs: ReportInputs) -> pd.DataFrame:
    """Put the histories of all source models into one table."""
    tables = []
    for folder, model in inputs.source_models.items():
        source, number = folder.rsplit("/", 1)
        kept = model.history["epoch"] == model.bundle.get("epochs")
        tables.append(model.history.assign(source=source, model=int(number) + 1, kept=kept))
    return _joined(tables, ["source", "model"])


def fit_histories(inputs: ReportInputs) -> pd.DataFrame:
    """Put the histories of all fits into one table."""
    tables = []
    for folder, history in inputs.histories.items():
        scope, strategy = folder.split("/")[-2:]
        tables.append(history.assign(scope=scope, strategy=strategy))
    return _joined(tables, ["scope", "strategy"])


def _joined(tables: list[pd.DataFrame], first: list[str]) -> pd.DataFrame:
    """Put tables below each other, some columns first."""
    # Columns that are empty in one table and numbers in another would give a warning, and mean the same.
    kept = [table.dropna(axis=1, how="all") for table in tables if not table.empty]
    if not kept:
        return pd.DataFrame()
    joined = pd.concat(kept, ignore_index=True)
    return joined[[*first, *[column for column in joined.columns if column not in first]]]


def downloads(inputs: ReportInputs, more: list[tuple[str, str, str]], *, small: bool) -> list[Download]:
    """List the files that the page carries.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    more : list of (str, str, str)
        Further files: name, what it is, content.
    small : bool
        Whether room must be saved.

    Returns
    -------
    list of Download
        In order of importance; the last ones are the first to be left out where there is too much.
    """
    study = str(inputs.config["study"])
    found, used = [], 0
    for file, about, content in [*more, *tables_of(inputs)]:
        data = content.encode()
        amount = f"{about}; {text.size(len(data))}"
        kind = "text/tab-separated-values" if file.endswith(".tsv") else "text/plain"
        if len(data) > (LARGEST_BESIDE_MANY if small else LARGEST_DOWNLOAD):
            # No date in the header: the same table gives the same page.
            data, file, kind = gzip.compress(data, 9, mtime=0), f"{file}.gz", "application/gzip"
            amount += f", compressed {text.size(len(data))}"
        if len(data) > LARGEST_DOWNLOAD or used + len(data) > ALL_DOWNLOADS:
            name = file.removesuffix(".gz")
            found.append(Download(name, f"{about}: too large for this page, see results/{study}/", ""))
            continue
        used += len(data)
        found.append(Download(file, amount, data_uri(data, kind)))
    return found


def data_uri(content: bytes, kind: str) -> str:
    """Put a file's content into an address."""
    charset = "" if kind == "application/gzip" else ";charset=utf-8"
    return f"data:{kind}{charset};base64,{base64.b64encode(content).decode()}"


def _with_rows(about: str, table: pd.DataFrame) -> str:
    """Say how many rows a table has."""
    return f"{about}; {text.plural(len(table), 'row')}"


def _tsv(table: pd.DataFrame) -> str:
    """Write a table as the study's own files are written."""
    return str(table.to_csv(sep="\t", index=False, lineterminator="\n", float_format="%.6g"))
