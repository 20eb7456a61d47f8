"""Mistakes in a study's config: told before any job, the whole message, with the key."""

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from mistakes import Told, config_is_refused, in_config, read_config

Config = dict[str, Any]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEQGRAFT_MIRROR", raising=False)


def task(**changes: Any) -> Config:
    files = [{"url": f"https://example.org/{c}.fa", "sha256": "a" * 64, "class": c} for c in ("site", "rest")]
    return {"alphabet": "dna", "classes": ["site", "rest"], "files": files, **changes}


def simulated(site: int = 80, rest: int = 80, **changes: Any) -> Config:
    settings = {"species": "ecoli", "counts": {"site": site, "rest": rest}}
    return {"alphabet": "dna", "classes": ["site", "rest"], "simulate": settings, **changes}


def good() -> Config:
    return {
        "study": "mine",
        "tasks": {"a": task(), "b": task()},
        "transfers": [{"source": "a", "target": "b"}],
    }


REMOVED = type("Removed", (), {"__repr__": lambda self: "(removed)"})()


def changed(path: str, value: Any) -> Config:
    """Set or remove one key of a correct config, given as `tasks.a.alphabet`; numbers index lists."""
    config = good()
    here: Any = config
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    for part in way:
        here = here.setdefault(part, {}) if isinstance(here, dict) else here[part]
    if value is REMOVED:
        del here[last]
    else:
        here[last] = copy.deepcopy(value)
    return config


