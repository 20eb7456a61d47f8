"""What was planted is found again; what should not tell the classes apart does not."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import binomtest, chisquare
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from seqgraft.config.simulation import Simulation
from seqgraft.errors import SeqgraftError
from seqgraft.simulate import promoters
from seqgraft.simulate.generators import GENERATORS, simulate, write_fasta
from seqgraft.simulate.layouts import LENGTH, START, UPSTREAM, decoy_layouts, promoter_layouts
from seqgraft.simulate.model import model_of
from seqgraft.simulate.oracle import log_odds
from seqgraft.simulate.species import (
    _HAWLEY_10,
    _HAWLEY_35,
    BOX,
    GAPS,
    LETTERS,
    SPACERS,
    SPECIES,
    species_named,
    weakened,
)

CLASSES = ["promoter", "background"]


def truth(header):
    return dict(word.split("=") for word in header.split()[1:])


@pytest.fixture(scope="module", params=list(SPECIES))
def many(request):
    """5,000 promoters and 5,000 backgrounds of one species."""
    counts = dict.fromkeys(CLASSES, 5000)
    return SPECIES[request.param], promoters.generate(request.param, counts, CLASSES, seed=11)


def codes(records):
    return np.array([[LETTERS.index(letter) for letter in sequence] for _, sequence in records])


def letters_in(records, part=slice(None)):
    matrix = codes(records)[:, part]
    return np.bincount(matrix.ravel(), minlength=4) / matrix.size


def pairs_in(records):
    matrix = codes(records)
    return np.bincount((4 * matrix[:, :-1] + matrix[:, 1:]).ravel(), minlength=16) / matrix[:, 1:].size


def test_boxes_hold_the_published_numbers():
    # All consensus letters, and the whole columns A, C, G, T of two positions of the 112 promoters.
    assert all(sum(row) == 112 for row in _HAWLEY_35 + _HAWLEY_10)
    assert _HAWLEY_10[3] == (66, 14, 17, 15)
    assert _HAWLEY_35[4] == (26, 60, 11, 15)
    assert [max(row) for row in _HAWLEY_35 + _HAWLEY_10] == [92, 94, 88, 72, 60, 50, 89, 106, 49, 66, 57, 108]
    percent = {
        name: [round(100 * max(row)) for row in (*species.box35, *species.box10)]
        for name, species in SPECIES.items()
    }
    assert percent["ecoli"] == [82, 83, 78, 64, 53, 44, 79, 94, 44, 59, 51, 96]
    assert percent["bsubtilis"] == [87, 83, 78, 64, 51, 58, 94, 96, 60, 78, 74, 94]


@pytest.mark.parametrize("species", SPECIES.values(), ids=str)
def test_registry_holds_probabilities_and_the_known_consensus(species):
    for row in (
        species.core,
        species.upstream,
        species.spacers,
        species.gaps,
        *species.box35,
        *species.box10,
        *species.extension,
    ):
        assert sum(row) == pytest.approx(1)
        assert min(row) >= 0
    for box, consensus in ((species.box35, "TTGACA"), (species.box10, "TATAAT")):
        assert "".join(LETTERS[int(np.argmax(row))] for row in box) == consensus
    assert SPACERS[int(np.argmax(species.spacers))] == 17
    for layouts in (promoter_layouts(species), decoy_layouts(species)):
        assert sum(layout.probability for layout in layouts) == pytest.approx(1)


def test_no_decoy_is_a_promoter_and_all_boxes_lie_inside():
    for species in SPECIES.values():
        right = {(x.box35, x.box10) for x in promoter_layouts(species)}
        wrong = {(x.box35, x.box10) for x in decoy_layouts(species)}
        assert not right & wrong
        for layout in promoter_layouts(species) + decoy_layouts(species):
            first, last = sorted((layout.box35, layout.box10))
            assert first >= UPSTREAM
            assert first + BOX <= last
            assert last + BOX <= LENGTH


def test_planted_boxes_are_recovered(many):
    species, records = many
    model = model_of(species, promoters.STRENGTH)
    matrix = codes(records["promoter"])
    for name, planted in (("box35", model.box35), ("box10", model.box10)):
        starts = np.array([int(truth(header)[name]) for header, _ in records["promoter"]])
        box = np.take_along_axis(matrix, starts[:, None] + np.arange(BOX), axis=1)
        for position in range(BOX):
            for letter in range(4):
                count = int((box[:, position] == letter).sum())
                assert binomtest(count, len(box), planted[position, letter]).pvalue > 1e-5


def test_spacers_distances_and_extensions_are_as_planted(many):
    species, records = many
    facts = [truth(header) for header, _ in records["promoter"]]
    n = len(facts)
    spacers = Counter(int(fact["spacer"]) for fact in facts)
    assert chisquare([spacers[s] for s in SPACERS], n * np.array(species.spacers)).pvalue > 1e-4
    gaps = Counter(START - int(fact["box10"]) - BOX for fact in facts)
    assert chisquare([gaps[g] for g in GAPS], n * np.array(species.gaps)).pvalue > 1e-4
    extended = sum(fact["extended"] == "yes" for fact in facts)
    assert binomtest(extended, n, species.extended).pvalue > 1e-4
    for (_, sequence), fact in zip(records["promoter"], facts, strict=True):
        assert int(fact["box10"]) - int(fact["box35"]) - BOX == int(fact["spacer"])
        if fact["extended"] == "yes":
            assert sequence[int(fact["box10"]) - 3 :].startswith("TG")


def test_extended_minus_ten_is_commoner_in_b_subtilis_and_gc_lower():
    assert SPECIES["bsubtilis"].extended > 2 * SPECIES["ecoli"].extended
    counts = {"promoter": 1500, "background": 1}
    gc = {
        name: letters_in(promoters.generate(name, counts, CLASSES, seed=1)["promoter"])[1:3].sum()
        for name in SPECIES
    }
    assert gc["ecoli"] - gc["bsubtilis"] > 0.04


def test_letters_outside_boxes_have_the_species_composition(many):
    species, records = many
    around = model_of(species, promoters.STRENGTH).around
    matrix = codes(records["promoter"])
    for position in (0, 6, 17, 20, 70, 80):  # never reached by a box
        observed = np.bincount(matrix[:, position], minlength=4)
        assert chisquare(observed, len(matrix) * around[position]).pvalue > 1e-4
    assert species.core[1] + species.core[2] == pytest.approx(
        {"ecoli": 0.508, "bsubtilis": 0.435}[species.name]
    )
    assert around[:UPSTREAM, [0, 3]].sum() / UPSTREAM > species.core[0] + species.core[3] + 0.08


def test_a_and_t_tracts_take_turns_upstream_in_b_subtilis_only():
    # Helmann (1995): A near -43 and -54, T between them; index 17 is -43, 6 is -54, 11 and 12 lie between.
    table = model_of(SPECIES["bsubtilis"], 1.0).around
    a, t = LETTERS.index("A"), LETTERS.index("T")
    assert table[17, a] == table[6, a] == table[:, a].max()
    assert table[:UPSTREAM, t].argmax() in (0, 1, 11, 12)
    assert table[17, a] > 0.45 > 0.25 > table[17, t]
    assert np.ptp(model_of(SPECIES["ecoli"], 1.0).around[:UPSTREAM], axis=0) == pytest.approx(0)


def test_classes_have_the_same_composition_in_each_part(many):
    _, records = many
    for part in (slice(0, UPSTREAM), slice(UPSTREAM, LENGTH)):
        difference = letters_in(records["promoter"], part) - letters_in(records["background"], part)
        assert np.abs(difference).max() < 0.006
    assert np.abs(pairs_in(records["promoter"]) - pairs_in(records["background"])).max() < 0.004


def test_shuffled_backgrounds_hold_the_boxes_by_chance_only(many):
    _, records = many
    at_home = sum(truth(h)["box10"] != "none" for h, _ in records["background"]) / 5000
    assert at_home == pytest.approx(promoters.DECOY_FRACTION, abs=0.02)
    kinds = Counter(truth(header)["kind"] for header, _ in records["background"])
    assert set(kinds) == {"shuffled", "shifted", "squeezed", "swapped"}
    assert {truth(header)["kind"] for header, _ in records["promoter"]} == {"promoter"}


@pytest.mark.parametrize("species", SPECIES)
def test_letter_frequencies_alone_do_not_solve_it(species):
    def table(seed):
        records = promoters.generate(species, dict.fromkeys(CLASSES, 800), CLASSES, seed)
        rows = [np.bincount(codes([r])[0], minlength=4) / LENGTH for name in CLASSES for r in records[name]]
        return np.array(rows), np.repeat([1, 0], 800)

    train, labels = table(1)
    model = LogisticRegression(C=1000, max_iter=1000).fit(train, labels)
    test, answers = table(2)
    assert 0.4 < roc_auc_score(answers, model.decision_function(test)) < 0.6


# Written down once: another machine, or a careless edit, must not change the demo's data unnoticed.
DIGESTS = {
    "ecoli": "f5f12af27b1925ab6507bee2bc43ffd65158477de0f9c293f2f559e46940c498",
    "bsubtilis": "f8c0f3cd6131371ebe5b4f06c3bc6906165b53912f8671a66eee91d1f2318d64",
}


def test_same_seed_same_bytes_and_another_seed_or_species_not(tmp_path):
    def digest(species="ecoli", seed=3, **options):
        records = promoters.generate(species, dict.fromkeys(CLASSES, 200), CLASSES, seed, **options)
        write_fasta([record for name in CLASSES for record in records[name]], tmp_path / "x.fasta")
        return hashlib.sha256((tmp_path / "x.fasta").read_bytes()).hexdigest()

    assert {name: digest(name) for name in SPECIES} == DIGESTS
    others = {digest(seed=4), digest(strength=0.5), digest(decoys=1.0), digest(label_noise=0.3)}
    assert len(others | set(DIGESTS.values())) == 6


def test_asking_for_more_keeps_the_first_ones():
    few = promoters.generate("ecoli", {"promoter": 5, "background": 5}, CLASSES, 1)
    more = promoters.generate("ecoli", {"background": 9, "promoter": 30}, CLASSES, 1)
    assert more["promoter"][:5] == few["promoter"]
    assert more["background"][:5] == few["background"]


def test_fasta_says_simulated_and_is_read_back_by_biopython(tmp_path):
    from Bio import SeqIO

    records = promoters.generate("bsubtilis", {"yes": 12, "no": 3}, ["yes", "no"], 5)
    write_fasta(records["yes"], tmp_path / "deep" / "yes.fasta")
    read = list(SeqIO.parse(tmp_path / "deep" / "yes.fasta", "fasta"))
    assert [(r.description, str(r.seq)) for r in read] == records["yes"]
    assert [r.id for r in read][-1] == "simulated_bsubtilis_yes_0012"
    assert {len(r) for r in read} == {LENGTH}


def test_label_noise_puts_the_other_kind_into_a_class():
    records = promoters.generate("ecoli", dict.fromkeys(CLASSES, 1000), CLASSES, 1, label_noise=0.2)
    wrong = sum(truth(header)["kind"] != "promoter" for header, _ in records["promoter"])
    missed = sum(truth(header)["kind"] == "promoter" for header, _ in records["background"])
    assert binomtest(wrong, 1000, 0.2).pvalue > 1e-4
    assert binomtest(missed, 1000, 0.2).pvalue > 1e-4


def test_strength_zero_leaves_letters_as_around_and_one_as_published():
    species = SPECIES["ecoli"]
    assert weakened(species.box10, species.core, 0.0) == pytest.approx(np.tile(species.core, (BOX, 1)))
    assert weakened(species.box10, species.core, 1.0) == pytest.approx(np.array(species.box10), abs=1e-8)


def test_config_offers_what_the_registries_hold():
    fields = Simulation.model_fields
    assert set(fields["species"].annotation.__args__) == set(SPECIES)
    assert set(fields["generator"].annotation.__args__) == set(GENERATORS)
    assert fields["strength"].default == promoters.STRENGTH
    assert fields["decoys"].default == promoters.DECOY_FRACTION
    assert fields["label_noise"].default == promoters.LABEL_NOISE


def test_config_runs_its_generator():
    settings = Simulation(species="ecoli", counts={"promoter": 3, "background": 2}, seed=9, decoys=0.5)
    made = simulate(settings, CLASSES)
    assert made == promoters.generate("ecoli", {"promoter": 3, "background": 2}, CLASSES, 9, decoys=0.5)


@pytest.mark.parametrize("wrong", [{"decoys": 1.5}, {"counts": {"a": 0}}, {"species": "yeast"}, {"noise": 1}])
def test_config_refuses_what_makes_no_sense(wrong):
    with pytest.raises(ValidationError):
        Simulation(**{"species": "ecoli", "counts": {"promoter": 1, "background": 1}, **wrong})


def test_mistakes_are_told():
    with pytest.raises(SeqgraftError, match="exactly the task's two classes"):
        promoters.generate("ecoli", {"promoter": 3}, CLASSES, 1)
    with pytest.raises(SeqgraftError, match="no simulated species called 'yeast'"):
        species_named("yeast")
    with pytest.raises(SeqgraftError, match="Not 81 letters"):
        log_odds(["ACGN"], "ecoli")
