"""The typed config: what it accepts, and in which words it refuses."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from seqgraft.config.consistency import primary_metric_of
from seqgraft.config.document import schema_text, with_key_tables
from seqgraft.config.load import mirror_folder, read_study
from seqgraft.config.tasks import FileEntry
from seqgraft.errors import SeqgraftError

ROOT = Path(__file__).resolve().parents[2]


def task(**changes: Any) -> dict[str, Any]:
    files = [{"url": f"https://example.org/{c}.fa", "sha256": "a" * 64, "class": c} for c in ("yes", "no")]
    return {"alphabet": "dna", "classes": ["yes", "no"], "files": files, **changes}


@pytest.fixture
def config() -> dict[str, Any]:
    return {
        "study": "mine",
        "tasks": {"a": task(), "b": task()},
        "transfers": [{"source": "a", "target": "b"}],
    }


def test_defaults_are_filled_in(config: dict[str, Any]) -> None:
    study = read_study(config)
    assert study.replicates == 10
    assert study.transfers[0].name == "a--b"
    assert study.candidates_of(study.transfers[0]) == ["linear-probe", "full", "full-kept-head"]
    assert study.as_understood()["tasks"]["a"]["split"]["test"] == 0.3
    assert study.as_understood()["tasks"]["a"]["files"][0]["class"] == "yes"


def test_where_bytes_are_looked_for_is_not_part_of_the_config_as_understood(config: dict[str, Any]) -> None:
    assert read_study({**config, "mirror": "/m"}).as_understood() == read_study(config).as_understood()


def change(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Set one key, given as `tasks.a.alphabet`; numbers index lists."""
    changed = copy.deepcopy(config)
    here: Any = changed
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    for part in way:
        here = here[part]
    here[last] = value
    return changed


