"""Config of a whole study: its tasks, transfers, strategies, sizes and replicates."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from seqgraft.config import learnable
from seqgraft.config.ablation import AblationSettings
from seqgraft.config.auto import auto_candidates
from seqgraft.config.backbones import AnyBackbone, CnnSettings
from seqgraft.config.base import Settings
from seqgraft.config.consistency import primary_metric_of
from seqgraft.config.labels import PER_RESIDUE
from seqgraft.config.leakage import LeakageSettings, StudyLeakage
from seqgraft.config.learning import PretrainingSettings, TrainingSettings
from seqgraft.config.sources import NAME_PATTERN, SourceNames, check_sources
from seqgraft.config.strategies import OPTIONS, StrategyOptions, options_of
from seqgraft.config.suggest import once, suggestion, unknown_name
from seqgraft.config.tasks import Task
from seqgraft.data.leak_names import KIND_NAMES
from seqgraft.learn.names import BASELINE_NAMES, BASELINES_OF, ESTIMATE_NAMES, STRATEGY_FACTS
from seqgraft.stats.metric_names import FACTS

Name = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$")]

# Keys that say where a study runs or finds its bytes; they change no result and enter no rule's params.
DEPLOYMENT_KEYS = frozenset({"mirror", "offline"})


class Transfer(Settings):
    """One source task, or several with a shared backbone, and the target task that they are grafted onto."""

    source: SourceNames = Field(
        description="Name of the source task; or a list of several, which share a backbone and have a head each."
    )
    target: Name = Field(description="Name of the target task.")
    strategies: list[str] | None = Field(
        None, description="This transfer's own list of strategies; the study's list where absent."
    )
    head: Name | None = Field(
        None,
        description="Of several sources the one whose head is kept by strategies that keep one; no other use.",
    )

    @property
    def sources(self) -> str:
        """The source tasks' names joined by ``+``, as in paths."""
        return self.source

    @property
    def source_tasks(self) -> list[str]:
        """The source tasks' names, in the config's order."""
        return self.source.split("+")

    @property
    def name(self) -> str:
        """``<source>--<target>``, several sources joined by ``+``."""
        return f"{self.sources}--{self.target}"


