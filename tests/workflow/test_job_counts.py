"""How many jobs of each rule a study has, counted by hand from its config and compared with Snakemake's plan."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from planner import Planner
from study_folder import ROOT

EACH_TASK = ("prepare", "split", "leakage", "encode")
ONCE = ("write_config", "collect_leakage", "evaluate", "identity_bands", "provenance", "report", "all")


def jobs(tasks: int, **others: int) -> dict[str, int]:
    """Return the jobs of a study: four per task, seven in all, and the others named here (0 stands for none)."""
    return dict.fromkeys(EACH_TASK, tasks) | dict.fromkeys(ONCE, 1) | {k: v for k, v in others.items() if v}


def counted(planner: Planner, folder: Path, config: dict) -> dict[str, int]:
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    return planner.counts(folder, path)


# Two files or classes per task; three source models; zero-shot, linear-probe, full and full-kept-head start from them;
# scratch and two baselines do not. What full and full-kept-head forgot is one job, and so is the search for the nearest
# training sequences of each target's test part.
ONE_TRANSFER = jobs(
    2, identity=1, pretrain=3, finetune=4, finetune_without_source=1, baseline=2, forgetting=1
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("config/demo.yaml", ONE_TRANSFER | {"simulate": 4}),
        # Two targets; four baselines, of which one is a network; two of the three tasks keep groups together.
        ("config/bacteria.yaml",
         jobs(3, group=2, download=6, identity=2, pretrain=3, finetune=8, finetune_without_source=4, baseline=6,
              forgetting=1)),
        # One transfer whose claims are compared with those of models that learned with the leaks left in.
        ("config/peptides.yaml",
         jobs(2, group=2, download=5, identity=1, pretrain=2, finetune=4, finetune_without_source=2, baseline=3,
              forgetting=1, pretrain_with_leaks=2, scratch_with_leaks=1, finetune_with_leaks=3, leak_claims=1)),
        # Four sources with two models each, compared before and after; one of them also in two parts.
        ("config/sources.yaml",
         jobs(5, identity=1, simulate=10, pretrain=8 + 4, finetune=4 + 2, finetune_without_source=1, baseline=2,
              forgetting=1, source_scores=4, rank_sources=1, ablation=1)),
        # Both directions: every task is a source and a target; one source model each, one strategy from it.
        ("tests/config/tiny.yaml",
         jobs(2, identity=2, simulate=4, pretrain=2, finetune=2, finetune_without_source=2, baseline=4)),
    ],
)  # fmt: skip
def test_shipped_studies(name: str, expected: dict[str, int], planner: Planner, tmp_path: Path) -> None:
    assert planner.counts(tmp_path, ROOT / name) == expected


def test_every_study_that_ships_is_counted_above() -> None:
    assert {path.name for path in (ROOT / "config").glob("*.yaml")} == {
        "demo.yaml",
        "bacteria.yaml",
        "sources.yaml",
        "peptides.yaml",
    }


DATA_ONLY = dict.fromkeys(EACH_TASK, 2) | {"write_config": 1, "collect_leakage": 1, "data": 1, "simulate": 4}


def test_data_are_prepared_without_training(planner: Planner, tmp_path: Path) -> None:
    assert planner.counts(tmp_path, ROOT / "tests/config/tiny.yaml", "data") == DATA_ONLY


def test_a_study_without_transfers_prepares_its_data(planner: Planner, tmp_path: Path) -> None:
    config = yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text())
    more = {
        "alphabet": {"letters": "HP"},
        "type": "multiclass",
        "classes": ["a", "b", "c"],
        "files": [{"path": str(tmp_path / f"{name}.fa"), "class": name} for name in "abc"],
    }
    for name in "abc":
        (tmp_path / f"{name}.fa").write_text(">a\nHP\n")
    config |= {"transfers": [], "tasks": config["tasks"] | {"own": more}}
    expected = DATA_ONLY | dict.fromkeys(EACH_TASK, 3) | {"download": 3}
    assert counted(planner, tmp_path, config) == expected


def transfers(*pairs: str) -> Callable[[dict], None]:
    """Return a change of the tiny study: these transfers, written as ``source>target``."""

    def change(config: dict) -> None:
        names = sorted({name for pair in pairs for name in pair.split(">")})
        config["tasks"] = dict.fromkeys(names, config["tasks"]["ecoli"])
        config["transfers"] = [dict(zip(("source", "target"), p.split(">"), strict=True)) for p in pairs]

    return change


def own_strategies(config: dict) -> None:
    config["transfers"][0]["strategies"] = ["scratch", "zero-shot", "linear-probe", "full"]


def local_files(*tasks: str) -> Callable[[dict], None]:
    """Return a change of the tiny study: these tasks come from the user's own files."""

    def change(config: dict) -> None:
        for name in tasks:
            task = config["tasks"][name] = dict(config["tasks"][name])
            del task["simulate"]
            task["files"] = [{"path": f"{label}.fa", "class": label} for label in ("promoter", "background")]

    return change


