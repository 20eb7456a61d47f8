"""Note which files of the library a rule's script opens, in runs that ask for it by SEQGRAFT_TEST_SEEN.

It is run before the script, in its process. It knows nothing of import statements, so that it can check what is derived
from them.
"""

import atexit
import importlib.util
import os
import sys
from pathlib import Path

FOLDER = os.environ.get("SEQGRAFT_TEST_SEEN")


def note_opened_files(folder: Path) -> None:
    """Write one file per process at its end, named after its script: the library's files that it opened."""
    opened: set[str] = set()

    def hear(event: str, arguments: tuple) -> None:
        if event == "open" and isinstance(arguments[0], str) and "/seqgraft/" in arguments[0]:
            opened.add(arguments[0])

    def write() -> None:
        program = Path(sys.argv[0])
        if (
            program.parent.name != "scripts"
        ):  # Snakemake runs copies in .snakemake/scripts/<random>.<script>.py
            return
        sources = {importlib.util.source_from_cache(p) if p.endswith(".pyc") else p for p in opened}
        sources |= {
            module.__file__
            for name, module in sys.modules.items()
            if name.split(".")[0] == "seqgraft" and module.__file__
        }
        script = program.stem.split(".")[-1]
        (folder / f"{script}.{os.getpid()}").write_text("\n".join(sorted(sources)))

    sys.addaudithook(hear)
    atexit.register(write)


if FOLDER:
    note_opened_files(Path(FOLDER))