class Study(Settings):
    """One study: everything that changes its results, and nothing about the machine."""

    study: Name = Field(description="The study's name; its results live in `results/<study>/`.")
    title: str = Field("", description="Heading of the report.")
    tasks: dict[Name, Task] = Field(min_length=1, description="The labelled sets of sequences, by name.")
    tasks_from: list[str] = Field(
        [],
        description="Files with further tasks, such as `config/tasks/enhancers.yaml`, relative to the working folder; "
        "those are taken that `transfers` names, or all where it is an empty list.",
    )
    transfers: list[Transfer] = Field(
        description="Which source is grafted onto which target; an empty list only prepares the tasks (target `data`)."
    )
    backbone: AnyBackbone = Field(
        default_factory=CnnSettings, description="The layers shared by source and target."
    )
    strategies: list[str] = Field(
        ["scratch", "zero-shot", "linear-probe", "full", "full-kept-head"],
        min_length=1,
        description="How the target is learned, in order of preference where two do equally well.",
    )
    strategy_options: StrategyOptions = Field(
        default_factory=StrategyOptions,
        description="Options of the strategies that have any; see docs/strategies.md.",
    )
    baselines: list[str] = Field(
        list(BASELINES_OF["binary"]),
        description="Simple models that a transfer has to beat; left out: those that make sense for the targets' type, "
        "of regression `kmer-ridge` in the place of `kmer-logistic`.",
    )
    estimates: list[str] = Field(
        list(ESTIMATE_NAMES),
        description="What is computed of each source before training, to see which one promises most; only for "
        "targets with several sources. An empty list leaves out source_scores.tsv, source_matrix.tsv and "
        "source_ranking.tsv.",
    )
    forgetting: bool = Field(
        True, description="Whether fine-tuned models are also scored on their source's own test part."
    )
    ablation: AblationSettings | None = Field(
        None, description="What smaller sources would have given; nothing is computed where absent."
    )
    leakage: StudyLeakage = Field(
        default_factory=StudyLeakage,
        description="What counts as the same sequence on both sides of a line that it must not cross, and what is done "
        "about it; a task may have its own.",
    )
    train_sizes: list[Annotated[int, Field(ge=10)] | Literal["all"]] = Field(
        [50, 100, 200, 400, "all"], min_length=1, description="Numbers of target labels; `all` is the pool."
    )
    replicates: int = Field(
        10, ge=1, description="Independent draws of the target labels; fewer than 5 give no verdict."
    )
    primary_metric: str = Field(
        "",
        description="The metric that the verdict is about, one that the targets' type has; empty: `auroc` for binary "
        "targets, `accuracy` for multiclass, `macro_auroc` for multilabel, `spearman` for regression, of residues "
        "`chain_accuracy`, `chain_spearman` and `macro_auroc`.",
    )
    chosen: str = Field(
        "held-out",
        description="The strategy that the verdict is about: one strategy's name, fixed beforehand, or "
        "`held-out`: for each set of n labels, the one with the best held-out log loss inside these n labels.",
    )
    pretraining: PretrainingSettings = Field(
        default_factory=PretrainingSettings, description="How the source models are trained."
    )
    training: TrainingSettings = Field(
        default_factory=TrainingSettings, description="How all models are trained and chosen."
    )
    mirror: str | None = Field(
        None,
        description="A folder that holds the files as `<host>/<path>` (also SEQGRAFT_MIRROR); "
        "changes no result.",
    )
    offline: bool = Field(
        False,
        description="Take files only from the mirror, the cache and this machine (also SEQGRAFT_OFFLINE=1); "
        "changes no result.",
    )

    @model_validator(mode="before")
    @classmethod
    def _names_that_are_not_text(cls, data: Any) -> Any:
        # YAML reads an unquoted 2024 as a number and 2024-11-05 as a date; as a name they are text.
        if isinstance(data, dict) and isinstance(data.get("study"), int | float | date):
            data = {**data, "study": str(data["study"])}
        return data

    @model_validator(mode="after")
    def _positions_of_residues(self) -> Self:
        per_residue = any(
            self.tasks[t.target].type in PER_RESIDUE for t in self.transfers if t.target in self.tasks
        )
        own = self.backbone
        if per_residue and "positions" in type(own).model_fields and "positions" not in own.model_fields_set:
            # What is left out is filled in, so that the config as understood names it.
            object.__setattr__(self, "backbone", own.model_copy(update={"positions": "mean"}))
        return self

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name in self.strategies:
            unknown_name("strategies", name, STRATEGY_FACTS)
        for name in self.baselines:
            unknown_name("baselines", name, BASELINE_NAMES)
        for name in self.estimates:
            unknown_name("estimates", name, ESTIMATE_NAMES)
        if self.primary_metric:
            unknown_name("primary_metric", self.primary_metric, FACTS)
        for index, transfer in enumerate(self.transfers):
            where = f"transfers[{index}]"
            for name in transfer.source_tasks:
                unknown_name(f"{where}.source", name, self.tasks)
            unknown_name(f"{where}.target", transfer.target, self.tasks)
            for name in transfer.strategies or []:
                unknown_name(f"{where}.strategies", name, STRATEGY_FACTS)
            check_sources(where, transfer, self)
        once("transfers", [transfer.name for transfer in self.transfers])
        return self

    @model_validator(mode="after")
    def _statistics_exist(self) -> Self:
        if self.training.batch_norm != "train" and not self.backbone.has_batch_norm:
            raise ValueError(
                f"training.batch_norm: '{self.training.batch_norm}' needs a backbone with statistics of batches, such "
                f"as resnet with `norm: batch`; {self.backbone.name} as it is set has none"
            )
        return self

    @model_validator(mode="after")
    def _lists_make_sense(self) -> Self:
        for key in ("strategies", "baselines", "estimates", "train_sizes"):
            values: list[Any] = getattr(self, key)
            once(key, values)
        if self.numbers != sorted(self.numbers) or "all" in self.train_sizes[:-1]:
            raise ValueError("train_sizes: must grow, with `all` at the end")
        for index, transfer in enumerate(self.transfers):
            once(f"transfers[{index}].strategies", transfer.strategies or [])
            own = self.strategies_of(transfer)
            if "scratch" not in own:
                raise ValueError(
                    f"strategies: 'scratch' is missing for transfer '{transfer.name}': "
                    "without it nothing says whether the source helped"
                )
            if not self.candidates_of(transfer):
                raise ValueError(
                    f"strategies: transfer '{transfer.name}' has no strategy that learns from a source and "
                    "from target labels, such as 'full'"
                )
            if self.chosen != "held-out" and self.chosen not in self.candidates_of(transfer):
                raise ValueError(
                    f"chosen: '{self.chosen}' must be 'held-out' or one of: "
                    f"{', '.join(self.candidates_of(transfer))}"
                )
        return self

    @model_validator(mode="after")
    def _metric_fits_the_targets(self) -> Self:
        types = [self.tasks[transfer.target].type for transfer in self.transfers]
        # What is left out is filled in, so that the config as understood names it.
        object.__setattr__(self, "primary_metric", primary_metric_of(self.primary_metric, types))
        return self

    @model_validator(mode="after")
    def _options_are_used(self) -> Self:
        for name in self.strategy_options.model_dump(by_alias=True, exclude_none=True):
            if name not in self.used_strategies:
                raise ValueError(
                    f"strategy_options.{name}: no transfer uses the strategy '{name}'"
                    f"{suggestion(name, [used for used in self.used_strategies if used in OPTIONS])}"
                )
        for transfer in self.transfers:
            if "auto" in self.strategies_of(transfer):
                auto_candidates(self, transfer)
        return self

    @model_validator(mode="after")
    def _ablation_makes_sense(self) -> Self:
        if self.ablation is None:
            return self
        for name in self.ablation.transfers or []:
            unknown_name("ablation.transfers", name, [transfer.name for transfer in self.transfers])
        if STRATEGY_FACTS.get(self.ablation.strategy, STRATEGY_FACTS["full"]).source_examples:
            raise ValueError(
                f"ablation.strategy: '{self.ablation.strategy}' learns from the source's sequences beside the source "
                "model, so that a smaller source model alone would not show what fewer of them give"
            )
        for transfer in self.ablated:
            name = self.ablation.strategy
            if self.is_shared(transfer.sources) or self.has_second_stage(transfer):
                raise ValueError(
                    f"ablation.transfers: '{transfer.name}' cannot be among them: a part is taken of one source whose "
                    "labels are learned, without a second stage; name the transfers of that kind"
                )
            unknown_name("ablation.strategy", name, STRATEGY_FACTS)
            own = [other for other in self.strategies_of(transfer) if STRATEGY_FACTS[other].needs_source]
            if name not in own:
                raise ValueError(
                    f"ablation.strategy: '{name}' is not one of those strategies of transfer '{transfer.name}' that "
                    f"start from a source model{suggestion(name, own)}"
                )
        return self

    @model_validator(mode="after")
    def _second_stage_makes_sense(self) -> Self:
        own = self.pretraining.second_stage
        if own is None:
            return self
        for name in own.transfers or []:
            unknown_name(
                "pretraining.second_stage.transfers", name, [transfer.name for transfer in self.transfers]
            )
        if self.leakage.compare:
            raise ValueError(
                "leakage.compare: cannot be combined with `pretraining.second_stage`: compare leaks without it"
            )
        return self

    @model_validator(mode="after")
    def _leaks_make_sense(self) -> Self:
        named = {f"tasks.{name}.leakage": task.leakage for name, task in self.tasks.items() if task.leakage}
        for where, own in {"leakage": self.leakage, **named}.items():
            for kind in own.kinds:
                unknown_name(f"{where}.kinds", kind, KIND_NAMES)
            once(f"{where}.kinds", own.kinds)
        if self.leakage.compare and self.leakage.action != "exclude":
            raise ValueError(
                "leakage.compare: needs `action: exclude`: nothing is left out whose absence could be compared"
            )
        return self

    @model_validator(mode="after")
    def _types_are_learned(self) -> Self:
        targets = self._tasks_of(self.transfers, "target")
        tasks = targets + self._tasks_of(self.transfers, "source")
        # What is left out is filled in, so that the config as understood names it.
        if "baselines" not in self.model_fields_set and targets:
            object.__setattr__(self, "baselines", learnable.baselines_of(targets))
        for key, nothing in (("estimates", []), ("forgetting", False)):
            if key not in self.model_fields_set and not all(learnable.plain(task) for _, task in tasks):
                object.__setattr__(self, key, nothing)
        learnable.check_baselines(self.baselines, targets)
        learnable.check_training(self.training, targets)
        rivals = [task for side in ("source", "target") for task in self._tasks_of(self.rivals, side)]
        learnable.needs_binary("estimates", rivals)
        learnable.needs_binary("forgetting", tasks if self.forgetting else [])
        learnable.needs_binary("ablation", self._tasks_of(self.ablated, "source"))
        return self

    def _tasks_of(self, transfers: Sequence[Transfer], side: str) -> list[tuple[str, Task]]:
        """Return the tasks on one side of some transfers whose labels are learned, each once."""
        names = [n for t in transfers for n in (t.source_tasks if side == "source" else [t.target])]
        kept = [name for name in names if side == "target" or not self.is_masked(name)]
        return [(name, self.tasks[name]) for name in dict.fromkeys(kept)]

    def strategies_of(self, transfer: Transfer) -> list[str]:
        """Return the strategies of one transfer, in the config's order."""
        return self.strategies if transfer.strategies is None else transfer.strategies

    def candidates_of(self, transfer: Transfer) -> list[str]:
        """Return the strategies that may be chosen: those that use a source and the target's labels."""
        entries = [STRATEGY_FACTS[name] for name in self.strategies_of(transfer)]
        names = [entry.name for entry in entries if entry.needs_source and entry.uses_target_labels]
        # With other sources to draw on, `auto` says nothing of this one, unless it is asked for by name.
        return [n for n in names if n != "auto" or self.chosen == n or self.options_of(n)["sources"] == "own"]

    def options_of(self, name: str) -> dict[str, Any]:
        """Return all options of a strategy as plain values, defaults filled in."""
        return options_of(name, self.strategy_options)

    @property
    def used_strategies(self) -> list[str]:
        """The strategies of all transfers, and those that `auto` chooses from, each once."""
        listed = [name for transfer in self.transfers for name in self.strategies_of(transfer)]
        chosen_from = self.options_of("auto")["candidates"] if "auto" in listed else []
        return list(dict.fromkeys([*listed, *chosen_from]))

    def is_masked(self, name: str) -> bool:
        """Tell whether source models learn a task by masked letters, its labels, if any, ignored."""
        return self.pretraining.objective == "masked" or self.tasks[name].type == "unlabelled"

    def is_shared(self, sources: str) -> bool:
        """Tell whether source models of these sources have another head than the one for one source's labels."""
        names = sources.split("+")
        return len(names) > 1 or self.is_masked(names[0])

    def has_second_stage(self, transfer: Transfer) -> bool:
        """Tell whether a transfer's source models go on to the target's unlabelled sequences."""
        own = self.pretraining.second_stage
        return own is not None and (own.transfers is None or transfer.name in own.transfers)

    def leakage_of(self, name: str) -> LeakageSettings:
        """Return what protects a task's test part and pool: its own settings, else the study's without `compare`."""
        own = self.tasks[name].leakage
        return own or LeakageSettings(**self.leakage.model_dump(exclude={"compare"}))

    @property
    def rivals(self) -> list[Transfer]:
        """The transfers whose target has several sources to choose from, where `estimates` asks for any."""
        targets = [transfer.target for transfer in self.transfers]
        return [t for t in self.transfers if self.estimates and targets.count(t.target) > 1]

    @property
    def ablated(self) -> list[Transfer]:
        """The transfers of which `ablation` asks what a smaller source would have given."""
        if self.ablation is None or not self.ablation.source_sizes:
            return []
        names = self.ablation.transfers
        return [t for t in self.transfers if names is None or t.name in names]

    @property
    def parts(self) -> list[tuple[Transfer, int, str]]:
        """Each of these transfers with each number of source sequences, and the strategy that starts from them."""
        own = self.ablation or AblationSettings()
        return [(transfer, size, own.strategy) for transfer in self.ablated for size in own.source_sizes]

    @property
    def bears_other_lengths(self) -> bool:
        """Whether source and target may differ in length."""
        return self.backbone.per_position or self.training.position_bound == "new"

    @property
    def numbers(self) -> list[int]:
        """The train sizes that are numbers, without ``all``."""
        return [size for size in self.train_sizes if size != "all"]

    @property
    def simulated(self) -> bool:
        """Whether any task is simulated; then every page and figure says so."""
        return any(task.simulate is not None for task in self.tasks.values())

    def as_understood(self) -> dict[str, Any]:
        """Return the config with defaults filled in and without what only says where things run."""
        own = self.model_dump(mode="json", by_alias=True, exclude=set(DEPLOYMENT_KEYS), exclude_none=True)
        own["strategy_options"] = {
            name: self.options_of(name) for name in self.used_strategies if name in OPTIONS
        }
        return own
