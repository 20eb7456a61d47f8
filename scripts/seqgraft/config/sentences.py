"""What pydantic finds in a config, in the words of a person who writes YAML."""

import datetime
import re
import reprlib
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, Tag

from seqgraft.config.study import Study
from seqgraft.config.suggest import suggestion

# What pydantic adds to a key's path: marks of dict keys, constraints and members of unions.
_INTERNAL = re.compile(r"\[\w+\]|constrained-\w+|literal\[.*\]")
_TABLE = "must be a table of keys"
# By pydantic's kind of finding; a {name} is filled from its context.
_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "union_tag_not_found": _TABLE,
    "bool_parsing": "must be true or false",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "too_short": "must have {min_length} or more entries",
    "too_long": "must have {max_length} or fewer entries",
}
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def sentence(problem: Any) -> str:
    """Put one of pydantic's findings into words, with the key's path as a YAML author knows it.

    Parameters
    ----------
    problem : dict
        An entry of ``ValidationError.errors()``.

    Returns
    -------
    str
        ``tasks.a.alphabt: unknown key; did you mean 'alphabet'?``
    """
    location = [part for part in problem["loc"] if not _INTERNAL.fullmatch(str(part))]
    location, keys = walked(location)
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location).lstrip(".")
    kind, message, given = problem["type"], problem["msg"].replace(" after validation", ""), problem["input"]
    if location[:1] == ["train_sizes"] and len(location) > 1:
        return f"{path}: must be a whole number from 10 on, or `all`, not {_shown(given)}"
    by_key = problem.get("ctx", {}).get("discriminator", "").strip("'")
    if kind == "union_tag_not_found" and by_key.isidentifier() and isinstance(given, dict):
        return f"{path}.{by_key}: {_PLAIN['missing']}"
    if kind == "extra_forbidden":
        return f"{path}: unknown key{suggestion(str(location[-1]), keys)}"
    if kind == "value_error":
        text = message.removeprefix("Value error, ")
        return f"{path}: {text}" if path else text
    if kind == "literal_error":
        expected = problem["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        known = [word.strip() for word in expected.split(",")]
        return f"{path}: '{given}' is not known{suggestion(str(given), known)}"
    if kind == "union_tag_invalid":
        key = by_key if by_key.isidentifier() else "method"
        tags = [tag.strip(" '") for tag in problem["ctx"]["expected_tags"].split(",")]
        return f"{path}.{key}: '{problem['ctx']['tag']}' is not known{suggestion(str(problem['ctx']['tag']), tags)}"
    if kind == "string_pattern_mismatch":
        return f"{path}: '{given}' is not a valid name: lower-case letters and digits, joined by single '-' or '_'"
    if kind == "missing":
        return f"{path}: {_PLAIN[kind]}"
    if kind == "string_type" and isinstance(given, bool | int | float | datetime.date):
        return f"{path}: must be text, and YAML reads this as {_shown(given)}: put it in quotes"
    words = _PLAIN.get(kind, f"{message[:1].lower()}{message[1:]}").format(**problem.get("ctx", {}))
    return f"{path}: {words}, not {_shown(given)}"


def follows_from_another(problem: Any) -> bool:
    """Tell whether a finding only repeats another: a list called too short because an entry of it is wrong."""
    return problem["type"] == "too_short" and len(problem["input"]) >= problem["ctx"]["min_length"]


def walked(location: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """Follow the path of a finding through the models.

    Parameters
    ----------
    location : sequence
        As pydantic tells it.

    Returns
    -------
    path : list
        The same as its author wrote it: without the names by which pydantic tells the models of one key apart.
    keys : list of str
        What may stand beside the path's last key; empty where that is in no model.
    """
    model: Any = Study
    path: list[Any] = []
    keys: list[str] = []
    models: dict[str, Any] = {}
    name_follows = False
    for part in location:
        if part in models:  # which of several models was meant, not a key
            model, models = models[part], {}
            continue
        path.append(part)
        if isinstance(part, int) or name_follows:
            name_follows = False  # an index into a list, or the author's own name in a table of names
            keys = []
            continue
        if model is None:
            keys = []
            continue
        keys = [field.alias or name for name, field in model.model_fields.items()]
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        models = {} if field is None else models_by_tag(field.annotation)
        model = None if field is None else model_within(field.annotation)
        name_follows = field is not None and str(field.annotation).startswith("dict")
    return path, keys


def models_by_tag(annotation: Any) -> dict[str, Any]:
    """Return the models that one key chooses between, by the word that chooses."""
    found: dict[str, Any] = {}
    for argument in getattr(annotation, "__args__", ()):
        model = getattr(argument, "__origin__", None) or argument
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        tags = [part.tag for part in getattr(argument, "__metadata__", ()) if isinstance(part, Tag)]
        for key in ("format", "name"):
            if not tags and key in model.model_fields:
                tags = list(get_args(model.model_fields[key].annotation))
        found.update(dict.fromkeys(tags, model))
    return found


def model_within(annotation: Any) -> Any:
    """Find the model inside ``list[Model]``, ``dict[str, Model]`` or ``Model | None``; None without one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in (getattr(annotation, "__origin__", None), *getattr(annotation, "__args__", ())):
        found = model_within(argument) if argument is not None else None
        if found is not None:
            return found
    return None


def _shown(value: Any) -> str:
    """Show a value as YAML has it, or its beginning."""
    if value is None or isinstance(value, bool):
        return {None: "empty", True: "true", False: "false"}[value]
    if isinstance(value, datetime.date):
        return str(value)
    return _SHORT.repr(value)
