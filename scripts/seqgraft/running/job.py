"""What every rule's script does around its work: a log, one clear message on a mistake, nothing half-written."""

import contextlib
import logging
import shutil
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from seqgraft.errors import SeqgraftError
from seqgraft.running.ending import Interrupted, die_with_parent, listen, run_is_alive
from seqgraft.running.machine import trouble


def run(snakemake: Any, work: Callable[[Any, logging.Logger], None]) -> None:
    """Run one rule's work and turn its failure into one message.

    Parameters
    ----------
    snakemake : snakemake.script.Snakemake
        The object that Snakemake hands to a script; its first log file is written.
    work : callable
        Takes that object and a logger; the logger writes to the log file and to the terminal.

    Raises
    ------
    SystemExit
        With status 1 if the work failed. The message of a `SeqgraftError` stands once on the terminal and once in
        the log, without a traceback; of any other exception the traceback is in the log only. With 128 and the
        signal's number if SIGTERM or SIGINT ended the work, told in one line.
    """
    die_with_parent()
    log_file = Path(str(snakemake.log[0]))
    logger = _logger(log_file)
    name = snakemake.rule
    try:
        listen()
        work(snakemake, logger)
    except Interrupted as stop:
        if run_is_alive():  # else the next run may be writing the same files already
            _remove(snakemake.output)
        logger.error("%s: interrupted (%s)", name, stop.name)
        raise
    except SeqgraftError as error:
        _remove(snakemake.output)
        logger.error("%s: error: %s", name, error)
        raise SystemExit(1) from None
    except Exception as error:
        message = trouble(error, name)
        if message is None:
            _defect(snakemake, error, logger, log_file)
        _remove(snakemake.output)  # first, because on a full disk it makes room for the log
        logger.error("%s: error: %s", name, message)
        raise SystemExit(1) from None


def _defect(snakemake: Any, error: Exception, logger: logging.Logger, log_file: Path) -> NoReturn:
    """Tell what no user could have caused: the traceback goes to the log only."""
    _remove(snakemake.output)
    _append(log_file, traceback.format_exc())
    logger.error(
        "%s: error: %s: %s\n  where:  a defect in seqgraft; the details are in %s\n"
        "  remedy: please report it with that file",
        snakemake.rule,
        type(error).__name__,
        error,
        log_file,
    )
    raise SystemExit(1) from None


class _LogFile(logging.FileHandler):
    """A log file that may stay behind on a full disk: the terminal is told all the same."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say nothing, where logging would print a traceback."""


def _logger(log_file: Path) -> logging.Logger:
    """Return a logger that writes times to the log file and bare messages to the terminal."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("seqgraft")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers.clear()
    log_file.write_text("", encoding="utf-8")  # a new run, a new log
    to_file = _LogFile(log_file, mode="a", encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    to_terminal = logging.StreamHandler()
    to_terminal.setLevel(logging.WARNING)
    to_terminal.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(to_file)
    logger.addHandler(to_terminal)
    return logger


def _append(log_file: Path, text: str) -> None:
    """Add text to the log file only."""
    with contextlib.suppress(OSError), log_file.open("a", encoding="utf-8") as handle:
        handle.write(text)


def _remove(outputs: Iterable[str]) -> None:
    """Remove what a failed job left behind."""
    for name in outputs:
        path = Path(str(name))
        with contextlib.suppress(OSError):  # what cannot be removed is no second message
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
