"""A small study for the report: planted numbers in the columns that the pipeline writes."""

import json
import math
from collections.abc import Sequence
from itertools import permutations

import pandas as pd
from report_fixture_parts import data_summary, fit_history, source_model, task

from seqgraft.config.learning import PretrainingSettings, TrainingSettings
from seqgraft.report.inputs import ReportInputs

SIZES = ((50, False), (200, False), (900, True))
METRICS = ("auroc", "mcc", "log_loss")
STRATEGIES = ("scratch", "zero-shot", "linear-probe", "full", "full-kept-head")
BASELINES = ("constant", "kmer-logistic")
NAN = math.nan

#: AUROC at the three sizes.
CURVES = {
    "scratch": (0.8511, 0.9222, 0.9777),
    "linear-probe": (0.9333, 0.9444, 0.9555),
    "full": (0.9012, 0.9501, 0.9791),
    "full-kept-head": (0.9511, 0.9622, 0.9801),
    "kmer-logistic": (0.8811, 0.9011, 0.9411),
    "constant": (0.5, 0.5, 0.5),
    "chosen": (0.9498, 0.9611, 0.9799),
}


def summary_rows(transfer: str, replicates: int, gain: float = 1.0) -> list[dict]:
    rows = []
    for name in (*STRATEGIES, *BASELINES, "chosen"):
        kind = "baseline" if name in BASELINES else "chosen" if name == "chosen" else "strategy"
        sizes = ((0, False),) if name == "zero-shot" else SIZES
        for place, (size, is_all) in enumerate(sizes):
            auroc = 0.9466 if name == "zero-shot" else CURVES[name][place]
            if name == "chosen":
                auroc = CURVES["scratch"][place] + gain * (auroc - CURVES["scratch"][place])
            for metric, mean, half in (
                ("auroc", auroc, 0.011),
                ("mcc", 2 * auroc - 1.1, 0.051),
                ("log_loss", 1.1 - auroc, 0.03),
            ):
                rows.append(
                    {
                        "transfer": transfer,
                        "strategy": name,
                        "kind": kind,
                        "train_size": size,
                        "is_all": is_all,
                        "metric": metric,
                        "mean": mean,
                        "sd": 0.01,
                        "ci_low": mean - half,
                        "ci_high": mean + half,
                        "df": 20.0,
                        "replicates": 3 if name == "zero-shot" else replicates,
                        "n_test": 412,
                        "note": "prior not adapted" if name == "zero-shot" and metric != "auroc" else "",
                    }
                )
    return rows


def comparison_rows(transfer: str, verdict: dict) -> list[dict]:
    tested = verdict["p_value"] is not None
    head = {
        "transfer": transfer,
        "metric": "auroc",
        "verdict": "",
        "df": 20.0,
        "replicates": verdict["replicates"],
    }
    rows = [
        {
            **head,
            "strategy": "chosen",
            "reference": "scratch",
            "train_size": "curve",
            "is_all": False,
            "role": "primary",
            "difference": verdict["difference"],
            "ci_low": verdict["ci_low"],
            "ci_high": verdict["ci_high"],
            "p_value": verdict["p_value"] if tested else NAN,
            "p_adjusted": verdict["p_adjusted"] if tested else NAN,
            "verdict": verdict["verdict"],
        }
    ]
    for reference, base in (("kmer-logistic", 0.0443), ("zero-shot", 0.0157)):
        for place, size in enumerate((None, *SIZES)):
            difference = base + 0.001 * place
            rows.append(
                {
                    **head,
                    "strategy": "chosen",
                    "reference": reference,
                    "role": "contrast",
                    "train_size": "curve" if size is None else str(size[0]),
                    "is_all": bool(size and size[1]),
                    "difference": difference,
                    "ci_low": difference - 0.02,
                    "ci_high": difference + 0.02,
                    "p_value": NAN,
                    "p_adjusted": NAN,
                }
            )
    for name in ("zero-shot", "linear-probe", "full", "full-kept-head", *BASELINES, "chosen"):
        for place, (size, is_all) in enumerate(SIZES):
            difference = (
                verdict["difference"] * (1.5 - 0.5 * place) if name == "chosen" else 0.02 - 0.01 * place
            )
            rows.append(
                {
                    **head,
                    "strategy": name,
                    "reference": "scratch",
                    "role": "secondary",
                    "train_size": str(size),
                    "is_all": is_all,
                    "difference": difference,
                    "ci_low": difference - 0.015,
                    "ci_high": difference + 0.015,
                    "p_value": 0.0002 * (1 + 100 * place) if tested else NAN,
                    "p_adjusted": 0.0021 * (1 + 100 * place) if tested else NAN,
                }
            )
    return rows


