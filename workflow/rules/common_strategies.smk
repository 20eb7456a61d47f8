# Functions about strategies that have options, learn from the source's sequences again, or choose among others.


def grafted(wildcards):
    """Name the sources whose models a fit starts from: the transfer's own, and for `auto` those that it may take."""
    name = wildcards.transfer
    transfer = TRANSFERS[whole(name)]
    own = name.replace(whole(name), transfer.sources)
    if wildcards.get("strategy") != "auto" or own != transfer.sources:
        return [own]
    asked = [sources for sources, _ in auto_candidates(STUDY, transfer) if sources]
    return list(dict.fromkeys([own, *asked]))


def strategy_options(wildcards):
    """Return the options of a strategy as plain values, all of them; for `auto` its sources and candidates."""
    if wildcards.strategy != "auto":
        return STUDY.options_of(wildcards.strategy)
    transfer, names = TRANSFERS[whole(wildcards.transfer)], grafted(wildcards)
    # Where `auto` starts from a part of the source, other sources are no candidates.
    called = {sources: sources for sources in ("", *names)} | {
        transfer.sources: names[0]
    }
    return {
        "sources": names,
        "candidates": [
            [called[sources], name, STUDY.options_of(name)]
            for sources, name in auto_candidates(STUDY, transfer)
            if sources in called
        ],
    }


def learns_source_again(wildcards):
    """Tell whether a strategy learns from the source's sequences beside its model."""
    known = {**STRATEGY_FACTS, **NETWORK_BASELINES}
    return known[wildcards.strategy].source_examples


def source_task(file):
    """Return a function that names one file of each source task, for strategies that learn from it again."""

    def files(wildcards):
        sources = TRANSFERS[whole(wildcards.transfer)].sources.split("+")
        return of_tasks(file, sources) if learns_source_again(wildcards) else []

    return files


def of_source_tasks(wildcards):
    """Return what a network must know of each of these tasks; none for what starts from no source."""
    if not learns_source_again(wildcards):
        return []
    sources = TRANSFERS[whole(wildcards.transfer)].sources.split("+")
    return [reading_of(source) for source in sources]
