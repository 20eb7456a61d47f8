"""Read a study's config and say in plain words what is wrong with it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seqgraft.config.include import with_included
from seqgraft.config.places import keys_stand_once, local_files_exist
from seqgraft.config.sentences import follows_from_another, sentence
from seqgraft.config.study import Study
from seqgraft.data.counts import check_counts, check_source_size, size_of_test
from seqgraft.errors import SeqgraftError


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
        misspelt, the closest known one. Local files must exist, and simulated tasks be large enough.
    """
    where = ", ".join(os.path.relpath(name) for name in files) or "--config"
    if not config:
        raise SeqgraftError(
            "no study is named",
            where="snakemake command line",
            remedy="add --configfile config/demo.yaml, or your own study's file",
        )
    keys_stand_once(files)
    whole, task_files = with_included(config, where)
    where = ", ".join([where, *task_files])
    try:
        study = Study.model_validate(whole)
    except ValidationError as error:
        lines = [sentence(found) for found in error.errors() if not follows_from_another(found)]
        shown = list(dict.fromkeys(lines))
        count = "a mistake" if len(shown) == 1 else f"{len(shown)} mistakes"
        raise SeqgraftError(
            f"the config has {count}:\n" + "\n".join(f"    {line}" for line in shown),
            where=where,
            remedy="mend the config; config/README.md explains every key",
        ) from None
    local_files_exist(study, where)
    _simulated_tasks_suffice(study)
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


def _simulated_tasks_suffice(study: Study) -> None:
    """Refuse a simulated task that is too small; of files only `split` knows how many sequences are accepted."""
    targets = {transfer.target for transfer in study.transfers}
    for name, task in study.tasks.items():
        if task.simulate is not None and task.split.method == "stratified":
            check_counts(
                {label: task.simulate.counts[label] for label in task.classes},
                test=task.split.test,
                folds=study.training.folds,
                numbers=study.numbers if name in targets else [],
                task=name,
            )
    for transfer, size, _ in study.parts:
        source = study.tasks[transfer.source]  # never several: parts are of one source
        if source.simulate is not None and source.split.method == "stratified":
            counts = {label: source.simulate.counts[label] for label in source.classes}
            pool = {label: n - size_of_test(n, source.split.test) for label, n in counts.items()}
            check_source_size(size, pool, source=transfer.source)
