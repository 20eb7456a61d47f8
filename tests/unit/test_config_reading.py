"""How files are read, as the config says it: every mistake is told with its key, and tasks come from task files."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from mistakes import Told, config_is_refused, in_config, read_config

from seqgraft.config.tasks import Task
from seqgraft.data.readers.registry import READERS

ROOT = Path(__file__).resolve().parents[2]
TASK = {
    "alphabet": "dna",
    "classes": ["yes", "no"],
    "files": [{"url": "https://a.org/t.csv", "sha256": "a" * 64}],
    "read": {"format": "csv", "sequence": "s", "label": "y"},
}
STUDY = {
    "study": "mine",
    "tasks": {"a": copy.deepcopy(TASK), "b": copy.deepcopy(TASK)},
    "transfers": [{"source": "a", "target": "b"}],
}
FORMATS = ", ".join(READERS)  # in the same order


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def changed(read: Any = None, **file: Any) -> dict[str, Any]:
    config = copy.deepcopy(STUDY)
    if read is not None:
        config["tasks"]["a"]["read"] = read
    config["tasks"]["a"]["files"][0] |= file
    return config


CSV = TASK["read"]
HEADER = {"format": "fasta-header"}
# What stands under `read`, what is added to the file, and the line of the message.
MISTAKES: list[tuple[Any, dict[str, Any], str]] = [
    ({"format": "cvs"}, {}, "tasks.a.read.format: 'cvs' is not known; did you mean 'csv'?"),
    ({"format": "genbank"}, {}, f"tasks.a.read.format: 'genbank' is not known; known: {FORMATS}"),
    ({"sequence": "s"}, {}, "tasks.a.read.format: is missing"),
    ("csv", {}, "tasks.a.read: must be a table of keys, not 'csv'"),
    (CSV | {"sequnce": "s"}, {}, "tasks.a.read.sequnce: unknown key; did you mean 'sequence'?"),
    (CSV | {"residues": "lines"}, {}, "tasks.a.read.residues: 'lines' is not known; known: blanks, letters"),
    (
        CSV | {"sequence": "s[1]"},
        {},
        "tasks.a.read.sequence: 's[1]' is not a column, a cut such as `context[26:56]`, or several of them joined by "
        "`+`; a name with other signs stands in quotes",
    ),
    (CSV | {"labels": {"x": "y"}}, {}, "tasks.a.read: needs exactly one of `label` and `labels`"),
    (
        CSV | {"sequence_1": "s"},
        {},
        "tasks.a.read: needs `sequence`, or both `sequence_1` and `sequence_2`",
    ),
    (
        CSV | {"mask": "m"},
        {},
        "tasks.a.read: `mask` needs `residues`, which says how the cells are written",
    ),
    (
        {"format": "csv", "label": "y", "sequence_1": "s", "sequence_2": "t", "residues": "blanks"},
        {},
        "tasks.a.read: `residues` needs `sequence`: a pair has no labels per residue",
    ),
    (
        CSV | {"part": "p", "parts": {"train": "training"}},
        {},
        "tasks.a.read.parts.train: 'training' is not known; known: test, pool",
    ),
    (
        HEADER | {"label": "([+-]"},
        {},
        "tasks.a.read.label: '([+-]' is not a regular expression: missing ), unterminated subpattern at position 0",
    ),
    (
        HEADER | {"label": "[+-]"},
        {},
        "tasks.a.read.label: '[+-]' has 0 groups in parentheses, and needs one: the part that is read",
    ),
    (None, {"role": "label"}, "tasks.a.files[0].role: 'label' is not known; did you mean 'labels'?"),
    (None, {"part": "train"}, "tasks.a.files[0].part: 'train' is not known; known: test, pool"),
    (
        None,
        {"role": "mask"},
        "tasks.a: file 't.csv': the format 'csv' has no use for the role 'mask'; known: sequences",
    ),
    (
        None,
        {"class": "yes"},
        "tasks.a: file 't.csv': `class` means nothing in the format 'csv', which reads labels",
    ),
    (
        {"format": "lines"},
        {},
        "tasks.a: file 't.csv' needs `class`, as each file of the format 'lines' holds one",
    ),
    ({"format": "residues"}, {}, "tasks.a: the format 'residues' needs a file with `role: labels`"),
    (
        {"format": "pairs", "first": "a", "second": "b", "label": "y"},
        {"role": "pairs"},
        "tasks.a: the format 'pairs' needs files with `role: sequences`, or both `first` and `second`",
    ),
    *(
        (
            None,
            {"member": name},
            f"tasks.a.files[0].member: '{name}' must be a name inside the archive, without '..'",
        )
        for name in ("../x.csv", "in/../../x.csv", "/etc/passwd", "\\x.csv", "")
    ),
]


@pytest.mark.parametrize(("read", "file", "line"), MISTAKES, ids=[line[:70] for *_, line in MISTAKES])
def test_a_mistake_in_how_files_are_read(read: Any, file: dict[str, Any], line: str) -> None:
    config_is_refused(changed(read, **file), in_config(line))


def test_a_link_in_a_circle() -> None:
    Path("t.csv").symlink_to("t.csv")
    config = changed()
    config["tasks"]["a"]["files"] = [{"path": "t.csv"}]
    message = Told(
        "the file 't.csv' cannot be reached: Too many levels of symbolic links",
        "study.yaml, key tasks.a.files[0].path",
        "mend the path or its permissions; it is relative to the folder in which snakemake runs",
    )
    config_is_refused(config, message)


def test_members_of_one_archive_are_one_file() -> None:
    config = changed()
    archive = {"url": "https://a.org/x.zip", "sha256": "b" * 64}
    config["tasks"]["a"]["files"] = [
        archive | {"member": "1.csv"},
        archive | {"member": "2.csv", "part": "test"},
    ]
    task = read_config(config).tasks["a"]
    assert [entry.name for entry in task.files] == ["x.zip", "x.zip"]
    config["tasks"]["a"]["files"][1] = archive | {"member": "1.csv"}
    config_is_refused(config, in_config("tasks.a: two of its files are called 'x.zip'"))
    config["tasks"]["a"]["files"][1] = archive | {"member": "2.csv", "sha256": "c" * 64}
    config_is_refused(config, in_config("tasks.a: two of its files are called 'x.zip'"))


def test_numbers_stand_for_text() -> None:
    read = CSV | {"header": False, "sequence": "2", "label": 3, "part": 1, "parts": {1: "pool", 2.5: "test"}}
    settings = read_config(changed(read)).tasks["a"].read
    assert (settings.label, settings.part, settings.parts) == ("3", "1", {"1": "pool", "2.5": "test"})


# --- task files -------------------------------------------------------------------------------------------------------

ALONE = {"study": "mine", "tasks_from": ["more.yaml"], "transfers": [{"source": "a", "target": "b"}]}
WHERE = "study.yaml, key tasks_from[0]"
REMEDY = "name task files, each with a table `tasks`; those that ship are in config/tasks/"


def write(name: str, content: Any) -> None:
    Path(name).write_text(content if isinstance(content, str) else yaml.safe_dump(content))


def test_tasks_come_from_files() -> None:
    write("more.yaml", {"tasks": {"a": TASK | {"title": "From a file"}, "unused": "not even a task"}})
    study = read_config(ALONE | {"tasks": {"b": TASK}})
    assert sorted(study.tasks) == ["a", "b"]
    assert study.tasks["a"].title == "From a file"
    assert study.tasks_from == []
    write("more.yaml", {"tasks": {"a": TASK, "b": TASK}})
    assert sorted(read_config(ALONE).tasks) == ["a", "b"]


def test_a_mistake_in_a_task_file_names_the_file() -> None:
    write("more.yaml", {"tasks": {"a": TASK | {"alphabt": "dna"}, "b": TASK}})
    message = in_config("tasks.a.alphabt: unknown key; did you mean 'alphabet'?")
    config_is_refused(ALONE, message._replace(where="study.yaml, more.yaml"))


def test_task_files_that_cannot_be_used() -> None:
    here = f"names are relative to {Path.cwd()}"
    config_is_refused(ALONE, Told("there is no task file 'more.yaml'", WHERE, f"{REMEDY}; {here}"))
    write("more.yaml", "tasks: [")
    config_is_refused(ALONE, Told("the task file is not YAML", "more.yaml, line 1", "mend the file"))
    for content in ({"a": TASK}, {"tasks": [TASK]}, ["tasks"], {"tasks": {}, "transfers": []}):
        write("more.yaml", content)
        wrong = "the task file is not a table with the one key `tasks`"
        config_is_refused(ALONE, Told(wrong, "more.yaml", REMEDY))
    write("more.yaml", {"tasks": {"a": TASK, "b": TASK}})
    twice = Told("the task 'a' stands in study.yaml and in more.yaml", WHERE, "rename one of them")
    config_is_refused(ALONE | {"tasks": {"a": TASK}}, twice)
    config_is_refused(
        ALONE | {"tasks_from": "more.yaml", "tasks": {"a": TASK, "b": TASK}},
        in_config("tasks_from: must be a list, not 'more.yaml'"),
    )


def test_a_misspelt_task_of_a_file_is_suggested() -> None:
    write("more.yaml", {"tasks": {"enhancers": TASK, "b": TASK}})
    config = ALONE | {"transfers": [{"source": "enhancer", "target": "b"}]}
    message = Told(
        "no task is called 'enhancer'; did you mean 'enhancers'?",
        "study.yaml, key transfers",
        "correct the name",
    )
    config_is_refused(config, message)


@pytest.mark.parametrize("file", sorted((ROOT / "config/tasks").glob("*.yaml")), ids=lambda file: file.stem)
def test_shipped_task_files_are_valid(file: Path) -> None:
    for name, task in yaml.safe_load(file.read_text())["tasks"].items():
        Task.model_validate(task)
        assert "--" not in name


def test_shipped_tasks_have_names_of_their_own() -> None:
    files = (ROOT / "config/tasks").glob("*.yaml")
    names = [name for file in files for name in yaml.safe_load(file.read_text())["tasks"]]
    assert len(names) == len(set(names)) > 70
