# What the rules about identity need beside the rest: which tasks, fits and files they look at.


def compared_tasks(target):
    """Name a target and the sources grafted onto it: with the sequences of each, its test part is compared."""
    own = [t.sources.split("+") for t in STUDY.transfers if t.target == target]
    return list(
        dict.fromkeys([target, *(source for sources in own for source in sources)])
    )


def of_compared_tasks(file):
    """Return a function that names one file of each of these tasks."""
    return lambda wildcards: of_tasks(file, compared_tasks(wildcards.target))


def identity_files():
    """Name what says how alike test and training sequences are, one file per target."""
    return of_tasks("identity.parquet", TARGETS)
