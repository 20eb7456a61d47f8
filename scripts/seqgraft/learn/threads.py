"""Whether a job was granted the threads that its study computes with."""

from seqgraft.errors import SeqgraftError


def require(granted: int, threads: int) -> None:
    """Stop a job that was granted another number of threads than the study names.

    Parameters
    ----------
    granted : int
        Threads that the job was given.
    threads : int
        ``training.threads`` of the study: results change with it.

    Raises
    ------
    SeqgraftError
        When they differ.
    """
    if granted != threads:
        raise SeqgraftError(
            f"the study computes with {threads} threads and this job was granted {granted}",
            where="config key training.threads",
            remedy=f"run with --cores {threads} or more and without --set-threads, or change training.threads "
            "(results change slightly)",
        )
