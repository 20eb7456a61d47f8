"""Count how often the statistics find what is true of simulated studies; ``make truth`` runs this."""

import argparse
import os
import sys

# One process per core: threads of linear algebra on top would only be in each other's way.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from seqgraft.truth.table import STUDIES, main  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m seqgraft.truth", description=__doc__)
    parser.add_argument("file", help="where to write the table")
    parser.add_argument(
        "studies", nargs="?", type=int, default=STUDIES, help="studies of each kind (%(default)s)"
    )
    parser.add_argument("kinds", nargs="*", help="kinds of studies; all of them where none is named")
    asked = parser.parse_args()
    sys.exit(main(asked.file, asked.studies, asked.kinds))
