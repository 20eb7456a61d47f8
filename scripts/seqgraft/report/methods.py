"""The methods paragraph: what was really run, in sentences that can stand in a paper, with numbered citations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seqgraft.learn.descriptions import BACKBONES, BASELINES, STRATEGIES
from seqgraft.learn.names import FALLING, NETWORK_BASELINES, STRATEGY_FACTS
from seqgraft.learn.neighbours import NEIGHBOURS, PRIORS
from seqgraft.report import suspicions, text
from seqgraft.report.ablation_tables import ablation_rows, titles
from seqgraft.report.inputs import ReportInputs
from seqgraft.report.methods_data import data_words, split_words
from seqgraft.report.methods_identity import identity_words
from seqgraft.report.methods_pretraining import second_stage_words, shared_words
from seqgraft.report.methods_sources import estimates_words, forgetting_words
from seqgraft.report.methods_statistics import statistics_words
from seqgraft.report.references import OF_STRATEGIES, Citations
from seqgraft.report.task_words import CONSTANT, constant_words, source_type, target_types
from seqgraft.stats.settings import ZERO_SHOT

#: Packages that are named with their version, and how they are written.
_SOFTWARE = {
    "snakemake": "Snakemake", "torch": "PyTorch", "scikit-learn": "scikit-learn", "numpy": "NumPy", "scipy": "SciPy",
}  # fmt: skip


@dataclass(frozen=True)
class Description:
    """The methods of one study.

    Parameters
    ----------
    paragraphs : tuple of (str, str)
        What each is about, and its text with markers such as "[3]".
    references : tuple of (int, str)
        Numbered.
    bibtex : str
        The same references.
    """

    paragraphs: tuple[tuple[str, str], ...]
    references: tuple[tuple[int, str], ...]
    bibtex: str

    @property
    def text(self) -> str:
        """Everything as plain text, ready to paste."""
        body = "\n\n".join(words for _, words in self.paragraphs)
        listed = "\n".join(f"{number}. {words}" for number, words in self.references)
        return f"{body}\n\nReferences\n\n{listed}\n"


def methods(inputs: ReportInputs, level: float) -> Description:
    """Describe what was done.

    Parameters
    ----------
    inputs : ReportInputs
        The study.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Description
    """
    cited = Citations()
    parts: list[tuple[str, Callable[[], str]]] = [
        ("Data", lambda: data_words(inputs)),
        ("Test part and leaks", lambda: split_words(inputs)),
        ("Network", lambda: _network(inputs)),
        ("Source models", lambda: _sources(inputs, cited)),
        ("Shared backbones and masked letters", lambda: shared_words(inputs, cited)),
        ("Second stage", lambda: second_stage_words(inputs, cited)),
        ("Strategies", lambda: _strategies(inputs, cited)),
        ("Choosing", lambda: _choosing(inputs, cited)),
        ("Statistics", lambda: statistics_words(inputs, level, cited)),
        ("Identity to training sequences", lambda: identity_words(inputs, cited)),
        ("Promises of the sources", lambda: estimates_words(inputs, cited)),
        ("Forgetting", lambda: forgetting_words(inputs)),
        ("Checks", lambda: suspicions.sentence(inputs)),
        ("Size of the source", lambda: _source_sizes(inputs)),
        ("Software", lambda: _software(inputs, cited)),
    ]
    paragraphs = tuple((name, words) for name, make in parts if (words := make()))
    return Description(paragraphs, tuple(cited.listed), cited.bibtex)


def _network(inputs: ReportInputs) -> str:
    """Describe encoding and backbone."""
    settings = inputs.config["backbone"]
    about = BACKBONES.get(settings["name"])
    values = ", ".join(f"{key} {text.setting(value)}" for key, value in settings.items() if key != "name")
    sizes = sorted(
        {int(m.bundle["parameters"]) for m in inputs.source_models.values() if "parameters" in m.bundle}
    )
    counted = (
        f" It has {text.listed([text.count(n) for n in sizes])} parameters, without the head."
        if sizes
        else ""
    )
    both = [inputs.title_of(name) for name, task in inputs.learned.items() if task["strand"] == "both"]
    strands = (
        f" For {text.listed(both)} both strands mean the same: networks are trained on a strand drawn at random, and "
        "predictions of both strands are averaged."
        if both
        else ""
    )
    return (
        "Letters were one-hot encoded, an unknown letter as zeros. "
        f"The network ({settings['name']}): {about.text if about else ''} Settings: {values}; the head is one linear "
        f"layer.{counted}{strands}"
    )


def _optimizer(settings: dict[str, Any], rates: str, cited: Citations) -> str:
    """Say how a network is trained, and which of its weights are used."""
    extra = ""
    if settings.get("token_dropout"):
        extra += f", {text.percent(float(settings['token_dropout']), 0)} of the letters hidden at random"
    if settings.get("shift"):
        extra += f", shifts of up to {text.plural(int(settings['shift']), 'letter')}"
    names = {"adam": "Adam", "sgd": f"gradient descent with momentum {settings.get('momentum', 0.9):g}"}
    name = names.get(settings.get("optimizer", "adamw")) or f"AdamW {cited.cite('loshchilov2019')}"
    schedule = _schedule(settings)
    decays = text.listed(
        [f"{value:g}" for value in settings.get("weight_decays") or [settings["weight_decay"]]], "or"
    )
    kept = (
        "the last weights of a run of its own for each number of epochs"
        if schedule in FALLING
        else f"a running average of the weights {cited.cite('shamir2013')}"
    )
    return (
        f"{name} at a {schedule} learning rate {rates}, batches of {settings['batch_size']}, weight decay "
        f"{decays}{extra} and {kept}"
    )


def _schedule(settings: dict[str, Any]) -> str:
    """Name the schedule of the learning rate."""
    return str(settings.get("schedule", "constant"))


def _sources(inputs: ReportInputs, cited: Citations) -> str:
    """Say how source models were trained."""
    own = inputs.config["pretraining"]
    number = int(own["replicates"])
    checkpoints = text.listed([str(epoch) for epoch in own["epochs"]])
    models = (
        "One source model per source was trained on the source's pool; all replicates of a target start from it, so "
        "the results hold for this one source model."
        if number == 1
        else f"{number} source models per source, which differ in their seeds, were trained on the source's pool; the "
        "replicates of a target start from them in turn, so that no result hangs on one source model."
    )
    how = _optimizer(own, f"of {own['learning_rate']:g}", cited)
    return (
        f"{models} Training used {how}. After "
        f"{checkpoints} epochs the {_source_loss(inputs)} on a stratified "
        f"{text.percent(float(own['validation']), 0)} of these sequences, held out, was taken; the checkpoint with "
        "the lowest was kept, and training ended early after "
        f"{text.plural(int(own['patience']), 'checkpoint')} without a lower one."
    )


def _source_loss(inputs: ReportInputs) -> str:
    """Name what source models are judged by."""
    sources = dict.fromkeys(verdict["source"] for verdict in inputs.verdicts)
    return text.listed(list(dict.fromkeys(source_type(inputs, name).loss_words for name in sources)), "or")


def _source_sizes(inputs: ReportInputs) -> str:
    """Say how smaller sources were compared; nothing where they were not."""
    table = ablation_rows(inputs)
    if table.empty:
        return ""
    own = inputs.config["ablation"]
    sizes = text.listed([text.count(size) for size in own["source_sizes"]])
    models = int(inputs.config["pretraining"]["replicates"])
    several = "with a permutation of its own for each source model" if models > 1 else "drawn once"
    transfers = text.listed(
        [titles(inputs, row) for row in table.drop_duplicates("transfer").to_dict("records")]
    )
    return (
        f"To see what a smaller source would have given, source models were also trained in the same way on {sizes} "
        f"of the source sequences (stratified, {several}; smaller parts inside larger ones; validation part "
        f"included), and {own['strategy']} was fitted from them at all train sizes and replicates ({transfers}). "
        "Gains over scratch, and what the whole source gave beyond each part, are paired by replicate and test "
        "sequence, with intervals and without a test; no verdict or correction takes them in."
    )


def _strategies(inputs: ReportInputs, cited: Citations) -> str:
    """Say what each strategy and baseline does, with its paper."""
    names = list(inputs.summary["strategy"].drop_duplicates())
    kinds = target_types(inputs)
    words = []
    for kind, table in (("The target was learned in these ways", STRATEGIES), ("Baselines", BASELINES)):
        entries = []
        for name in names:
            about = table.get(name)
            if about is None:
                continue
            what = constant_words(kinds) if name == CONSTANT else about.text
            marker = ""
            if name in OF_STRATEGIES:
                marker = f" {cited.cite(OF_STRATEGIES[name])}"
            elif about.citation:
                marker = f" {cited.cite_words(about.citation)}"
            entries.append(f"{name}{marker}: {what[0].lower()}{what[1:].rstrip('.')}")
        if entries:
            words.append(f"{kind}: {'; '.join(entries)}.")
    return " ".join(words)


def _choosing(inputs: ReportInputs, cited: Citations) -> str:
    """Say what is chosen, and on which labels."""
    own = inputs.config["training"]
    names = set(inputs.summary["strategy"])
    known = {**STRATEGY_FACTS, **NETWORK_BASELINES}
    facts = [known[name] for name in names if name in known]
    numbers = all(kind.numbers for kind in target_types(inputs))
    outputs = "predictions" if numbers else "logits"
    words = [
        f"Everything that a fit chooses it chooses on labels inside its own n {cited.cite('varma2006')}: below 500 "
        f"labels by at most {own['folds']}-fold cross-fitting, from 500 on by a stratified fifth (at most 500). The "
        f"final predictor averages the {outputs} of the models trained for this choice, in the same way for everything "
        "that is trained."
    ]
    if any(fact.trainable in ("all", "chosen") for fact in facts):
        rates = text.listed([f"{rate:g}" for rate in own["learning_rates"]], "or")
        how = _optimizer(own, f"({rates})", cited)
        checkpoints = text.listed([str(epoch) for epoch in own["epochs"]])
        what = "learning rate, weight decay" if own.get("weight_decays") else "learning rate"
        words.append(
            f"Networks were trained with {how}; {what} and epochs (of {checkpoints}) have the lowest held-out log "
            "loss, and training ended early after "
            f"{text.plural(int(own['patience']), 'checkpoint')} without a lower one."
        )
    if any(fact.trainable == "head" for fact in facts) or "kmer-logistic" in names:
        penalties = text.listed([f"{value:g}" for value in own["penalties"]])
        words.append(f"The penalty C of logistic regressions was chosen in the same way, of {penalties}.")
    if "kmer-logistic" in names:
        words.append(f"The longest k-mers counted have at most {own['kmer']} letters.")
    single = (
        " Zero-shot trains nothing: it takes both from the source's validation part."
        if ZERO_SHOT in names
        else ""
    )
    if "nearest-neighbour" in names:
        voters, priors = (text.listed([f"{v:g}" for v in values], "or") for values in (NEIGHBOURS, PRIORS))
        words.append(
            f"For nearest-neighbour the number of neighbours ({voters}) and the weight of the share of positives, "
            f"counted in wholly identical neighbours ({priors}), were chosen in the same way."
        )
    if not any(kind.binary for kind in target_types(inputs)):
        return " ".join(words)
    words.append(
        f"A temperature {cited.cite('guo2017')} and a threshold (the highest expected MCC under probabilities fitted "
        f"to held-out logits {cited.cite('platt1999')}) were fitted on held-out logits of the single models and "
        "applied to the average; with fewer than 10 examples of a class held out the threshold is .5 and there is no "
        f"temperature.{single}"
    )
    return " ".join(words)


def _software(inputs: ReportInputs, cited: Citations) -> str:
    """Name versions and machine."""
    provenance = inputs.provenance
    packages = provenance.get("packages", {})
    named = [
        f"{title} {packages[name]} {cited.cite(name)}"
        for name, title in _SOFTWARE.items()
        if name in packages
    ]
    machine = provenance.get("machine", {})
    python = f", Python {machine['python']}" if machine.get("python") else ""
    devices = text.listed(inputs.devices)
    threads = text.plural(int(inputs.config["training"]["threads"]), "thread")
    where = f" Networks were computed on {devices}, with {threads} of torch." if devices else ""
    named_words = f" with {text.listed(named)}" if named else ""
    return (
        f"seqgraft {provenance.get('seqgraft', '')}{python}{named_words}.{where} All random numbers follow from seeds "
        "made of names (study, task, train size, replicate, member)."
    )