NAME = "is not a valid name: lower-case letters and digits, joined by single '-' or '_'"
HEADS = (
    "zero-shot, full-kept-head use the source's head, so both tasks need the same classes in the same order "
    "('a' has {}; 'b' has site, rest); leave these strategies out or rename"
)
QUOTE = "must be text, and YAML reads this as {}: put it in quotes"
FILE_KEYS = "class, role, part, member, url, path, sha256, size, mirrors"
CLASSLESS = "tasks.a: file 'site.fa' needs `class`, as each file of the format 'fasta' holds one"
# The key that is changed, what is written there, and the line that the message holds.
KEYS: list[tuple[str, Any, str]] = [
    # names
    ("study", "my/study", f"study: 'my/study' {NAME}"),
    ("study", "Mine", f"study: 'Mine' {NAME}"),
    ("study", "a--b", f"study: 'a--b' {NAME}"),
    ("study", "", f"study: '' {NAME}"),
    ("study", 2024.5, f"study: '2024.5' {NAME}"),
    ("study", ["a"], "study: must be text, not ['a']"),
    ("tasks.A", {}, f"tasks.A: 'A' {NAME}"),
    # missing keys
    ("study", REMOVED, "study: is missing"),
    ("transfers", REMOVED, "transfers: is missing"),
    ("tasks.a.alphabet", REMOVED, "tasks.a.alphabet: is missing"),
    ("transfers.0.target", REMOVED, "transfers[0].target: is missing"),
    ("tasks.a.files.0.class", REMOVED, CLASSLESS),
    # unknown keys, at each depth
    ("replicats", 3, "replicats: unknown key; did you mean 'replicates'?"),
    ("tasks.a.strnd", "both", "tasks.a.strnd: unknown key; did you mean 'strand'?"),
    ("tasks.a.split.tst", 0.2, "tasks.a.split.tst: unknown key; did you mean 'test'?"),
    ("tasks.a.files.0.md5", "x", f"tasks.a.files[0].md5: unknown key; known: {FILE_KEYS}"),
    ("transfers.0.sources", ["a"], "transfers[0].sources: unknown key; did you mean 'source'?"),
    ("training.treads", 2, "training.treads: unknown key; did you mean 'threads'?"),
    ("pretraining.epoch", [3], "pretraining.epoch: unknown key; did you mean 'epochs'?"),
    ("backbone.widht", 8, "backbone.widht: unknown key; did you mean 'width'?"),
    # wrong types
    ("replicates", "ten", "replicates: must be a whole number, not 'ten'"),
    ("replicates", 2.5, "replicates: must be a whole number, not 2.5"),
    ("tasks", ["a", "b"], "tasks: must be a table of keys, not ['a', 'b']"),
    ("tasks.a.split", 0.3, "tasks.a.split: must be a table of keys, not 0.3"),
    ("tasks.a.files", None, "tasks.a.files: must be a list, not empty"),
    ("transfers", {"source": "a"}, "transfers: must be a list, not {'source': 'a'}"),
    ("training.learning_rates", 0.001, "training.learning_rates: must be a list, not 0.001"),
    ("tasks.a.classes", [True, False], f"tasks.a.classes[{{}}]: {QUOTE}"),
    ("tasks.a.files.0.class", 1, f"tasks.a.files[0].class: {QUOTE.format(1)}"),
    # numbers out of range
    ("replicates", 0, "replicates: must be 1 or more, not 0"),
    ("tasks.a.split.test", 1.5, "tasks.a.split.test: must be below 1, not 1.5"),
    ("tasks.a.split.test", 0, "tasks.a.split.test: must be above 0, not 0"),
    ("backbone.width", 4096, "backbone.width: must be 2048 or less, not 4096"),
    ("training.learning_rates", [math.inf], "training.learning_rates[0]: must be a finite number, not inf"),
    ("training.epochs", [], "training.epochs: must have 1 or more entries, not []"),
    (
        "training.epochs",
        [4, 2],
        "training.epochs: epochs must rise, each checkpoint named once, the last above 0",
    ),
    (
        "backbone.kernels",
        [10, 5],
        "backbone.kernels: kernel widths must be odd, so that a filter is centred on its position",
    ),
    # train sizes
    ("train_sizes", [0, 50], "train_sizes[0]: must be a whole number from 10 on, or `all`, not 0"),
    ("train_sizes", ["alle"], "train_sizes[0]: must be a whole number from 10 on, or `all`, not 'alle'"),
    ("train_sizes", [100, 50], "train_sizes: must grow, with `all` at the end"),
    ("train_sizes", ["all", 50], "train_sizes: must grow, with `all` at the end"),
    ("train_sizes", [50, 50], "train_sizes: '50' is listed twice"),
    ("train_sizes", [], "train_sizes: must have 1 or more entries, not []"),
    ("train_sizes", 50, "train_sizes: must be a list, not 50"),
    # leaks
    ("leakage.kinds", ["exat"], "leakage.kinds: 'exat' is not known; did you mean 'exact'?"),
    ("leakage.kinds", ["exact", "exact"], "leakage.kinds: 'exact' is listed twice"),
    ("leakage.kinds", [], "leakage.kinds: must have 1 or more entries, not []"),
    (
        "tasks.a.leakage",
        {"kinds": ["homolog"]},
        "tasks.a.leakage.kinds: 'homolog' is not known; did you mean 'homologous'?",
    ),
    ("leakage.identity", 50, "leakage.identity: must be 1 or less, not 50"),
    ("leakage.action", "keep", "leakage.action: 'keep' is not known; known: exclude, report"),
    (
        "leakage",
        {"compare": True, "action": "report"},
        "leakage.compare: needs `action: exclude`: nothing is left out whose absence could be compared",
    ),
    # source sizes
    (
        "ablation.source_sizes",
        [100, 100],
        "ablation.source_sizes: source sizes must rise, each named once",
    ),
    ("ablation.source_sizes", [200, 100], "ablation.source_sizes: source sizes must rise, each named once"),
    ("ablation.source_sizes", [5], "ablation.source_sizes[0]: must be 10 or more, not 5"),
    ("ablation.source_sizes", [50, "all"], "ablation.source_sizes[1]: must be a whole number, not 'all'"),
    ("ablation.sizes", [50], "ablation.sizes: unknown key; did you mean 'source_sizes'?"),
    (
        "ablation",
        {"source_sizes": [50], "strategy": "ful"},
        "ablation.strategy: 'ful' is not known; did you mean 'full'?",
    ),
    (
        "ablation",
        {"source_sizes": [50], "strategy": "scratch"},
        "ablation.strategy: 'scratch' is not one of those strategies of transfer 'a--b' that start from a source "
        "model; known: zero-shot, linear-probe, full, full-kept-head",
    ),
    (
        "ablation",
        {"source_sizes": [50], "transfers": ["a-b"]},
        "ablation.transfers: 'a-b' is not known; did you mean 'a--b'?",
    ),
    # unknown words
    ("strategies", ["scratch", "ful"], "strategies: 'ful' is not known; did you mean 'full'?"),
    (
        "transfers.0.strategies",
        ["scratch", "probe"],
        "transfers[0].strategies: 'probe' is not known; did you mean 'linear-probe'?",
    ),
    ("baselines", ["kmer"], "baselines: 'kmer' is not known; did you mean 'kmer-logistic'?"),
    ("primary_metric", "AUC", "primary_metric: 'AUC' is not known; did you mean 'auroc'?"),
    ("backbone.name", "resent", "backbone.name: 'resent' is not known; did you mean 'resnet'?"),
    ("tasks.a.alphabet", "DNA", "tasks.a.alphabet: 'DNA' is not known; did you mean 'dna'?"),
    ("transfers.0.source", "c", "transfers[0].source: 'c' is not known; known: a, b"),
    # strategies
    (
        "strategies",
        ["full"],
        "strategies: 'scratch' is missing for transfer 'a--b': without it nothing says whether the source helped",
    ),
    (
        "strategies",
        ["scratch", "zero-shot"],
        "strategies: transfer 'a--b' has no strategy that learns from a source and from target labels, such as 'full'",
    ),
    ("strategies", ["scratch", "full", "full"], "strategies: 'full' is listed twice"),
    ("transfers.0.strategies", ["scratch", "full", "full"], "transfers[0].strategies: 'full' is listed twice"),
    (
        "chosen",
        "scratch",
        "chosen: 'scratch' must be 'held-out' or one of: linear-probe, full, full-kept-head",
    ),
    # transfers
    ("transfers.0.source", "b", "transfers[0]: task 'b' cannot be its own source"),
    ("transfers", [{"source": "a", "target": "b"}] * 2, "transfers: 'a--b' is listed twice"),
    ("strategies", [], "strategies: must have 1 or more entries, not []"),
    ("tasks.a.alphabet", "protein", "transfers[0]: the alphabets differ ('a' is protein, 'b' is dna)"),
    (
        "tasks.a.strand",
        "both",
        "transfers[0]: `strand` differs ('a' is both, 'b' is single), and one network reads both",
    ),
    (
        "tasks.a",
        task(classes=["rest", "site"]),
        f"transfers[0]: {HEADS.format('rest, site')}",
    ),
    (
        "tasks.a",
        simulated() | {"classes": ["x", "y"], "simulate": {"species": "ecoli", "counts": {"x": 80, "y": 80}}},
        f"transfers[0]: {HEADS.format('x, y')}",
    ),
    # classes
    ("tasks.a.classes", ["site"], "tasks.a: `type: binary` needs 2 `classes`, not 1"),
    ("tasks.a.classes", ["a", "b", "c"], "tasks.a: `type: binary` needs 2 `classes`, not 3"),
    ("tasks.a.classes", ["site", "site"], "tasks.a: `classes` names a class twice"),
    ("tasks.a.classes", ["a/b", "rest"], "tasks.a: class 'a/b' needs a name without '/' and braces"),
    (
        "tasks.a.files.0.class",
        "sit",
        "tasks.a: class 'sit' of a file is not among `classes` (site, rest)",
    ),
    ("tasks.a.files.0.class", "rest", "tasks.a: no file holds the class 'site'"),
    # files
    (
        "tasks.a.files.0.sha256",
        REMOVED,
        "tasks.a.files[0]: needs `sha256` beside `url`, so that the bytes can be checked",
    ),
    ("tasks.a.files.0.sha256", "abc", "tasks.a.files[0].sha256: must be 64 hexadecimal digits"),
    ("tasks.a.files.0.path", "x.fa", "tasks.a.files[0]: needs exactly one of `url` and `path`"),
    ("tasks.a.files.0.url", REMOVED, "tasks.a.files[0]: needs exactly one of `url` and `path`"),
    (
        "tasks.a.files.0.url",
        "ftp://example.org/a.fa",
        "tasks.a.files[0]: `url` must begin with https, http, file; a local file goes under `path`",
    ),
    ("tasks.a.files.0.url", "https:///a.fa", "tasks.a.files[0]: `url` names no host"),
    (
        "tasks.a.files.0.url",
        "https://example.org/",
        "tasks.a.files[0]: its `url` or `path` must end in a file name without braces",
    ),
    ("tasks.a.files.0.url", "https://example.org/x/rest.fa", "tasks.a: two of its files are called 'rest.fa'"),
    ("tasks.a.files", [], "tasks.a: needs exactly one of `files` and `simulate`"),
    (
        "tasks.a.simulate",
        {"species": "ecoli", "counts": {"site": 9, "rest": 9}},
        "tasks.a: needs exactly one of `files` and `simulate`",
    ),
    (
        "tasks.a",
        task(alphabet="protein", strand="both"),
        "tasks.a: a protein has no reverse complement: `strand` must be `single`",
    ),
]  # fmt: skip


