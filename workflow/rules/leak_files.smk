# What the rules about leaks need beside the rest: the jobs that learn a second time, with the leaks left in.


def leaky_folder():
    """Name the folder of all that learned from leaks, apart from every result that counts."""
    return f"results/{STUDY.study}/with-leaks"


def leaky_models(file):
    """Return a function that names one file of each source model that learned from leaks, too."""
    return lambda wildcards: [
        f"{leaky_folder()}/pretrained/{sources}/{k}/{file}"
        for sources in grafted(wildcards)
        for k in SOURCE_MODELS
    ]


def leaky_fits():
    """Map the folder of each of them, learned with the leaks left in, to what it fits; none where not asked for."""
    if not STUDY.leakage.compare:
        return {}
    results = f"results/{STUDY.study}"
    return {
        folder.replace(results, leaky_folder(), 1): {
            **job,
            "strategy": f"{job['strategy']}@leaks",
        }
        for folder, job in deciding_fits().items()
    }


def fits_to_compare_leaks():
    """Map the folders of all fits that are compared to what they fit."""
    return deciding_fits() | leaky_fits() if STUDY.leakage.compare else {}


def leaky_sources():
    """Name the folder of each source model that learned from leaks."""
    return [
        f"{leaky_folder()}/pretrained/{source}/{k}"
        for source in SOURCES
        for k in SOURCE_MODELS
        if STUDY.leakage.compare
    ]


def leaky_results():
    """Name what learned from leaks and must come out the same again."""
    return [
        f"{folder}/{file}"
        for folder in [*leaky_sources(), *leaky_fits()]
        for file in ("predictions.parquet", "weights.safetensors")
    ]


def leaky_beside():
    """Name what tells how they learned, which a repetition need not give byte for byte."""
    return [
        f"{folder}/{file}"
        for folder in [*leaky_sources(), *leaky_fits()]
        for file in ("bundle.json", "history.tsv")
    ]


def leaky_stores():
    """Name the folders of the resume store that these jobs use, below the store itself."""
    sources = [
        Path(folder).relative_to(f"results/{STUDY.study}") for folder in leaky_sources()
    ]
    fits = [Path(folder).relative_to(leaky_folder()) for folder in leaky_fits()]
    return sources + [Path("with-leaks", *folder.parts[1:]) for folder in fits]


def table_of_leak_claims():
    """Name the table of what would have been claimed with the leaks left in, if the study asks for it."""
    return [
        f"results/{STUDY.study}/leak_claims.tsv" for _ in [0] if STUDY.leakage.compare
    ]
