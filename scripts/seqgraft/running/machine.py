"""What the machine refuses (space, permission, memory), in words for the person who can mend it."""

import errno
import os
import re

from seqgraft.errors import SeqgraftError

_AGAIN = "then run again: what was finished is kept"
_SPACE = f"free some space, {_AGAIN}"
_NAME = "move what stands in the way, or run in another folder"
# The states of a machine that no program can cause; any other number is a defect of the program.
_REMEDIES = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: f"free some of your quota or ask for more, {_AGAIN}",
    errno.EFBIG: f"raise the limit on a file's size (`ulimit -f`), {_AGAIN}",
    errno.EACCES: "mend the permissions of the file and of its folder, or run in a folder of your own",
    errno.EPERM: "mend the permissions of the file and of its folder, or run in a folder of your own",
    errno.EROFS: "run in a folder that can be written to",
    errno.EEXIST: _NAME,
    errno.EISDIR: _NAME,
    errno.ENOTDIR: _NAME,
    errno.ELOOP: _NAME,
    errno.ENAMETOOLONG: "use shorter names for the study, its tasks and its files",
    errno.EIO: f"look at the health of the disk or of the network folder, {_AGAIN}",
    errno.ESTALE: f"see whether the network folder is still there, {_AGAIN}",
    errno.EMFILE: f"raise the limit on open files (`ulimit -n`), {_AGAIN}",
    errno.ENFILE: f"close other programs, {_AGAIN}",
}
_MEMORY = (
    "run fewer jobs at once (a smaller --cores), or ask for more: --set-resources {rule}:mem_mb=16000, or a machine "
    "with more memory"
)
_RUST = re.compile(r"\(os error (\d+)\)")  # how safetensors tells the number
_CUT = re.compile(r"\d+ requested and \d+ written")  # how numpy tells that a file could not be written whole


def trouble(error: BaseException, rule: str) -> SeqgraftError | None:
    """Put an exception into words if the machine is its cause.

    Parameters
    ----------
    error : BaseException
        What was raised, by Python or by a library.
    rule : str
        The rule whose job it was, for the remedy.

    Returns
    -------
    SeqgraftError or None
        None where the program itself must be at fault.
    """
    place = getattr(error, "place", None) or getattr(error, "filename", None)
    text = " ".join(map(str, error.args))
    where = os.fspath(place) if isinstance(place, str | os.PathLike) else "a file of this rule"
    if isinstance(error, MemoryError) or _out_of_memory(error):
        return SeqgraftError("the memory is used up", where=f"rule {rule}", remedy=_MEMORY.format(rule=rule))
    if isinstance(error, OSError) and error.errno is None and _CUT.search(text):
        return SeqgraftError("the file could not be written whole", where=where, remedy=_SPACE)
    told = _RUST.search(text)
    number = int(told[1]) if told else getattr(error, "errno", None)
    if number not in _REMEDIES:
        return None
    return SeqgraftError(os.strerror(number), where=where, remedy=_REMEDIES[number])


def _out_of_memory(error: BaseException) -> bool:
    """Tell whether torch ran out of memory, without importing it here."""
    named = type(error).__name__ == "OutOfMemoryError"
    return named or (isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error))