def test_the_config_that_the_mistakes_are_made_in_is_correct() -> None:
    assert read_config(good()).study == "mine"


@pytest.mark.parametrize(("key", "value", "line"), KEYS, ids=[f"{key}={value}" for key, value, _ in KEYS])
def test_a_mistake_at_a_key(key: str, value: Any, line: str) -> None:
    config = changed(key, value)
    lines = [line]
    if value == [True, False]:  # YAML's yes and no: both are named
        lines = [line.format(0, "true"), line.format(1, "false")]
    if key == "tasks.A":
        lines += ["tasks.A.alphabet: is missing"]
    config_is_refused(config, in_config(*lines))


@pytest.mark.parametrize(("written", "name"), [("2024", "2024"), ("2024-11-05", "2024-11-05")])
def test_a_number_or_a_date_may_be_a_studys_name(written: str, name: str) -> None:
    assert read_config(yaml.safe_dump(good()).replace("study: mine", f"study: {written}")).study == name


def test_several_mistakes_are_told_at_once() -> None:
    config = changed("replicats", 3) | {"chosn": "full"}
    config_is_refused(config, in_config(
        "replicats: unknown key; did you mean 'replicates'?", "chosn: unknown key; did you mean 'chosen'?"
    ))  # fmt: skip


def test_a_long_value_is_shown_by_its_beginning() -> None:
    with pytest.raises(Exception, match="must be a table of keys") as error:
        read_config(changed("tasks", ["x" * 10_000] * 10))
    assert len(str(error.value)) < 1000


