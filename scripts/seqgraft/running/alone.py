"""What surrounds a run of Snakemake: it holds its study, its jobs end well, and the resume store is kept small."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqgraft.errors import SeqgraftError
from seqgraft.running.ending import hold_back_interrupts
from seqgraft.running.locks import clear_store, only_run


@dataclass(frozen=True)
class Run:
    """A study as its runs must know it.

    Parameters
    ----------
    study : str
        Its name.
    own_files : tuple of str
        Files outside ``results/<study>/`` that it reads.
    stores : tuple of pathlib.Path
        Folders of the resume store that its jobs use.
    error : type of Exception
        What Snakemake prints as a message.
    hold_back : bool
        Whether jobs may begin with SIGINT held back; not where rules of others run, which may never listen again.
    """

    study: str
    own_files: tuple[str, ...]
    stores: Collection[Path]
    error: type[Exception]
    hold_back: bool


def alone(execute: Callable[..., Any], run: Run, *, is_main: bool) -> Callable[..., Any]:
    """Wrap Snakemake's function that runs jobs, so that it holds the study while it does.

    Parameters
    ----------
    execute : callable
        ``Workflow.execute`` of Snakemake 9; only what runs jobs calls it. Dry runs pass through; ``--unlock``,
        ``--lint``, ``--report`` and pictures of the graph never come here.
    run : Run
        The study.
    is_main : bool
        False in the Snakemake inside a cluster job, whose study is held by the one that submitted it.

    Returns
    -------
    callable
        With the same arguments.
    """

    def execute_alone(*, executor_plugin: Any, **more: Any) -> Any:
        if executor_plugin.common_settings.dryrun_exec or not is_main:
            return execute(executor_plugin=executor_plugin, **more)
        if run.hold_back:
            hold_back_interrupts()
        try:
            with only_run(run.study, run.own_files) as held:
                result = execute(executor_plugin=executor_plugin, **more)  # raises where a job failed
                if held:
                    clear_store(Path("results", run.study, "resume"), run.stores)
                return result
        except SeqgraftError as error:
            raise run.error(str(error)) from None

    return execute_alone