MISTAKES = [
    ("tasks.a.alphabt", "dna", "tasks.a.alphabt: unknown key; did you mean 'alphabet'?"),
    ("tasks.a.alphabet", "dnaa", "tasks.a.alphabet: 'dnaa' is not known; did you mean 'dna'?"),
    ("tasks.a.alphabet", None, "tasks.a.alphabet: 'None' is not known; known: dna, rna, protein"),
    ("tasks.a.split", {"test": 1.5}, "tasks.a.split.test: must be below 1, not 1.5"),
    ("tasks.a.files.0.class", "yess", "tasks.a: class 'yess' of a file is not among `classes` (yes, no)"),
    ("tasks.a.files.0.sha256", "xyz", "tasks.a.files[0].sha256: must be 64 hexadecimal digits"),
    (
        "tasks.a.files.0.sha256",
        None,
        "tasks.a.files[0]: needs `sha256` beside `url`, so that the bytes can be checked",
    ),
    ("tasks.a.files.0.path", "x.fa", "tasks.a.files[0]: needs exactly one of `url` and `path`"),
    (
        "tasks.a.classes",
        ["yes"],
        "tasks.a: `type: binary` needs 2 `classes`, not 1",
    ),
    ("tasks.a.strand", "double", "tasks.a.strand: 'double' is not known; known: single, both"),
    ("strategies", ["scratch", "ful"], "strategies: 'ful' is not known; did you mean 'full'?"),
    ("strategies", ["full"], "strategies: 'scratch' is missing for transfer 'a--b'"),
    (
        "strategies",
        ["scratch", "zero-shot"],
        "has no strategy that learns from a source and from target labels",
    ),
    ("strategies", ["scratch", "full", "full"], "strategies: 'full' is listed twice"),
    ("baselines", ["kmer"], "baselines: 'kmer' is not known; did you mean 'kmer-logistic'?"),
    ("primary_metric", "AUROC", "primary_metric: 'AUROC' is not known; did you mean 'auroc'?"),
    (
        "chosen",
        "scratch",
        "chosen: 'scratch' must be 'held-out' or one of: linear-probe, full, full-kept-head",
    ),
    ("train_sizes", [100, 50], "train_sizes: must grow, with `all` at the end"),
    ("train_sizes", [5, 50], "train_sizes[0]: must be a whole number from 10 on, or `all`, not 5"),
    ("train_sizes", ["al"], "train_sizes[0]: must be a whole number from 10 on, or `all`, not 'al'"),
    ("tasks.a.strand", "both", "transfers[0]: `strand` differs ('a' is both, 'b' is single)"),
    ("tasks.a.files.0.url", "ftp://a.org/b.fa", "tasks.a.files[0]: `url` must begin with https, http, file"),
    ("tasks.a.files.0.url", "https://a.org/{b}.fa", "must end in a file name without braces"),
    ("tasks.a.classes", ["a/b", "no"], "tasks.a: class 'a/b' needs a name without '/' and braces"),
    ("training", {"learning_rates": 0.001}, "training.learning_rates: must be a list, not 0.001"),
    ("train_sizes", ["all", 50], "train_sizes: must grow, with `all` at the end"),
    ("replicates", "ten", "replicates: must be a whole number, not 'ten'"),
    ("transfers.0.source", "c", "transfers[0].source: 'c' is not known"),
    ("transfers.0.source", "b", "transfers[0]: task 'b' cannot be its own source"),
    ("tasks.a.alphabet", "protein", "transfers[0]: the alphabets differ ('a' is protein, 'b' is dna)"),
    (
        "training",
        {"batch_norm": "frozen"},
        "training.batch_norm: 'frozen' needs a backbone with statistics of batches",
    ),
    ("study", "My/Study", "study: 'My/Study' is not a valid name"),
    ("training", {"treads": 2}, "training.treads: unknown key; did you mean 'threads'?"),
    ("backbone", {"name": "resent"}, "backbone.name: 'resent' is not known; did you mean 'resnet'?"),
    (
        "backbone",
        {"depth": 3},
        "backbone: `depth` is an option of mlp, resnet, transformer, not of cnn; known: width,",
    ),
    (
        "backbone",
        {"name": "mlp", "kernel": 3},
        "backbone: `kernel` is an option of resnet, not of mlp; known: width,",
    ),
    ("backbone", {"kernel": 3}, "`kernel` is an option of resnet, not of cnn; did you mean 'kernels'?"),
    ("backbone", {"name": "resnet", "dept": 3}, "backbone.dept: unknown key; did you mean 'depth'?"),
    (
        "tasks.a.embeddings",
        {"matrix": "a.npy", "ids": "a.txt"},
        "one of its tasks has `embeddings` and the other",
    ),
    (
        "tasks.a.embeddings",
        {"matrix": "a.csv", "ids": "a.txt"},
        "embeddings.matrix: 'a.csv' must be a `.npy` file",
    ),
    (
        "backbone",
        {"name": "embeddings"},
        "transfers[0]: the backbone embeddings needs tasks with `embeddings`",
    ),
    ("backbone", "cnn", "backbone: must be a table of keys, not 'cnn'"),
]


@pytest.mark.parametrize(("path", "value", "message"), MISTAKES)
def test_a_mistake_is_named_with_its_key(config: dict[str, Any], path: str, value: Any, message: str) -> None:
    with pytest.raises(SeqgraftError) as error:
        read_study(change(config, path, value), ["study.yaml"])
    assert message in error.value.what
    assert error.value.where == "study.yaml"
    assert error.value.remedy


def test_classes_must_agree_where_the_sources_head_is_used(config: dict[str, Any]) -> None:
    other = task(classes=["no", "yes"])
    with pytest.raises(SeqgraftError, match="zero-shot, full-kept-head use the source's head"):
        read_study({**config, "tasks": {"a": task(), "b": other}})
    fine = {**config, "tasks": {"a": task(), "b": other}, "strategies": ["scratch", "full"]}
    assert read_study(fine).strategies == ["scratch", "full"]


def test_all_mistakes_are_told_at_once(config: dict[str, Any]) -> None:
    wrong = change(change(config, "tasks.a.alphabt", "dna"), "replicats", 3)
    with pytest.raises(SeqgraftError, match="2 mistakes") as error:
        read_study(wrong)
    assert "alphabt" in error.value.what
    assert "replicats: unknown key; did you mean 'replicates'?" in error.value.what


def test_no_config_at_all() -> None:
    with pytest.raises(SeqgraftError, match="no study is named"):
        read_study({})