def savings_rows(transfer: str) -> list[dict]:
    head = {"transfer": transfer, "strategy": "chosen", "metric": "auroc", "note": ""}
    return [
        {
            **head,
            "reference": "scratch",
            "train_size": 50,
            "is_all": False,
            "savings": 7.16,
            "ci_low": 4.9,
            "ci_high": 13.06,
            "censored": "",
            "ci_low_censored": "",
            "ci_high_censored": "",
        },
        {
            **head,
            "reference": "scratch",
            "train_size": 900,
            "is_all": True,
            "savings": 1.0,
            "ci_low": 0.9,
            "ci_high": 1.0,
            "censored": "at least",
            "ci_low_censored": "",
            "ci_high_censored": "at least",
        },
        {
            **head,
            "reference": "kmer-logistic",
            "train_size": 50,
            "is_all": False,
            "savings": 18.0,
            "ci_low": 6.4,
            "ci_high": 18.0,
            "censored": "at least",
            "ci_low_censored": "",
            "ci_high_censored": "at least",
        },
    ]


METRICS_TSV = (
    "transfer\tstrategy\ttrain_size\treplicate\tmetric\tvalue\n"
    "ecoli--bsubtilis\tscratch\t50\t1\tauroc\t0.85\n"
)

VERDICTS = {
    "helps": (0.0521, 0.0301, 0.0742, 3e-8, 6e-8),
    "hurts": (-0.0312, -0.0513, -0.0111, 0.0021, 0.0042),
    "no evidence": (0.0064, -0.0093, 0.0221, 0.39, 0.39),
    "no verdict": (0.0104, -0.0393, 0.0601, None, None),
}


def make_verdict(transfer: str, verdict: str, replicates: int) -> dict:
    source, target = transfer.split("--")
    difference, low, high, p_value, p_adjusted = VERDICTS[verdict]
    return {
        "transfer": transfer,
        "source": source,
        "target": target,
        "metric": "auroc",
        "strategy": "chosen",
        "reference": "scratch",
        "chosen_how": "lowest held-out log loss within the n labels, for each fit",
        "replicates": replicates,
        "source_models": 3,
        "train_sizes": [50, 200, 900],
        "best_baseline": "kmer-logistic",
        "level": 0.95,
        "verdict": verdict,
        "difference": difference,
        "ci_low": low,
        "ci_high": high,
        "p_value": p_value,
        "p_adjusted": p_adjusted,
        "sentence": f"Planted sentence of {transfer}: {verdict}, {difference} ({low} to {high}).",
        "cautions": ["Planted caution."],
        "choices": {
            "50": {"full-kept-head": 6, "linear-probe": 4},
            "200": {"full": 3, "full-kept-head": 7},
            "all": {"full-kept-head": 10},
        },
        "thresholds": {},
    }


