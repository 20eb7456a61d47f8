"""Read a study's config and say in plain words what is wrong with it."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from seqgraft.config.study import Study
from seqgraft.config.suggest import suggestion
from seqgraft.errors import SeqgraftError

# What pydantic adds to a key's path: marks of dict keys, constraints and members of unions.
_INTERNAL = re.compile(r"\[key\]|constrained-\w+|literal\[.*\]")
_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table of keys",
    "model_type": "must be a table of keys",
    "bool_parsing": "must be true or false",
}


def read_study(config: Mapping[str, Any], files: Sequence[str] = ()) -> Study:
    """Validate a config as Snakemake hands it over.

    Parameters
    ----------
    config : mapping
        The merged content of ``--configfile`` and ``--config``.
    files : sequence of str, optional
        The config files, for the message.

    Returns
    -------
    Study

    Raises
    ------
    SeqgraftError
        If there is no config, or if anything in it is wrong; it names the key's path and, where a name is
        misspelt, the closest known one.
    """
    where = ", ".join(os.path.relpath(name) for name in files) or "--config"
    if not config:
        raise SeqgraftError(
            "no study is named",
            where="snakemake command line",
            remedy="add --configfile config/demo.yaml, or your own study's file",
        )
    try:
        study = Study.model_validate(dict(config))
    except ValidationError as error:
        lines = [_sentence(problem, config) for problem in error.errors()]
        shown = list(dict.fromkeys(lines))
        count = "a mistake" if len(shown) == 1 else f"{len(shown)} mistakes"
        raise SeqgraftError(
            f"the config has {count}:\n" + "\n".join(f"    {line}" for line in shown),
            where=where,
            remedy="mend the config; config/README.md explains every key",
        ) from None
    _local_files_exist(study, where)
    return study


def mirror_folder(study: Study) -> Path | None:
    """Return the mirror named by the config, else by SEQGRAFT_MIRROR, else None.

    Raises
    ------
    SeqgraftError
        If the named mirror is not a folder.
    """
    name, where = study.mirror, "config key mirror"
    if name is None:
        name, where = os.environ.get("SEQGRAFT_MIRROR") or None, "environment variable SEQGRAFT_MIRROR"
    if name is None:
        return None
    if not Path(name).is_dir():
        raise SeqgraftError(
            f"the mirror '{name}' is not a folder",
            where=where,
            remedy="name a folder that holds the files as <host>/<path>, or leave it out",
        )
    return Path(name).resolve()


def _sentence(problem: Any, config: Mapping[str, Any]) -> str:
    """Put one of pydantic's findings into words, with the key's path as a YAML author knows it."""
    location = [part for part in problem["loc"] if not _INTERNAL.fullmatch(str(part))]
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location).lstrip(".")
    kind, message = problem["type"], problem["msg"].replace(" after validation", "")
    if location[:1] == ["train_sizes"] and kind != "value_error":
        return f"{path}: must be a whole number from 10 on, or `all`, not {problem['input']!r}"
    if kind == "extra_forbidden":
        return f"{path}: unknown key{suggestion(str(location[-1]), _known_keys(location[:-1], config))}"
    if kind == "value_error":
        text = message.removeprefix("Value error, ")
        return f"{path}: {text}" if path else text
    if kind == "literal_error":
        expected = problem["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        known = [word.strip() for word in expected.split(",")]
        return f"{path}: '{problem['input']}' is not known{suggestion(str(problem['input']), known)}"
    if kind == "string_pattern_mismatch":
        return (
            f"{path}: '{problem['input']}' is not a valid name: lower-case letters and digits, "
            "joined by single '-' or '_'"
        )
    if kind in _PLAIN:
        given = "" if kind == "missing" else f", not {problem['input']!r}"
        return f"{path}: {_PLAIN[kind]}{given}"
    return f"{path}: {message[0].lower()}{message[1:]}, not {problem['input']!r}"


def _known_keys(location: Sequence[Any], config: Mapping[str, Any]) -> list[str]:
    """List the keys that may stand at `location`, by walking the models along it."""
    model: Any = Study
    name_follows = False
    for part in location:
        if isinstance(part, int) or name_follows:
            name_follows = False  # an index into a list, or the author's own name in a table of names
            continue
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        model = None if field is None else model_within(field.annotation)
        if model is None:
            return []
        name_follows = field is not None and str(field.annotation).startswith("dict")
    return [field.alias or name for name, field in model.model_fields.items()]


def model_within(annotation: Any) -> Any:
    """Find the model inside ``list[Model]``, ``dict[str, Model]`` or ``Model | None``; None without one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = model_within(argument)
        if found is not None:
            return found
    return None


def _local_files_exist(study: Study, where: str) -> None:
    """Find missing local files before any job runs, when the mistake is cheap."""
    for name, task in study.tasks.items():
        for index, entry in enumerate(task.files):
            if entry.path is not None and not Path(entry.path).is_file():
                raise SeqgraftError(
                    f"there is no file '{entry.path}'",
                    where=f"{where}, key tasks.{name}.files[{index}].path",
                    remedy="mend the path; it is relative to the folder in which snakemake runs",
                )