def test_the_mirror_of_the_config_wins_over_the_environment(
    config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").mkdir()
    monkeypatch.setenv("SEQGRAFT_MIRROR", str(tmp_path))
    assert mirror_folder(read_study(config)) == tmp_path
    assert mirror_folder(read_study({**config, "mirror": str(tmp_path / "x")})) == tmp_path / "x"
    with pytest.raises(SeqgraftError, match="is not a folder"):
        mirror_folder(read_study({**config, "mirror": str(tmp_path / "y")}))


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("config/*.yaml")), ROOT / "tests/config/tiny.yaml"], ids=str
)
def test_shipped_studies_are_valid(path: Path) -> None:
    assert read_study(yaml.safe_load(path.read_text()), [str(path)]).study == path.stem


def test_schema_and_key_tables_agree_with_the_models() -> None:
    assert (ROOT / "workflow/schemas/config.schema.json").read_text() == schema_text(), "run `make schema`"
    readme = (ROOT / "config/README.md").read_text()
    assert readme == with_key_tables(readme), "run `make schema`"
    assert json.loads(schema_text())["additionalProperties"] is False


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "config").glob("*.yaml")), ROOT / "tests/config/tiny.yaml"], ids=str
)
def test_a_config_as_understood_is_understood_the_same_again(path: Path) -> None:
    first = read_study(yaml.safe_load(path.read_text())).as_understood()
    again = read_study(yaml.safe_load(yaml.safe_dump(first, sort_keys=False, allow_unicode=True, width=110)))
    assert again.as_understood() == first


def test_a_local_path_below_the_working_folder_becomes_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def path_of(written: str) -> str | None:
        return FileEntry.model_validate({"path": written, "class": "p"}).path

    assert path_of(str(tmp_path / "data/a.fa")) == "data/a.fa"
    assert path_of("data/a.fa") == "data/a.fa"
    assert path_of("/elsewhere/a.fa") == "/elsewhere/a.fa"


@pytest.mark.parametrize(
    ("named", "types", "found"),
    [
        ("", ["binary", "binary"], "auroc"),
        ("", ["regression"], "spearman"),
        ("", ["residue-classes"], "chain_accuracy"),
        ("mse", ["regression"], "mse"),
        ("accuracy", ["binary", "multiclass"], "accuracy"),
    ],
)
def test_the_primary_metric_is_one_of_the_targets(named: str, types: list[str], found: str) -> None:
    assert primary_metric_of(named, types) == found


@pytest.mark.parametrize(
    ("named", "types", "words"),
    [
        (
            "auroc",
            ["regression"],
            "no metric of regression targets, which have: spearman, pearson, mse, r2, concordance",
        ),
        ("auroc", ["binary", "multiclass"], "which have: mcc, accuracy, log_loss"),
        ("", ["binary", "multiclass"], "name one that binary and multiclass targets all have: mcc, accuracy"),
        ("", ["binary", "regression"], "all have: none in common: each type needs a study of its own"),
    ],
)
def test_a_primary_metric_that_a_target_lacks_is_refused(named: str, types: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        primary_metric_of(named, types)


def test_a_primary_metric_that_is_left_out_is_filled_in(config: dict[str, Any]) -> None:
    assert read_study(config).as_understood()["primary_metric"] == "auroc"


@pytest.mark.parametrize(
    ("backbone", "strand", "message"),
    [
        ({"name": "cnn"}, "single", "the backbone cnn reads letters"),
        ({"name": "mlp", "window": 3}, "single", "the backbone mlp reads letters"),
        ({"name": "mlp"}, "both", "`embeddings` are of one strand"),
        ({"name": "mlp"}, "single", "there is no file 'a.npy'"),
        ({"name": "embeddings"}, "single", "there is no file 'a.npy'"),
    ],
)
def test_embeddings_are_read_by_some_backbones(config: dict[str, Any], backbone, strand, message) -> None:
    for task in config["tasks"].values():
        task |= {"embeddings": {"matrix": "a.npy", "ids": "a.txt"}, "strand": strand}
    with pytest.raises(SeqgraftError, match=message):
        read_study({**config, "backbone": backbone}, ["study.yaml"])