NO_STUDY = Told(
    "no study is named",
    "snakemake command line",
    "add --configfile config/demo.yaml, or your own study's file",
)
NO_MIRROR = "name a folder that holds the files as <host>/<path>, or leave it out"
ABSENT = "mend the path; it is relative to the folder in which snakemake runs"
TINY = "class 'site' of task 'b' has 6 sequences: a test fraction of 0.3 takes 2 of them (at least 2 are needed) "
LARGE = "train_sizes asks for 400 labels, but the pool of task 'b' holds 112"
RARE = (
    "10 labels of task 'b' hold about 1.0 of class 'site' (9.8% of the pool): too few to choose anything on"
)
WHERE_FILE = "study.yaml, key tasks.a.files[0].path"


def local(path: str) -> Config:
    return changed("tasks.a.files.0", {"path": path, "class": "site"})


def linked(name: str, to: str) -> Config:
    Path(name).symlink_to(to)
    return local(name)


def folder_for_a_file() -> Config:
    Path("mydata.fa").mkdir()
    return local("mydata.fa")


def on_the_way() -> Config:
    Path("file").write_text(">a\nACGT\n")
    return local("file/a.fa")


def small(sizes: list, **changes: Any) -> Config:
    return good() | {"tasks": {"a": task(), "b": simulated(**changes)}, "train_sizes": sizes}


def parts(sizes: list, **changes: Any) -> Config:
    return good() | {
        "tasks": {"a": simulated(**changes), "b": task()},
        "ablation": {"source_sizes": sizes},
    }


