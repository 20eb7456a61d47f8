"""End-to-end truth: small SIMULATED studies whose answer is known, from FASTA files to the verdict, with training.

    .venv/bin/python bench/truth_training.py --studies 100 --cores 2

Every step is the function that the workflow's rule calls; only Snakemake is left out, because starting it takes longer
than such a study. What was trained is kept, so that a run that was stopped goes on, and another evaluation trains
nothing. Five kinds:

helps     the source is another species with the same logic, labels true
useless   the source's labels are shuffled: nothing can be learned from it
hurts     the source's classes are swapped, and the only strategy keeps the source's head
leaks     `useless`, and 20 sequences of the target's test part also stand in the source, with their true label
shuffled  the source is true, the target's labels are shuffled: there is nothing to transfer to
"""

import argparse
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

BENCH = Path(__file__).resolve().parent
CLASSES = ["promoter", "background"]
KINDS = ("helps", "useless", "hurts", "leaks", "shuffled")
SOURCE, TARGET = 400, 140  # sequences of each class
PLANTED = 20  # copies of test sequences in the source of `leaks`
SIZES, REPLICATES, FOLDS = [20, 40], 6, 2
# Suspicions that nothing was planted for; others are right to fire (a useless source teaches nothing), or need leaks.
GROUNDLESS = {
    "constant predictions", "held-out above test", "replicates disagree", "one replicate", "prevalence shift",
}  # fmt: skip
_BOTH = ("scratch", "full", "full-kept-head")
STRATEGIES = dict.fromkeys(KINDS, _BOTH) | {"hurts": ("scratch", "full-kept-head")}


def simulated(species: str, count: int, seed: int) -> dict[str, list[tuple[str, str]]]:
    """Simulate `count` sequences of each class."""
    from seqgraft.simulate.promoters import generate

    return generate(species, dict.fromkeys(CLASSES, count), CLASSES, seed)


def shuffled(data: dict[str, list[tuple[str, str]]], generator: np.random.Generator) -> dict:
    """Deal all sequences out to the classes anew."""
    records = [record for name in CLASSES for record in data[name]]
    order = generator.permutation(len(records))
    half = len(data[CLASSES[0]])
    return {name: [records[i] for i in order[k * half : (k + 1) * half]] for k, name in enumerate(CLASSES)}


class Task:
    """A task's files, records and parts in a folder, made as the rules make them."""

    def __init__(self, name: str, data: dict, folder: Path, number: int, test: float) -> None:
        from seqgraft.data.prepare import prepare
        from seqgraft.data.split import split
        from seqgraft.simulate.generators import write_fasta

        self.name, files = name, []
        for label in CLASSES:
            files.append(folder / f"{name}_{label}.fa")
            write_fasta(data[label], files[-1])
        self.records = prepare(files, CLASSES, alphabet="dna", classes=CLASSES).records
        self.splits = split(
            self.records["id"], self.records["label"], classes=CLASSES,
            settings={"method": "stratified", "test": test}, seed_words=("truth", number, name),
            replicates=REPLICATES, numbers=SIZES, folds=FOLDS, task=name,
        )  # fmt: skip

    def examples(self):
        """Return ids, tokens and labels."""
        from seqgraft.data.labels import binary_labels
        from seqgraft.data.tokens import encode
        from seqgraft.learn.examples import Examples

        tokens, _ = encode(self.records["sequence"].tolist(), "dna")
        labels = binary_labels(self.records["label"].tolist(), CLASSES)
        ids = self.records["id"].to_numpy(object)
        return Examples(ids, np.array(tokens).reshape(len(labels), -1), labels)

    def parts(self):
        """Return test part and pool for the leak check."""
        from seqgraft.data.parts import parts_of

        return parts_of(self.name, self.records, self.splits)


def make_tasks(kind: str, number: int, folder: Path) -> tuple[Task, Task, set[str]]:
    """Make source and target of one study, and name the sequences planted in both."""
    generator = np.random.default_rng([KINDS.index(kind), number])
    source = simulated("ecoli", SOURCE, 10_000 + number)
    target = simulated("bsubtilis", TARGET, 20_000 + number)
    if kind == "shuffled":
        target = shuffled(target, generator)
    grafted = Task("target", target, folder, number, test=0.7)
    if kind in ("useless", "leaks"):
        source = shuffled(source, generator)
    if kind == "hurts":
        source = {CLASSES[0]: source[CLASSES[1]], CLASSES[1]: source[CLASSES[0]]}
    planted: set[str] = set()
    if kind == "leaks":
        test = grafted.splits.loc[grafted.splits["part"] == "test", "id"].to_numpy(object)
        copies = grafted.records.set_index("id").loc[generator.permutation(test)[:PLANTED]]
        for old, row in copies.iterrows():
            source[row["label"]].append((f"simulated_copy_of_{old}", row["sequence"]))
            planted.add(f"simulated_copy_of_{old}")
    return Task("source", source, folder, number, test=0.1), grafted, planted


