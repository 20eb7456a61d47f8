"""Options of strategies: what the config accepts, what it refuses, and what a plan makes of them."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from report_fixture_parts import fit_history

from seqgraft.config.auto import auto_candidates
from seqgraft.config.load import read_study
from seqgraft.config.strategies import OPTIONS, StrategyOptions
from seqgraft.config.study import Study
from seqgraft.errors import SeqgraftError
from seqgraft.learn.names import STRATEGY_FACTS
from seqgraft.planning.costs import REFERENCE
from seqgraft.planning.plan import plan_of, training_jobs
from seqgraft.planning.strategies import parts_of
from seqgraft.report.auto_tables import auto_table

ROOT = Path(__file__).resolve().parents[2]
TINY = yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text())
PAIR = "ecoli--bsubtilis"


def study(*strategies: str, **changes: Any) -> Study:
    return read_study({**TINY, "strategies": ["scratch", *strategies], **changes})


def test_options_are_those_given_and_defaults() -> None:
    own = study("l2-sp", "partial", strategy_options={"l2-sp": {"strength": 0.3}})
    assert own.options_of("l2-sp") == {"strength": [0.3], "head_strength": 0.01}
    assert own.options_of("partial") == {"blocks": 1}
    assert own.options_of("full") == {}
    understood = own.as_understood()
    assert understood["strategy_options"] == {name: own.options_of(name) for name in ("l2-sp", "partial")}
    assert read_study(understood).as_understood() == understood


def test_every_strategy_with_options_has_a_key_and_every_searched_option_is_a_list() -> None:
    keys = {field.alias or name for name, field in StrategyOptions.model_fields.items()}
    assert keys == set(OPTIONS) <= set(STRATEGY_FACTS)
    for name, facts in STRATEGY_FACTS.items():
        assert not facts.searches or all(len(getattr(OPTIONS[name](), key)) for key in facts.searches)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"l2-s": {}}, "strategy_options.l2-s: unknown key; did you mean 'l2-sp'?"),
        (
            {"l2-sp": {"strenght": 1}},
            "strategy_options.l2-sp.strenght: unknown key; did you mean 'strength'?",
        ),
        ({"lora": {"rank": 2}}, "strategy_options.lora: no transfer uses the strategy 'lora'; known: l2-sp"),
        ({"l2-sp": {"strength": [-1]}}, "strategy_options.l2-sp.strength[0]: must be 0 or more, not -1"),
    ],
)
def test_mistakes_are_told(options: dict[str, Any], words: str) -> None:
    with pytest.raises(SeqgraftError) as caught:
        study("l2-sp", strategy_options=options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["ful"], "strategy_options.auto.candidates: 'ful' is not known; did you mean 'full'?"),
        (["joint"], "strategy_options.auto.candidates: 'joint' is not known"),
        (["auto"], "strategy_options.auto.candidates: 'auto' is not known"),
        (["full", "full"], "strategy_options.auto.candidates: 'full' is listed twice"),
        (["scratch"], f"none of them starts from a source of transfer '{PAIR}'"),
    ],
)
def test_mistakes_in_what_auto_chooses_from_are_told(names: list[str], words: str) -> None:
    with pytest.raises(SeqgraftError) as caught:
        study("auto", strategy_options={"auto": {"candidates": names}})
    assert words in str(caught.value)


def three(**auto: Any) -> Study:
    """A study of two sources for one target, of which one has its classes the other way round."""
    tasks = {**TINY["tasks"], "other": {**TINY["tasks"]["ecoli"], "classes": ["background", "promoter"]}}
    transfers = [{"source": source, "target": "bsubtilis"} for source in ("ecoli", "other")]
    return study("auto", "full", tasks=tasks, transfers=transfers, strategy_options={"auto": auto})


def test_auto_has_candidates_from_its_own_source_or_from_all() -> None:
    names = ["full-kept-head", "full", "scratch"]
    own = three(candidates=names)
    assert auto_candidates(own, own.transfers[0]) == [
        ("ecoli", "full-kept-head"),
        ("ecoli", "full"),
        ("", "scratch"),
    ]
    assert auto_candidates(own, own.transfers[1]) == [("other", "full"), ("", "scratch")]
    every = three(candidates=names, sources="all")
    assert auto_candidates(every, every.transfers[1]) == [
        ("ecoli", "full-kept-head"),
        ("other", "full"),
        ("ecoli", "full"),
        ("", "scratch"),
    ]
    # With other sources to draw on it says nothing of this one, unless it was named beforehand.
    assert "auto" in own.candidates_of(own.transfers[0])
    assert "auto" not in every.candidates_of(every.transfers[0])
    named = every.model_copy(update={"chosen": "auto"})
    assert "auto" in named.candidates_of(every.transfers[0])


def test_options_of_a_candidate_of_auto_are_used() -> None:
    own = study(
        "auto", strategy_options={"auto": {"candidates": ["l2-sp"]}, "l2-sp": {"strength": [1, 2, 3]}}
    )
    assert own.as_understood()["strategy_options"]["l2-sp"]["strength"] == [1, 2, 3]


def test_an_ablation_needs_a_strategy_that_starts_from_the_source_model_alone() -> None:
    with pytest.raises(SeqgraftError, match="'joint' learns from the source's sequences"):
        study("joint", ablation={"source_sizes": [30], "strategy": "joint"})


def networks(own: Study) -> int:
    return plan_of(own, training_jobs(own), REFERENCE, Path("nowhere")).networks


def seconds(own: Study) -> float:
    return sum(plan_of(own, training_jobs(own), REFERENCE, Path("nowhere")).most)


def test_a_plan_counts_what_strategies_try() -> None:
    one, three_of = (
        study("l2-sp", strategy_options={"l2-sp": {"strength": values}})
        for values in ([1.0], [1.0, 2.0, 3.0])
    )
    fits = 2 * 2 * 5 * 3  # targets, sizes, replicates, folds
    assert networks(one) == 2 * fits
    assert networks(three_of) == (1 + 3) * fits
    assert networks(study("zero-shot-calibrated", "full")) == 2 * fits
    assert seconds(study("joint")) > seconds(study("full"))


def test_a_plan_counts_the_candidates_of_auto() -> None:
    own = study(
        "auto", strategy_options={"auto": {"candidates": ["linear-probe", "full", "scratch", "partial"]}}
    )
    fits = 2 * 2 * 5 * 3
    assert networks(own) == (1 + 3) * fits
    parts = parts_of(own, STRATEGY_FACTS["auto"], own.transfers[0])
    assert [(facts.name, share) for facts, share in parts] == [
        (name, 1.0) for name in ("linear-probe", "full", "scratch", "partial")
    ]


def test_the_page_tells_what_auto_chose_among() -> None:
    histories = {f"transfers/{PAIR}/{name}": fit_history(name) for name in ("full", "auto")}
    inputs: Any = SimpleNamespace(histories=histories)
    assert auto_table(inputs) is None
    tried = [
        [("full from ecoli", 0.3, 2), ("scratch", 0.5, 1)],
        [("full from ecoli", 0.2, 2), ("scratch", None, 2)],
    ]
    histories[f"transfers/{PAIR}/auto"] = fit_history("auto").assign(
        options=["full from ecoli, strength 1", "scratch"],
        candidates=[
            json.dumps(
                [{"candidate": c, "loss": v, "round": r, "rounds": 2, "seconds": 1.5} for c, v, r in own]
            )
            for own in tried
        ],
    )
    table = auto_table(inputs)
    assert table is not None
    assert table.columns == ("candidate", "50 labels", "200 labels", "time")
    cells = [[(cell.text, cell.small) for cell in row.cells] for row in table.rows]
    assert cells == [
        [("full from ecoli", PAIR), ("1 of 1", "loss 0.300"), ("0 of 1", "loss 0.200"), ("3.0 s", "")],
        [("scratch", PAIR), ("0 of 1", "loss 0.500, dropped 1"), ("1 of 1", "diverged"), ("3.0 s", "")],
    ]
