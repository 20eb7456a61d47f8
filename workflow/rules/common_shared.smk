# Functions about source models with a shared backbone, and about the second stage between source and target.

ADAPTED_TRANSFERS = [t for t in STUDY.transfers if STUDY.has_second_stage(t)]


def masked_sources(sources):
    """Name those of some sources that are learned by masked letters."""
    return [name for name in sources.split("+") if STUDY.is_masked(name)]


def shared_tasks(sources):
    """Map each of some sources to what a network must know of it."""
    return {
        name: reading_of(name) | {"type": STUDY.tasks[name].type}
        for name in sources.split("+")
    }


def shared_pretraining(sources):
    """Return what a shared backbone is trained by: what only other kinds of source models use leaves it alone."""
    own = STUDY.pretraining.of_shared
    unused = {"objective"}
    if not masked_sources(sources):
        unused.add("masking")
    if "+" not in sources:
        unused.add("temperature")
    if len(masked_sources(sources)) == len(sources.split("+")):
        unused.add("token_dropout")
    return {key: value for key, value in own.items() if key not in unused}


def source_head(wildcards):
    """Name the source whose head a strategy keeps; None where it keeps none, or there is but one."""
    if "transfer" not in wildcards.keys():
        return None
    kept = STRATEGY_FACTS[wildcards.strategy].head == "kept"
    transfer = TRANSFERS[whole(wildcards.transfer)]
    return transfer.head if kept and transfer.sources in SHARED else None


def second_stage():
    """Return what a second stage is trained by: for which transfers there is one changes none of them."""
    own = STUDY.pretraining.second_stage
    return own and own.model_dump(mode="json", exclude={"transfers"})


def model_before(file):
    """Return a function that names one file of the source model that a second stage starts from."""
    return (
        lambda wildcards: f"results/{STUDY.study}/pretrained/{TRANSFERS[wildcards.transfer].sources}/"
        f"{wildcards.model}/{file}"
    )


def adapted_models(transfer, file):
    """Name one file of each source model of a transfer after the second stage."""
    return [
        f"results/{STUDY.study}/adapted/{transfer.name}/{k}/{file}"
        for k in SOURCE_MODELS
    ]


def of_adapted(file):
    """Name one file of every source model after a second stage."""
    return [path for t in ADAPTED_TRANSFERS for path in adapted_models(t, file)]


def seen_before(transfer):
    """Return what a verdict must say of the target's sequences that were seen without labels; nothing of most."""
    if not STUDY.has_second_stage(transfer):
        return {}
    transductive = STUDY.pretraining.second_stage.transductive
    return {"seen_unlabelled": "test" if transductive else "pool"}
