"""The part of the methods paragraph that is about data: sequences, cleaning, test part, labels, leaks."""

from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from seqgraft.data.leak_names import KEPT, USUAL_KINDS
from seqgraft.report import text
from seqgraft.report.identity_tables import BANDS
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.source_tables import attached
from seqgraft.report.task_words import NAMED, inputs_words, label_words, type_of

_AMBIGUOUS = {
    "drop": "left out",
    "unknown": "kept with that letter as unknown",
    "error": "not accepted (the run would have stopped at the first)",
}
_CONFLICTS = {
    "drop": "left out",
    "error": "not accepted (the run would have stopped at the first)",
    "mean": "given the mean of their labels where these were near enough and left out otherwise",
    "first": "given the label of the first copy",
    "merge": "given the labels of all copies where none contradicted another and left out otherwise",
}


def data_words(inputs: ReportInputs) -> str:
    """Say where the sequences are from, how many there are, and what was left out.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    str
        One paragraph.
    """
    tasks: dict[str, Any] = inputs.learned
    words = [_task(inputs, name) for name in tasks]
    policies = {
        (task.get("ambiguous", "drop"), task.get("conflicts", "drop")): None for task in tasks.values()
    }
    for ambiguous, conflicts in policies:
        own = [
            inputs.title_of(name)
            for name, task in tasks.items()
            if (task.get("ambiguous", "drop"), task.get("conflicts", "drop")) == (ambiguous, conflicts)
        ]
        binary = all(type_of(inputs, name).binary for name in tasks)
        both = "both classes" if binary else "different labels"
        conflict = _CONFLICTS.get(
            conflicts, f"given {'their mean' if conflicts == 'mean' else 'the first label'}"
        )
        where = "" if len(policies) == 1 else f" ({text.listed(own)})"
        words.append(
            f"Repeated sequences were kept once; sequences found with {both} were {conflict}; "
            f"sequences with an ambiguity code were {_AMBIGUOUS[ambiguous]}{where}."
        )
    return " ".join(words)


def _task(inputs: ReportInputs, name: str) -> str:
    """Describe one task's sequences and where they are from."""
    task, found = inputs.learned[name], inputs.data_summaries[name]
    alphabet = {"dna": "DNA", "rna": "RNA"}.get(task["alphabet"], task["alphabet"])
    by_class = [f"{text.count(own['sequences'])} {name}" for name, own in found["classes"].items()]
    known, labelled = type_of(inputs, name), task.get("type") != "unlabelled"
    if known.binary and labelled:
        by_class = [f"{text.count(found['classes'][c]['sequences'])} {c}" for c in task["classes"]]
    total = sum(int(own["sequences"]) for own in found["classes"].values())
    counted = text.listed(by_class) if 1 < len(by_class) <= NAMED else text.count(total)
    predicted = "" if known.binary else f", of each of which {label_words(task)} is predicted"
    predicted = predicted if labelled else " without labels"
    low, high = found["length"]["min"], found["length"]["max"]
    letters = text.count(low) if low == high else text.span(low, high, 0)
    used = [
        role
        for role, wanted in (
            ("source", any(name in v["source"].split("+") for v in inputs.verdicts)),
            ("target", any(name == v["target"] for v in inputs.verdicts)),
        )
        if wanted
    ]
    role = f" ({text.listed(used)})" if used else ""
    read = sum(int(entry["read"]) for entry in found["files"])
    out = read - sum(int(entry["accepted"]) for entry in found["files"])
    reasons = ", ".join(f"{kind}: {text.count(n)}" for kind, n in found["rejected"].items() if n)
    left = f"{text.count(out)} left out ({reasons})" if out and reasons else f"{text.count(out)} left out"
    return (
        f"{inputs.title_of(name)}{role}: {counted} {alphabet} {inputs_words(task)} of {letters} letters{predicted}, "
        f"{_origin(task)}; of {text.count(read)} sequences read, {left if out else 'none was left out'}."
    )


