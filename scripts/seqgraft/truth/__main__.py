"""Run as ``python -m seqgraft.truth FILE [STUDIES [KIND ...]]``; ``make truth`` does."""

import os
import sys

# One process per core: threads of linear algebra on top would only be in each other's way.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from seqgraft.truth.table import STUDIES, main  # noqa: E402

if __name__ == "__main__":
    file, *rest = sys.argv[1:]
    sys.exit(main(file, int(rest[0]) if rest else STUDIES, rest[1:]))