def every_kind_of_source(config: dict) -> None:
    """Learn from one source with a second stage, from two at once with the head of one kept, and without labels."""
    transfers("a>c", "b>c")(config)
    config["tasks"]["l"] = {"alphabet": "dna", "type": "unlabelled", "files": [{"path": "promoter.fa"}]}
    config["transfers"] = [
        {"source": "a", "target": "c"},
        {"source": ["a", "b"], "target": "c", "head": "b", "strategies": ["scratch", "full", "zero-shot"]},
        {"source": "l", "target": "c"},
    ]
    config["backbone"]["positions"] = "mean"
    config["pretraining"].update(replicates=2, second_stage={"transfers": ["a--c"]})
    config["forgetting"] = True


# The tiny study has 2 simulated files per task, 1 source model, strategies scratch and full, 2 baselines.
VARIANTS: dict[str, tuple[Callable[[dict], object], dict[str, int]]] = {
    "one transfer": (
        transfers("a>b"),
        jobs(2, identity=1, simulate=4, pretrain=1, finetune=1, finetune_without_source=1, baseline=2),
    ),
    # the source models are shared, what needs no source is not
    "one source, two targets": (
        transfers("a>b", "a>c"),
        jobs(3, identity=2, simulate=6, pretrain=1, finetune=2, finetune_without_source=2, baseline=4),
    ),
    # two parts of the source, shared by its targets, and full from each of them for each target
    "a source in part": (
        lambda c: (transfers("a>b", "a>c")(c), c.update(ablation={"source_sizes": [30, 60]})),
        jobs(
            3,
            identity=2,
            simulate=6,
            pretrain=1 + 2,
            finetune=2 + 4,
            finetune_without_source=2,
            baseline=4,
            ablation=1,
        ),
    ),
    "a source in part for one transfer": (
        lambda c: c.update(ablation={"source_sizes": [30], "transfers": ["ecoli--bsubtilis"]}),
        jobs(
            2,
            identity=2,
            simulate=4,
            pretrain=3,
            finetune=3,
            finetune_without_source=2,
            baseline=4,
            ablation=1,
        ),
    ),
    "no sizes of the source": (
        lambda c: c.update(ablation={"source_sizes": []}),
        jobs(2, identity=2, simulate=4, pretrain=2, finetune=2, finetune_without_source=2, baseline=4),
    ),
    # all that a verdict rests on is learned twice: source models, full, and scratch once per target; no baseline is
    "leaks left in as well": (
        lambda c: c.update(leakage={"compare": True}),
        jobs(
            2,
            identity=2,
            simulate=4,
            pretrain=2,
            finetune=2,
            finetune_without_source=2,
            baseline=4,
            pretrain_with_leaks=2,
            finetune_with_leaks=2,
            scratch_with_leaks=2,
            leak_claims=1,
        ),
    ),
    "leaks left in as well, for two targets of one source": (
        lambda c: (transfers("a>b", "a>c")(c), c.update(leakage={"compare": True}, chosen="full")),
        jobs(
            3,
            identity=2,
            simulate=6,
            pretrain=1,
            finetune=2,
            finetune_without_source=2,
            baseline=4,
            pretrain_with_leaks=1,
            finetune_with_leaks=2,
            scratch_with_leaks=2,
            leak_claims=1,
        ),
    ),
    # the other way round: the sources are compared
    "two sources, one target": (
        transfers("a>c", "b>c"),
        jobs(
            3,
            identity=1,
            simulate=6,
            pretrain=2,
            finetune=2,
            finetune_without_source=1,
            baseline=2,
            source_scores=2,
            rank_sources=1,
        ),
    ),
    # a+b share one model; it, the unlabelled source and the second stage of a are no more jobs than models; only what
    # learned the labels of one source can forget it
    "sources of every kind": (
        every_kind_of_source,
        jobs(
            4,
            identity=1,
            simulate=6,
            download=1,
            pretrain=2,
            pretrain_shared=2 + 2,
            adapt=2,
            finetune=1 + 2 + 1,
            finetune_without_source=1,
            baseline=2,
            source_scores=3,
            rank_sources=1,
            forgetting=1,
        ),
    ),
    "masked letters, with leaks left in as well": (
        lambda c: (
            c["pretraining"].update(objective="masked"),
            c["backbone"].update(positions="mean"),
            c.update(leakage={"compare": True}, forgetting=True),
        ),
        jobs(
            2,
            identity=2,
            simulate=4,
            pretrain_shared=2,
            finetune=2,
            finetune_without_source=2,
            baseline=4,
            pretrain_shared_with_leaks=2,
            finetune_with_leaks=2,
            scratch_with_leaks=2,
            leak_claims=1,
        ),
    ),
    # b is a target and a source: its data are prepared once
    "a chain": (
        transfers("a>b", "b>c"),
        jobs(3, identity=2, simulate=6, pretrain=2, finetune=2, finetune_without_source=2, baseline=4),
    ),
    # three with a source for the first transfer, one for the second
    "own strategies for one transfer": (
        own_strategies,
        jobs(2, identity=2, simulate=4, pretrain=2, finetune=4, finetune_without_source=2, baseline=4),
    ),
    "zero-shot beside the others": (
        lambda c: c["strategies"].append("zero-shot"),
        jobs(2, identity=2, simulate=4, pretrain=2, finetune=4, finetune_without_source=2, baseline=4),
    ),
    "no baselines": (
        lambda c: c.update(baselines=[]),
        jobs(2, identity=2, simulate=4, pretrain=2, finetune=2, finetune_without_source=2),
    ),
    "three source models": (
        lambda c: c["pretraining"].update(replicates=3),
        jobs(2, identity=2, simulate=4, pretrain=6, finetune=2, finetune_without_source=2, baseline=4),
    ),
    # fits of a strategy are one job, however many they are
    "more sizes and replicates": (
        lambda c: c.update(train_sizes=[20, 40, 60, "all"], replicates=20),
        jobs(2, identity=2, simulate=4, pretrain=2, finetune=2, finetune_without_source=2, baseline=4),
    ),
    # groups are found before the split of the task that keeps them together
    "a grouped split": (
        lambda c: c["tasks"]["bsubtilis"].update(split={"method": "overlap", "shared": 30}),
        jobs(
            2, group=1, identity=2, simulate=4, pretrain=2, finetune=2, finetune_without_source=2, baseline=4
        ),
    ),
    "a fold of a grouped split": (
        lambda c: c["tasks"]["bsubtilis"].update(split={"method": "homology", "folds": 5, "fold": 2}),
        jobs(
            2, group=1, identity=2, simulate=4, pretrain=2, finetune=2, finetune_without_source=2, baseline=4
        ),
    ),
    "own files": (
        local_files("ecoli", "bsubtilis"),
        jobs(2, identity=2, download=4, pretrain=2, finetune=2, finetune_without_source=2, baseline=4),
    ),
    "own files for one task": (
        local_files("bsubtilis"),
        jobs(
            2,
            identity=2,
            simulate=2,
            download=2,
            pretrain=2,
            finetune=2,
            finetune_without_source=2,
            baseline=4,
        ),
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_of_the_tiny_study(
    variant: str, planner: Planner, tmp_path: Path, tiny_config: dict
) -> None:
    for name in ("promoter.fa", "background.fa"):
        (tmp_path / name).write_text(">s\nACGT\n")
    config = copy.deepcopy(tiny_config)
    change, expected = VARIANTS[variant]
    change(config)
    assert counted(planner, tmp_path, config) == expected


def test_a_split_waits_for_its_groups(planner: Planner, tmp_path: Path, tiny_config: dict) -> None:
    config = copy.deepcopy(tiny_config)
    VARIANTS["a grouped split"][0](config)
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False))
    wanted = "results/tiny/data/{}/splits.parquet"
    found = planner.counts(tmp_path, path, wanted.format("bsubtilis"))
    assert found == {"simulate": 2, "prepare": 1, "group": 1, "split": 1}
    assert "group" not in planner.counts(tmp_path, path, wanted.format("ecoli"))


def test_fits_are_cut_into_jobs_only_where_it_is_asked_for(planner: Planner, tmp_path: Path) -> None:
    before = planner.counts(tmp_path, ROOT / "config/demo.yaml")
    cut = planner.counts(tmp_path, ROOT / "config/demo.yaml", "--set-scatter", "fits=4")
    # linear-probe, full and full-kept-head; zero-shot has no fits. Without a source scratch and, of the two baselines,
    # none: only a baseline that is a network would be.
    assert cut == before | {"finetune_part": 12, "finetune_part_without_source": 4}