def _origin(task: dict[str, Any]) -> str:
    """Say where a task's sequences come from."""
    if "simulate" in task:
        return f"simulated by seqgraft (generator {task['simulate']['generator']})"
    hosts = list(dict.fromkeys(urlsplit(f["url"]).netloc for f in task["files"] if f.get("url")))
    local = sum(not f.get("url") for f in task["files"])
    places = [f"downloaded from {text.listed([host or 'a file address' for host in hosts])}"] if hosts else []
    places += [text.plural(local, "local file")] if local else []
    checked = " and checked by SHA-256" if all(f.get("sha256") for f in task["files"]) else ""
    return f"{text.plural(len(task['files']), 'file')} ({text.listed(places)}{checked})"


def split_words(inputs: ReportInputs) -> str:
    """Say how the test part was drawn and what was done about leaks.

    Parameters
    ----------
    inputs : ReportInputs
        The study.

    Returns
    -------
    str
        One paragraph.
    """
    config = inputs.config
    shares = text.listed(
        [
            f"{text.percent(_test_share(task, inputs.split_counts[name]), 0)} of {inputs.title_of(name)}"
            for name, task in inputs.learned.items()
        ]
    )
    sizes = text.listed([str(size) for size in config["train_sizes"]])
    words = [
        f"A test part ({shares}, {_methods(inputs.learned)}) was drawn once before anything was learned and was "
        "used for scoring alone; the rest is the pool.",
        f"Target labels were drawn from the pool in {_replicates(int(config['replicates']), inputs.learned)} "
        f"of {sizes} labels. All strategies and baselines that learn from target labels saw "
        "the same ones and the same folds.",
    ]
    if inputs.leakage.empty:
        return " ".join([*words, "No pair of parts was checked for common sequences."])
    kinds = list(inputs.leakage["kind"].drop_duplicates())
    left = inputs.excluded.drop_duplicates(["task", "id", "role"])["role"].value_counts()
    words.append(f"Leaks were looked for by {text.listed(kinds)} match.")
    kept = inputs.leakage["action"] == KEPT
    if not kept.any() or len(left):
        words.append(
            "Sequences of a source's pool found in a target's test "
            f"part or pool were left out of source training ({_found(left.get('source', 0))}), copies of test "
            f"sequences in a task's own pool were left out of it ({_found(left.get('pool', 0))})."
        )
    if kept.any():
        words.append("Some of what was found was kept, as the config asks, and the verdicts say so.")
    if set(kinds) <= set(USUAL_KINDS):
        told = (
            ""
            if attached(inputs, BANDS).empty
            else "; how alike they are, and what scores they get, is in the section on identity"
        )
        words.append(f"Sequences that are similar without being the same were not left out{told}.")
    return " ".join(words)


def _test_share(task: dict[str, Any], counts: pd.DataFrame) -> float:
    """Return the share of the test part: as asked for, or as it is where only the data tell."""
    if "test" in task["split"] and not task["split"].get("chromosomes"):
        return float(task["split"]["test"])
    return float(counts.loc[counts["part"] == "test", "sequences"].sum() / counts["sequences"].sum())


def _replicates(number: int, tasks: dict[str, Any]) -> str:
    """Count the replicates and say what they keep."""
    if any(task["split"].get("respect_groups") == "prefixes" for task in tasks.values()):
        return (
            f"{text.plural(number, 'replicate')} (in the tasks that ask for it whole groups after each other)"
        )
    return text.plural(number, "stratified replicate")


def _methods(tasks: dict[str, Any]) -> str:
    """Name the ways in which test parts were drawn."""
    names = list(dict.fromkeys(task["split"]["method"] for task in tasks.values()))
    return "stratified by class" if names == ["stratified"] else f"split by {text.listed(names)}"


def _found(number: int) -> str:
    """Write how many were found."""
    return text.count(number) if number else "none was found"
