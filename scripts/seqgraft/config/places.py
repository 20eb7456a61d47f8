"""The folders and files that a config names, looked at before any job runs, when a mistake is cheap."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import yaml

from seqgraft.config.study import Study
from seqgraft.errors import SeqgraftError

_RELATIVE = "it is relative to the folder in which snakemake runs"
# What the rules make in a study's folder.
_FOLDERS = ("benchmarks", "data", "logs", "pretrained", "raw", "resume", "targets", "transfers")


def keys_stand_once(files: Sequence[str | os.PathLike[str]]) -> None:
    """Refuse a key that a config file names twice, of which YAML would silently take the last.

    Parameters
    ----------
    files : sequence of path-like
        The config files; what is no YAML is left to others.

    Raises
    ------
    SeqgraftError
        If a key stands twice in one table.
    """
    for name in files:
        try:
            root = yaml.compose(Path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                seen: dict[str, int] = {}
                for key, value in node.value:
                    line = key.start_mark.line + 1
                    if key.value in seen and key.value != "<<":
                        raise SeqgraftError(
                            f"the key '{key.value}' stands twice in one table: in lines {seen[key.value]} and {line}",
                            where=os.path.relpath(name),
                            remedy="remove or rename one of them, because YAML would take the last and drop the other",
                        )
                    if isinstance(key, yaml.ScalarNode):
                        seen[key.value] = line
                    waiting.append(value)
            elif isinstance(node, yaml.SequenceNode):
                waiting.extend(node.value)


def local_files_exist(study: Study, where: str) -> None:
    """Look for the local files of all tasks.

    Parameters
    ----------
    study : Study
        The study.
    where : str
        The config file, for the message.

    Raises
    ------
    SeqgraftError
        If one is missing, is no file or may not be read.
    """
    for name, task in study.tasks.items():
        for index, entry in enumerate(task.files):
            if entry.path is None:
                continue
            trouble = _unreadable(entry.path, f"{where}, key tasks.{name}.files[{index}].path")
            if trouble is not None:
                raise trouble
        for key in ("matrix", "ids") if task.embeddings is not None else ():
            trouble = _unreadable(
                getattr(task.embeddings, key), f"{where}, key tasks.{name}.embeddings.{key}"
            )
            if trouble is not None:
                raise trouble
        if task.negatives is not None and task.negatives.genome is not None:
            trouble = _unreadable(task.negatives.genome, f"{where}, key tasks.{name}.negatives.genome")
            if trouble is not None:
                raise trouble


def _unreadable(path: str, where: str) -> SeqgraftError | None:
    """Say why a file cannot be read and what to do; None if it can."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - Path.exists takes a forbidden folder for an exception
    except FileNotFoundError:
        if Path(path).is_symlink():
            return SeqgraftError(
                f"'{path}' is a link to a file that does not exist",
                where=where,
                remedy="mend the link or the path",
            )
        return SeqgraftError(f"there is no file '{path}'", where=where, remedy=f"mend the path; {_RELATIVE}")
    except (OSError, ValueError) as error:
        return SeqgraftError(
            f"the file '{path}' cannot be reached: {getattr(error, 'strerror', None) or error}",
            where=where,
            remedy=f"mend the path or its permissions; {_RELATIVE}",
        )
    if stat.S_ISDIR(mode):
        return SeqgraftError(
            f"'{path}' is a folder, not a file", where=where, remedy="name one FASTA file per entry"
        )
    if not os.access(path, os.R_OK):
        return SeqgraftError(f"the file '{path}' may not be read", where=where, remedy="mend its permissions")
    return None


def results_are_folders(study: str, folder: Path = Path("results")) -> None:
    """Look whether a file or a dead link stands where the rules need a folder.

    Parameters
    ----------
    study : str
        The study's name.
    folder : pathlib.Path
        The folder of all results.

    Raises
    ------
    SeqgraftError
        If one does.
    """
    for place in (folder, folder / study, *(folder / study / name for name in _FOLDERS)):
        if os.path.lexists(place) and not place.is_dir():
            raise SeqgraftError(
                f"'{place}' is not a folder, and the results belong in it",
                where=str(place.absolute()),
                remedy="move it away, or run in another folder",
            )


def results_can_be_written(study: str, folder: Path = Path("results")) -> None:
    """Look whether a study's results can be written; only where jobs start, as anyone may look at results.

    Parameters
    ----------
    study : str
        The study's name.
    folder : pathlib.Path
        The folder of all results.

    Raises
    ------
    SeqgraftError
        If a folder of the results takes no files.
    """
    for place in (folder, folder / study, *(folder / study / name for name in _FOLDERS)):
        nearest = next(parent for parent in (place, *place.absolute().parents) if parent.is_dir())
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise SeqgraftError(
                f"the results cannot be written: the folder '{nearest}' takes no files",
                where=str(place.absolute()),
                remedy="mend its permissions, or run in a folder of your own (--directory FOLDER)",
            )