def train(kind: str, number: int, kept: Path) -> None:
    """Train one study and keep its predictions, and what became of its leaks, in a folder of its own."""
    import torch

    torch.set_num_threads(1)
    from seqgraft.alphabets import ALPHABETS
    from seqgraft.config.learning import BackboneSettings, PretrainingSettings, TrainingSettings
    from seqgraft.data.leakage import find_leaks
    from seqgraft.files import write_text
    from seqgraft.learn import pretrain
    from seqgraft.learn.examples import Reading
    from seqgraft.learn.fits import run_job
    from seqgraft.tables import write_parquet

    words, place = (f"truth-{kind}", number), kept / kind / str(number)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        source, target, planted = make_tasks(kind, number, folder)
        strands = {"source": "single", "target": "single"}
        found = find_leaks(source.parts(), [target.parts()], alphabet="dna", strands=strands)
        left_out = set(found.excluded["id"])
        # A copy that fell into the source's own test part is not learned from, so nothing has to be left out.
        learned = planted - set(source.splits.loc[source.splits["part"] == "test", "id"])
        reading = Reading(ALPHABETS["dna"].letters, 81)
        backbone = BackboneSettings(width=16, hidden=16)
        bundle = folder / "0"
        bundle.mkdir()
        pretrain.run(
            source.examples(), source.splits, left_out, bundle_json=bundle / "bundle.json",
            weights_file=bundle / "weights.safetensors", history_file=bundle / "history.tsv",
            predictions_file=bundle / "predictions.parquet", classes=CLASSES, reading=reading, backbone=backbone,
            pretraining=PretrainingSettings(replicates=1, epochs=(4, 8, 12)), seed_words=(*words, "source", 0),
        )  # fmt: skip
        examples = target.examples()
        for name in STRATEGIES[kind]:
            result = run_job(
                name, examples, target.splits, reading=reading, backbone=backbone,
                training=TrainingSettings(folds=FOLDS, epochs=(0, 4, 8, 12)), train_sizes=SIZES,
                replicates=REPLICATES, seed_words=words, bundles=[bundle],
            )  # fmt: skip
            write_parquet(result.predictions, place / f"{name}.parquet")
    leaks = {
        "planted": len(learned), "found": len(learned & left_out), "wrongly": len(left_out - planted),
    }  # fmt: skip
    write_text(place / "leaks.json", json.dumps(leaks) + "\n")  # last: a folder with this file is complete


def judge(kind: str, number: int, kept: Path) -> dict:
    """Evaluate one study from what `train` kept."""
    from seqgraft.evaluate import EvaluationSettings, FitJob, TransferSettings, evaluate

    place, transfer, strategies = kept / kind / str(number), "source--target", STRATEGIES[kind]
    jobs = [
        FitJob(None if name == "scratch" else transfer, "target", name, "strategy", place / f"{name}.parquet")
        for name in strategies
    ]
    settings = TransferSettings(
        transfer, ("source",), "target", "source", "target", strategies, strategies[1:]
    )
    study = EvaluationSettings(f"truth-{kind}-{number}", (settings,), replicates=REPLICATES)
    tables = evaluate(jobs, study)
    verdict, suspected = tables.verdicts[0], set(tables.suspicions["kind"]) & GROUNDLESS
    leaks = json.loads((place / "leaks.json").read_text(encoding="utf-8"))
    return {
        "kind": kind, "verdict": verdict["verdict"], "difference": verdict["difference"], **leaks,
        "suspected": ", ".join(sorted(suspected)),
    }  # fmt: skip


def run(task: tuple[str, int, Path]) -> dict:
    """Train a study unless that was done before, and judge it; for a pool of processes."""
    kind, number, kept = task
    if not (kept / kind / str(number) / "leaks.json").exists():
        train(kind, number, kept)
    return judge(kind, number, kept)


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """Count verdicts and leaks by kind.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per study, from `run`.

    Returns
    -------
    pandas.DataFrame
        Columns ``kind, studies, helps, hurts, no evidence, planted, found, wrongly, suspected``. Before the last, three
        count sequences: copies planted where the source would learn from them, those left out, and others left out.
        The last counts studies with a suspicion of `GROUNDLESS`.
    """
    rows = []
    for kind in KINDS:
        own = table[table["kind"] == kind]
        given = {name: int((own["verdict"] == name).sum()) for name in ("helps", "hurts", "no evidence")}
        leaks = {name: int(own[name].sum()) for name in ("planted", "found", "wrongly")}
        suspected = int((own["suspected"] != "").sum())
        rows.append({"kind": kind, "studies": len(own), **given, **leaks, "suspected": suspected})
    return pd.DataFrame(rows)


def markdown(counted: pd.DataFrame) -> str:
    """Return the counts as docs/truth.md quotes them."""
    heads = [
        "kind",
        "studies",
        "`helps`",
        "`hurts`",
        "`no evidence`",
        "copies planted",
        "left out",
        "others left out",
        "suspected, none planted",
    ]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in counted.itertuples(index=False)]
    return "\n".join(lines)


def main() -> None:
    """Run all studies, keep how often each verdict was given, and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=100, help="studies of each kind")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kept", type=Path, default=Path("results/truth"))
    options = parser.parse_args()
    wanted = [(kind, number, options.kept) for number in range(options.studies) for kind in KINDS]
    with ProcessPoolExecutor(options.cores) as pool:
        table = pd.DataFrame(pool.map(run, wanted))
    counted = counts(table)
    counted.to_csv(BENCH / "truth_training.tsv", sep="\t", index=False, lineterminator="\n")
    print(markdown(counted))
    print(table[table["suspected"] != ""].groupby(["kind", "suspected"]).size().to_string())


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
