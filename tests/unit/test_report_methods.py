import re
from dataclasses import replace

import pandas as pd
import pytest
from report_fixtures import make_inputs

from seqgraft.report.methods import methods
from seqgraft.report.references import OF_STRATEGIES, REFERENCES

TRANSFER = "ecoli--bsubtilis"


def text_of(inputs) -> str:
    return methods(inputs, 0.95).text


def test_it_tells_what_the_study_really_did():
    inputs = make_inputs({TRANSFER: "helps", "human--bsubtilis": "hurts"})
    words = text_of(inputs)
    assert "10 stratified replicates of 50, 200 and all labels" in words
    assert re.search(r"adjusted by Holm's method \[\d+\] for 2 transfers", words)
    assert "30 % of E. coli σ70 promoters" in words
    assert "for 2 transfers" not in text_of(make_inputs())
    assert "so that no result hangs on one source model" in words
    inputs.config["pretraining"]["replicates"] = 1
    assert "the results hold for this one source model" in text_of(inputs)


def test_data_have_their_counts_and_sources():
    words = text_of(make_inputs())
    assert (
        "E. coli σ70 promoters (source): 400 promoter and 900 background DNA sequences of 81 letters, 2 files "
        "(downloaded from example.org and checked by SHA-256); of 1,303 sequences read, 3 left out (duplicate: 2, "
        "ambiguous letter: 1)." in words
    )
    assert "left out of source training (2)" in words
    assert "left out of it (none was found)" in words
    simulated = text_of(make_inputs(simulated=True))
    assert "simulated by seqgraft (generator promoters)" in simulated
    assert "downloaded" not in simulated


def test_policies_are_those_of_the_config():
    inputs = make_inputs()
    assert "sequences with an ambiguity code were left out." in text_of(inputs)
    inputs.config["tasks"]["ecoli"]["ambiguous"] = "unknown"
    words = text_of(inputs)
    assert "ambiguity code were kept with that letter as unknown (E. coli σ70 promoters)" in words
    assert "ambiguity code were left out (B. subtilis promoters)" in words


def test_only_matches_that_were_looked_for_are_told():
    inputs = make_inputs()
    assert "Leaks were looked for by exact match." in text_of(inputs)
    assert "similar without being the same were not left out." in text_of(inputs)
    homologous = pd.concat([inputs.leakage, inputs.leakage.assign(kind="homology")])
    assert "without being the same" not in text_of(replace(inputs, leakage=homologous))
    assert "No pair of parts was checked" in text_of(replace(inputs, leakage=inputs.leakage.iloc[:0]))


def test_only_what_was_used_is_described():
    inputs = make_inputs()
    assert "Zero-shot trains nothing" in text_of(inputs)
    assert "linear-probe" in text_of(inputs)
    kept = inputs.summary[inputs.summary["strategy"].isin(["scratch", "full", "chosen"])]
    words = text_of(replace(inputs, summary=kept, savings=inputs.savings.iloc[:0]))
    for absent in ("Zero-shot", "linear-probe", "logistic regression", "k-mers", "Label savings", "Alain"):
        assert absent not in words
    assert "reverse" not in words
    inputs.config["tasks"]["bsubtilis"]["strand"] = "both"
    assert "For B. subtilis promoters both strands mean the same" in text_of(inputs)


@pytest.mark.parametrize(("key", "value", "words"), [
    ("learning_rates", [0.001, 0.0003], "a constant learning rate (0.001 or 0.0003)"),
    ("schedule", "one-cycle", "a one-cycle learning rate (0.001), batches of"),
    ("schedule", "cosine", "and the last weights of a run of its own for each number of epochs"),
    ("optimizer", "sgd", "gradient descent with momentum 0.9 at"),
    ("weight_decays", [0.1, 0.2], "weight decay 0.1 or 0.2"),
    ("weight_decays", [0.1, 0.2], "learning rate, weight decay and epochs"),
    ("folds", 3, "at most 3-fold cross-fitting"),
    ("batch_size", 17, "batches of 17"),
    ("shift", 3, "shifts of up to 3 letters"),
    ("penalties", [0.5, 2.0], "of 0.5 and 2."),
])  # fmt: skip
def test_settings_are_those_of_the_config(key, value, words):
    inputs = make_inputs()
    assert words not in text_of(inputs)
    inputs.config["training"][key] = value
    assert words in text_of(inputs)


def test_every_marker_has_its_reference_and_every_reference_a_marker():
    made = methods(make_inputs(), 0.95)
    body = " ".join(words for _, words in made.paragraphs)
    used = {int(n) for found in re.findall(r"\[([\d, ]+)\]", body) for n in found.split(", ")}
    assert used == {number for number, _ in made.references} == set(range(1, len(made.references) + 1))
    first = [int(n) for found in re.findall(r"\[([\d, ]+)\]", body) for n in found.split(", ")]
    assert list(dict.fromkeys(first)) == sorted(used)  # numbered in the order of use
    assert made.bibtex.count("@") == len(made.references)
    for entry in made.bibtex.split("\n\n"):
        assert entry.count("{") == entry.count("}")


def test_every_reference_is_complete():
    for key, reference in REFERENCES.items():
        assert re.fullmatch(r"[a-z0-9-]+", key)
        assert reference.authors
        assert reference.title
        assert reference.place
        assert 1900 < reference.year < 2030
        assert reference.link == "" or reference.link.startswith(("doi:10.", "arXiv:"))
    assert set(OF_STRATEGIES.values()) <= set(REFERENCES)


def test_software_has_the_versions_of_the_run():
    words = text_of(make_inputs())
    assert re.search(
        r"seqgraft 0\.1\.0, Python 3\.11\.7 with PyTorch 2\.13\.0 \[\d+\] and NumPy 2\.4\.0", words
    )
    assert "Networks were computed on cpu, with 1 thread of torch." in words