# How the mistake is made, and the whole message.
OTHERS: dict[str, tuple[Callable[[], Config | str | None], Told]] = {
    "no config at all": (lambda: None, NO_STUDY),
    "an empty table": (lambda: "{}", NO_STUDY),
    "a key that stands twice": (
        lambda: yaml.safe_dump(good(), sort_keys=False) + "study: other\n",
        Told(
            "the key 'study' stands twice in one table: in lines 1 and 30",
            "study.yaml",
            "remove or rename one of them, because YAML would take the last and drop the other",
        ),
    ),
    "a mirror that is no folder": (
        lambda: changed("mirror", "nowhere"),
        Told("the mirror 'nowhere' is not a folder", "config key mirror", NO_MIRROR),
    ),
    "a missing file": (
        lambda: local("nowhere.fa"),
        Told("there is no file 'nowhere.fa'", WHERE_FILE, ABSENT),
    ),
    "a link to nothing": (
        lambda: linked("a.fa", "nowhere.fa"),
        Told(
            "'a.fa' is a link to a file that does not exist",
            WHERE_FILE,
            "mend the link or the path",
        ),
    ),
    "a link to itself": (
        lambda: linked("a.fa", "a.fa"),
        Told(
            "the file 'a.fa' cannot be reached: Too many levels of symbolic links",
            WHERE_FILE,
            "mend the path or its permissions; it is relative to the folder in which snakemake runs",
        ),
    ),
    "a path through a file": (
        on_the_way,
        Told(
            "the file 'file/a.fa' cannot be reached: Not a directory",
            WHERE_FILE,
            "mend the path or its permissions; it is relative to the folder in which snakemake runs",
        ),
    ),
    "a folder instead of a file": (
        folder_for_a_file,
        Told("'mydata.fa' is a folder, not a file", WHERE_FILE, "name one FASTA file per entry"),
    ),
    "a simulated class too small for the folds": (
        lambda: small(["all"], site=6),
        Told(
            f"{TINY}and leaves 4 for the pool (at least 5 are needed, one for each fold)",
            "config key tasks.b",
            "give more sequences of that class, or change tasks.b.split.test or training.folds",
        ),
    ),
    "more labels than are simulated": (
        lambda: small([50, 400]),
        Told(
            LARGE,
            "config key train_sizes",
            "leave out the sizes above 112; `all` stands for the whole pool",
        ),
    ),
    "a part of a simulated source that is all of it": (
        lambda: parts([50, 112]),
        Told(
            "ablation.source_sizes asks for 112 sequences of source 'a', which has 112 to learn from",
            "config key ablation.source_sizes",
            "leave out the sizes from 112 on, because the whole source is compared in any case; or name transfers with "
            "larger sources in ablation.transfers",
        ),
    ),
    "a part with too little of a rare class": (
        lambda: parts([20], site=40, rest=370),
        Told(
            "20 sequences of source 'a' hold about 2.0 of class 'site' (9.8% of those to learn from): too few to train "
            "and validate a source model on",
            "config key ablation.source_sizes",
            "leave out the sizes below 31",
        ),
    ),
    "sizes too small for a rare simulated class": (
        lambda: small([10, "all"], site=40, rest=370),
        Told(
            RARE,
            "config key train_sizes",
            "leave out the sizes below 31, or collect more of that class",
        ),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_mistake_of_another_kind(name: str) -> None:
    make, message = OTHERS[name]
    config_is_refused(make(), message)


def test_a_mirror_of_the_environment_that_is_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQGRAFT_MIRROR", "nowhere")
    where = "environment variable SEQGRAFT_MIRROR"
    config_is_refused(good(), Told("the mirror 'nowhere' is not a folder", where, NO_MIRROR))


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.fa").write_text(">a\nACGT\n")
    # A test may run as root, who may read everything.
    monkeypatch.setattr("seqgraft.config.places.os.access", lambda path, mode: path != "a.fa")
    config_is_refused(
        local("a.fa"), Told("the file 'a.fa' may not be read", WHERE_FILE, "mend its permissions")
    )