def make_inputs(
    verdicts: dict[str, str] | None = None,
    *,
    simulated: bool = False,
    replicates: int = 10,
    title: str = "Promoters with and without a source",
    source_title: str = "E. coli σ70 promoters",
    reject_id: str = "seq7",
) -> ReportInputs:
    """Return a study with one transfer, or as many as are named with their verdicts."""
    verdicts = verdicts or {"ecoli--bsubtilis": "helps"}
    made = [make_verdict(transfer, verdict, replicates) for transfer, verdict in verdicts.items()]
    names = dict.fromkeys([name for verdict in made for name in (verdict["source"], verdict["target"])])
    titles = {"ecoli": source_title, "bsubtilis": "B. subtilis promoters"}
    tasks = {name: task(titles.get(name, name), simulated) for name in names}
    config = {
        "study": "planted",
        "title": title,
        "tasks": tasks,
        "transfers": [{"source": v["source"], "target": v["target"]} for v in made],
        "backbone": {"name": "cnn", "width": 64, "kernels": [11, 5]},
        "strategies": list(STRATEGIES),
        "baselines": list(BASELINES),
        "train_sizes": [50, 200, "all"],
        "replicates": replicates,
        "primary_metric": "auroc",
        "chosen": "held-out",
        "pretraining": PretrainingSettings().model_dump(mode="json"),
        "training": TrainingSettings().model_dump(mode="json"),
    }
    rejects = pd.DataFrame(
        [
            {"file": "promoter.fa", "line": 12, "id": reject_id, "reason": "duplicate of seq1"},
            {"file": "promoter.fa", "line": 14, "id": "seq9", "reason": "duplicate of seq2"},
            {"file": "background.fa", "line": 3, "id": "seq8", "reason": "ambiguous letter N: left out"},
        ]
    )
    counts = pd.DataFrame(
        [
            ("test", "promoter", 111),
            ("test", "background", 301),
            ("pool", "promoter", 289),
            ("pool", "background", 599),
        ],
        columns=["part", "label", "sequences"],
    )
    leakage, excluded = [], []
    for verdict in made:
        for part, found in (("test", 2), ("pool", 0)):
            leakage.append(
                (
                    verdict["source"],
                    "pool",
                    verdict["target"],
                    part,
                    "exact",
                    found,
                    found / 3455,
                    "left out of source training" if found else "none found",
                )
            )
        excluded += [
            (verdict["source"], f"s{k}", "source", "exact", verdict["target"], "test", f"t{k}")
            for k in (1, 2)
        ]
    scopes = [f"targets/{name}" for name in dict.fromkeys(v["target"] for v in made)]
    return ReportInputs(
        config=config,
        provenance={
            "study": "planted",
            "seqgraft": "0.1.0",
            "finished": "2026-01-02T03:04:05+00:00",
            "config_sha256": "c" * 64,
            "machine": {"system": "Linux", "processor": "a processor", "cores": 2, "python": "3.11.7"},
            "packages": {"torch": "2.13.0", "numpy": "2.4.0"},
            "environment": {"numpy": "2.4.0", "some-package": "1.2.3"},
            "project": {
                "version": "0.1.0",
                "commit": "0123456789abcdef0123456789abcdef01234567",
                "changed": ["scripts/seqgraft/learn/loop.py"],
                "origin": "https://example.org/seqgraft.git",
            },
            "repeat": "snakemake --configfile results/planted/config.yaml --cores 2",
            "seeds": "derived from names",
            "raw": {
                f"raw/{name}/promoter.fa": {
                    "task": name,
                    "class": "promoter",
                    "sha256": "a" * 64,
                    "bytes": 76123,
                    **({"simulated": True} if simulated else {"url": "https://example.org/promoter.fa"}),
                }
                for name in names
            },
            "sha256": {"data/ecoli/records.parquet": "b" * 64},
            "code": {"pretrain": "d" * 16},
        },
        summary=pd.DataFrame(
            [
                row
                for v in made
                for row in summary_rows(v["transfer"], replicates, -1.0 if v["verdict"] == "hurts" else 1.0)
            ]
        ),
        comparisons=pd.DataFrame([row for v in made for row in comparison_rows(v["transfer"], v)]),
        savings=pd.DataFrame([row for v in made for row in savings_rows(v["transfer"])]),
        verdicts=made,
        leakage=pd.DataFrame(
            leakage,
            columns=[
                "from_task",
                "from_part",
                "to_task",
                "to_part",
                "kind",
                "sequences",
                "fraction",
                "action",
            ],
        ),
        excluded=pd.DataFrame(
            excluded, columns=["task", "id", "role", "kind", "match_task", "match_part", "match_id"]
        ),
        rejects=dict.fromkeys(names, rejects),
        data_summaries={name: data_summary() for name in names},
        split_counts=dict.fromkeys(names, counts),
        source_models={f"{v['source']}/{k}": source_model(k) for v in made for k in range(3)},
        histories={
            **{f"{scope}/{name}": fit_history(name) for scope in scopes for name in ("scratch", *BASELINES)},
            **{
                f"transfers/{v['transfer']}/{name}": fit_history(name)
                for v in made
                for name in STRATEGIES[1:]
            },
        },
        attachments={"metrics.tsv": METRICS_TSV, "verdicts.json": json.dumps(made)},
    )


#: Six tasks, each a source for the five others.
SIX = ("ecoli", "bsubtilis", "human", "mouse", "yeast", "maize")


def make_matrix(tasks: Sequence[str] = SIX) -> ReportInputs:
    """Return a study of all transfers between some tasks, thirty by default, with every kind of verdict."""
    kinds = list(VERDICTS)
    pairs = [f"{source}--{target}" for source, target in permutations(tasks, 2)]
    return make_inputs({pair: kinds[place % len(kinds)] for place, pair in enumerate(pairs)})
