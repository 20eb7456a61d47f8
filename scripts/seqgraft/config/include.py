"""Tasks that a study takes from task files, such as those that ship in config/tasks/."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from seqgraft.config.places import keys_stand_once
from seqgraft.config.suggest import suggestion
from seqgraft.errors import SeqgraftError

KEY = "tasks_from"
_REMEDY = "name task files, each with a table `tasks`; those that ship are in config/tasks/"


def with_included(config: Mapping[str, Any], where: str) -> tuple[dict[str, Any], list[str]]:
    """Put tasks of task files among the study's own.

    Only those are taken that a transfer names: the others of a family need not be fetched. Without a transfer all are,
    to be prepared.

    Parameters
    ----------
    config : mapping
        The config as written.
    where : str
        The config file, for messages.

    Returns
    -------
    config : dict
        The config without `tasks_from`, its `tasks` complete. What is wrong in another way is left for validation.
    files : list of str
        The task files, for messages.

    Raises
    ------
    SeqgraftError
        If a task file cannot be read, or a task stands in two places.
    """
    names = config.get(KEY)
    own = config.get("tasks", {})
    if names is None or not isinstance(names, list) or not isinstance(own, Mapping):
        return dict(config), []
    wanted = _named_by_transfers(config.get("transfers"))
    tasks, places = dict(own), dict.fromkeys(own, where)
    for index, name in enumerate(names):
        for task, content in _tasks_of(name, f"{where}, key {KEY}[{index}]").items():
            if task in places:
                raise SeqgraftError(
                    f"the task '{task}' stands in {places[task]} and in {name}",
                    where=f"{where}, key {KEY}[{index}]",
                    remedy="rename one of them",
                )
            places[task] = name
            if task in wanted or config.get("transfers") == []:
                tasks[task] = content
    for task in wanted - set(places):
        close = suggestion(task, places)
        if close.startswith("; did you mean"):
            raise SeqgraftError(
                f"no task is called '{task}'{close}",
                where=f"{where}, key transfers",
                remedy="correct the name",
            )
    rest = {key: value for key, value in config.items() if key != KEY}
    return {**rest, "tasks": tasks}, [str(name) for name in names]


def _tasks_of(name: Any, where: str) -> dict[str, Any]:
    """Read one task file."""
    if not isinstance(name, str) or not Path(name).is_file():
        raise SeqgraftError(
            f"there is no task file '{name}'", where=where, remedy=f"{_REMEDY}; {_from_here()}"
        )
    keys_stand_once([name])
    try:
        content = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = f", line {mark.line + 1}" if (mark := getattr(error, "problem_mark", None)) else ""
        raise SeqgraftError(
            "the task file is not YAML", where=f"{name}{line}", remedy="mend the file"
        ) from None
    if not isinstance(content, dict) or set(content) != {"tasks"} or not isinstance(content["tasks"], dict):
        raise SeqgraftError(
            "the task file is not a table with the one key `tasks`", where=name, remedy=_REMEDY
        )
    return dict(content["tasks"])


def _from_here() -> str:
    return f"names are relative to {Path.cwd()}"


def _named_by_transfers(transfers: Any) -> set[str]:
    """List the tasks that transfers name, as far as they are written as they should be."""
    entries = (
        [entry for entry in transfers if isinstance(entry, Mapping)] if isinstance(transfers, list) else []
    )
    named = [entry.get(key) for entry in entries for key in ("source", "target")]
    several = [name for names in named for name in (names if isinstance(names, list) else [names])]
    return {part for name in several if isinstance(name, str) for part in name.split("+")}
