"""Sequences and labels that cannot be taken, and keys about them that make no sense: the whole message of each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from mistakes import Told, config_is_refused, in_config
from raw_tables import FILE, cleaned, dna, labelled, residues

from seqgraft.errors import SeqgraftError

OTHER = "give the right file, or correct the task's `alphabet`"
GAPS = "set the task's `gaps` to remove or drop, or take the gaps out: sequences are read one by one, not aligned"
STOPS = "set the task's `stops` to remove (at the end) or drop, or take the stop signs out, which are not amino acids"
CODE = "set the task's `ambiguous` to drop or unknown, or clean the file"
CASE = "set the task's `case` to upper, if case means nothing here, or mend the file"
LENGTH = "set the task's `length.misfit` to drop, or change `length`"
NO_CLASS = (
    "add it to `classes`, say in `labels.names` which class it means, or mend the file; blanks and "
    "capitals count"
)
NO_LABEL = "complete the file, or set the task's `labels.missing` to drop"
INFINITE = "remove that sequence, or name the text in `labels.missing_values`"
NO_NUMBER = "mend the file, name the text in `labels.missing_values`, or correct the task's `type`"
COMMA = "write a point, not a comma, in numbers, name the text in `labels.missing_values`, or correct the task's `type`"
ONE_EACH = "give one label for each residue, in one order"
MASK = "give a mask with one 0 or 1 for each residue"
COPY = "remove the wrong copy, or set the task's `conflicts` to drop"
OTHER_TRANSFORM = "choose another transform, or correct the labels"
EQUAL = "see whether the right column is read; there is nothing to learn from equal labels"
KEEP = (
    "complete the file, or set the task's `labels.missing` to keep (residues without a label are not learned and not "
    "scored) or to drop"
)
TRANSFORMS = "config key labels.transforms"
PROTEIN = {"alphabet": "protein"}
SMILES = {"alphabet": "smiles"}
HP = {"alphabet": {"letters": "HP"}}
NUMBER = {"type": "regression", "classes": []}
TWO = NUMBER | {"labels": {"outputs": ["on", "off"]}}
MANY = {"type": "multilabel", "classes": ["a", "b"]}
STATES = PROTEIN | {"type": "residue-classes", "classes": ["H", "E", "C"]}
SCORES = PROTEIN | {"type": "residue-values", "classes": []}
BITS = PROTEIN | {"type": "residue-multilabel", "classes": ["metal", "nucleic", "small"]}


def at(line: int) -> str:
    return f"{FILE}, record at line {line}"


def numbers(*transforms: str) -> dict[str, Any]:
    return NUMBER | {"labels": {"transforms": list(transforms)}}


def length(**settings: Any) -> dict[str, Any]:
    return {"length": settings}


# What the task says, the records, and the message.
DATA: dict[str, tuple[Mapping[str, Any], list[dict[str, Any]], Told]] = {
    # letters
    "a lower-case letter where case matters": (
        {"case": "error"}, dna("ACGT", "ACgT"), Told("'g' is a lower-case letter", at(3), CASE),
    ),
    "a letter outside ASCII": (
        {}, dna("ACGT", "ACГT"), Told("'Г' is not a letter of the dna alphabet", at(3), OTHER),
    ),
    "a blank inside a sequence": (
        {}, dna("AC GT"), Told("' ' is not a letter of the dna alphabet", at(1), OTHER),
    ),
    "a digit": ({}, dna("ACGT4"), Told("'4' is not a letter of the dna alphabet", at(1), OTHER)),
    "U in DNA, not asked for": (
        {}, dna("ACGUACGU"), Told("'U' is not a letter of the dna alphabet; this looks like rna", at(1), OTHER),
    ),
    "T in RNA, not asked for": (
        {"alphabet": "rna"}, dna("ACGTACGT"),
        Told("'T' is not a letter of the rna alphabet; this looks like dna", at(1), OTHER),
    ),
    "a gap as a dash": ({}, dna("AC-GT"), Told("'-' is not a letter of the dna alphabet", at(1), GAPS)),
    "a gap as a point": ({}, dna("AC.GT"), Told("'.' is not a letter of the dna alphabet", at(1), GAPS)),
    "a gap in a protein": (
        PROTEIN, dna("MK-VLWDE"), Told("'-' is not a letter of the protein alphabet", at(1), GAPS),
    ),
    "a stop sign at the end": (
        PROTEIN, dna("MKVLWDE*"), Told("'*' is not a letter of the protein alphabet", at(1), STOPS),
    ),
    "a stop sign inside, where those at the end are taken away": (
        PROTEIN | {"stops": "remove"}, dna("MK*VLWDE*"),
        Told("'*' is not a letter of the protein alphabet", at(1), STOPS),
    ),
    "an ambiguity code of RNA": (
        {"alphabet": "rna", "ambiguous": "error"}, dna("ACGUACGUACGUR"),
        Told("'R' is an ambiguity code of the rna alphabet", at(1), CODE),
    ),
    "an unknown residue": (
        PROTEIN | {"ambiguous": "error"}, dna("MKVXLWDE"),
        Told("'X' is an ambiguity code of the protein alphabet", at(1), CODE),
    ),
    "a rare bracket atom": (
        SMILES | {"ambiguous": "error"}, dna("C[U]C"),
        Told("'[U]' is outside the vocabulary of the smiles alphabet", at(1), CODE),
    ),
    "a bracket that is not closed": (
        SMILES, dna("CC", "C[nH"), Told("'[' is not a letter of the smiles alphabet", at(3), OTHER),
    ),
    "chirality outside of brackets": (
        SMILES, dna("C@@C"), Told("'@' is not a letter of the smiles alphabet", at(1), OTHER),
    ),
    "a letter that is not one of one's own": (
        HP, dna("HPPH", "HPX"), Told("'X' is not a letter of the custom alphabet", at(3), OTHER),
    ),
    "the second sequence of a pair": (
        {"inputs": 2}, [{"sequence_1": "ACGT", "sequence_2": "AC!T", "label": "yes"}],
        Told("'!' is not a letter of the dna alphabet", at(1), OTHER),
    ),
    # lengths
    "another length than is wanted": (
        length(policy="error", letters=4), dna("ACGT", "ACG"),
        Told("the sequence of 's1' has 3 letters, where 4 are wanted", at(3), LENGTH),
    ),
    "too short to cut": (
        length(policy="crop", letters=6), dna("ACGTAC", "ACGTA"),
        Told("the sequence of 's1' has 5 letters, too few to cut to 6", at(3), LENGTH),
    ),
    "too short for a window": (
        length(policy="window", letters=6), dna("ACGTA"),
        Told("the sequence of 's0' has 5 letters, too few to cut to 6", at(1), LENGTH),
    ),
    "too long to fill up": (
        length(policy="pad", letters=4), dna("ACG", "ACGTA"),
        Told("the sequence of 's1' has 5 letters, too many to fill up to 4", at(3), LENGTH),
    ),
    "a molecule of too many tokens": (
        SMILES | length(policy="error", letters=2), dna("CCl", "CCCl"),
        Told("the sequence of 's1' has 3 letters, where 2 are wanted", at(3), LENGTH),
    ),
    "a window with another sequence's name": (
        length(policy="window", letters=2),
        [{"sequence": "ACGT", "label": "yes"}, {"sequence": "GG", "label": "yes", "id": "s0:3-4"}],
        Told("a window is called 's0:3-4', which is also the id of another sequence", at(3), "rename that sequence"),
    ),
    # classes
    "a class that is none": (
        {}, labelled("yes", "maybe"),
        Told("the label 'maybe' of 's1' is no class of the task (yes, no)", at(3), NO_CLASS),
    ),
    "a class in capitals": (
        {}, labelled("Yes"), Told("the label 'Yes' of 's0' is no class of the task (yes, no)", at(1), NO_CLASS),
    ),
    "a class with a blank behind it": (
        {}, labelled("yes "), Told("the label 'yes ' of 's0' is no class of the task (yes, no)", at(1), NO_CLASS),
    ),
    "a number for a class": (
        {}, labelled(1.0), Told("the label '1' of 's0' is no class of the task (yes, no)", at(1), NO_CLASS),
    ),
    "a blank for a class": ({}, labelled("yes", "  "), Told("the label of 's1' is missing", at(3), NO_LABEL)),
    "NA for a class": ({}, labelled("NA"), Told("the label of 's0' is missing", at(1), NO_LABEL)),
    "nothing for a class": ({}, labelled("no", None), Told("the label of 's1' is missing", at(3), NO_LABEL)),
    "one of several classes is none": (
        MANY, labelled("a;c"), Told("the label 'c' of 's0' is no class of the task (a, b)", at(1), NO_CLASS),
    ),
    "a class twice": (
        MANY, labelled("a;b;a"), Told("the label 'a;b;a' of 's0' names 'a' twice", at(1), "name each class once"),
    ),
    "another separator": (
        MANY, labelled("a,b"), Told("the label 'a,b' of 's0' is no class of the task (a, b)", at(1), NO_CLASS),
    ),
    "a 2 among 0 and 1": (
        MANY, [{"sequence": "ACGT", "label_a": "1", "label_b": "2"}],
        Told(
            "the label '2' of 's0' in the column of class 'b' is neither 0 nor 1",
            at(1), "mend the file, or correct the task's `type`",
        ),
    ),
    # numbers
    "a word for a number": (
        NUMBER, labelled("0.5", "high"), Told("the label 'high' of 's1' is not a number", at(3), NO_NUMBER),
    ),
    "a decimal comma": (NUMBER, labelled("0,5"), Told("the label '0,5' of 's0' is not a number", at(1), COMMA)),
    "a bound": (NUMBER, labelled(">10"), Told("the label '>10' of 's0' is not a number", at(1), NO_NUMBER)),
    "infinity": (
        NUMBER, labelled("1", "-inf"), Told("the label '-inf' of 's1' is not a finite number", at(3), INFINITE),
    ),
    "a number too large": (
        NUMBER, labelled("1e999"), Told("the label '1e999' of 's0' is not a finite number", at(1), INFINITE),
    ),
    "nan for a number": (NUMBER, labelled("nan"), Told("the label of 's0' is missing", at(1), NO_LABEL)),
    "a blank for a number": (NUMBER, labelled("1", ""), Told("the label of 's1' is missing", at(3), NO_LABEL)),
    "999 for a number that is missing": (
        NUMBER | {"labels": {"missing_values": ["999"]}}, labelled("999.0"),
        Told("the label of 's0' is missing", at(1), NO_LABEL),
    ),
    "one of two outputs is missing": (
        TWO, [{"sequence": "ACGT", "label_on": "1", "label_off": "NA"}],
        Told("the label 'off' of 's0' is missing", at(1), NO_LABEL),
    ),
    "a negative number for log": (
        numbers("log"), labelled("1", "-2"),
        Told("the label -2 has no log: it must be above 0", TRANSFORMS, OTHER_TRANSFORM),
    ),
    "zero for log": (
        numbers("log"), labelled("1", "0"),
        Told("the label 0 has no log: it must be above 0", TRANSFORMS, OTHER_TRANSFORM),
    ),
    "-1 for log1p": (
        numbers("log1p"), labelled("1", "-1"),
        Told("the label -1 has no log1p: it must be above -1", TRANSFORMS, OTHER_TRANSFORM),
    ),
    "equal labels for z-score": (
        numbers("z-score"), labelled("0.1", "0.1", "0.1"),
        Told("all training labels are 0.1, so that z-score has nothing to scale by", TRANSFORMS, EQUAL),
    ),
    "equal labels for min-max": (
        numbers("min-max"), labelled("3", "3"),
        Told("all training labels are 3, so that min-max has nothing to scale by", TRANSFORMS, EQUAL),
    ),
    "equal labels for rank": (
        numbers("rank"), labelled("3", "3"),
        Told("all training labels are 3, so that rank has nothing to scale by", TRANSFORMS, EQUAL),
    ),
    # residues
    "fewer labels than residues": (STATES, residues("HE"), Told("'s0' has 3 residues and 2 labels", at(1), ONE_EACH)),
    "more values than residues": (
        SCORES, residues(["1", "2", "3", "4"]), Told("'s0' has 3 residues and 4 labels", at(1), ONE_EACH),
    ),
    "a mask of another length": (
        STATES, residues("HEC", mask="11"), Told("'s0' has 3 residues and a mask of 2", at(1), MASK),
    ),
    "a mask of other letters": (
        STATES, residues("HEC", mask="1x0"),
        Told("the mask of 's0' holds 'x', which is neither 0 nor 1", at(1), MASK),
    ),
    "a residue's class that is none": (
        STATES, residues("HGC"), Told("the label 'G' of 's0' is no class of the task (H, E, C)", at(1), NO_CLASS),
    ),
    "a residue without a class": (
        STATES, residues(["H", "", "C"]), Told("residue 2 of 's0' has no label", at(1), KEEP),
    ),
    "a residue without a value": (
        SCORES | {"labels": {"missing_values": ["999"]}}, residues(["1.5", "2", "999"]),
        Told("residue 3 of 's0' has no label", at(1), KEEP),
    ),
    "an infinite value of a residue": (
        SCORES, residues(["1.5", "inf", "2"]),
        Told("the label 'inf' of 's0' is not a finite number", at(1), INFINITE),
    ),
    "a mask of bits beyond the classes": (
        BITS, residues("048"),
        Told(
            "the label '8' in 's0' is no sum of the numbers of 3 classes (0 to 7)", at(1),
            "correct `classes`, which stand for 1, 2, 4, … in this order, or mend the file",
        ),
    ),
    # copies
    "a number that contradicts another": (
        NUMBER | {"conflicts": "error"}, [*dna("ACGT", label="0.5"), *dna("ACGT", label="0.7")],
        Told("the sequence of 's0' is labelled 0.5 here and 0.7 elsewhere", at(1), COPY),
    ),
    "a pair that contradicts itself the other way round": (
        {"inputs": 2, "symmetric": True, "conflicts": "error"},
        [
            {"sequence_1": "AA", "sequence_2": "CC", "label": "yes"},
            {"sequence_1": "CC", "sequence_2": "AA", "label": "no"},
        ],
        Told("the sequence of 's0' is labelled yes here and no elsewhere", at(1), COPY),
    ),
    "a label of the pool that contradicts the test part": (
        {"conflicts": "error"},
        [
            {"sequence": "AA", "label": "yes", "part": "test"},
            {"sequence": "AA", "label": "no", "part": "pool"},
        ],
        Told("the sequence of 's0' is labelled yes here and no elsewhere", at(1), COPY),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DATA)
def test_data_that_cannot_be_taken(name: str) -> None:
    task, records, message = DATA[name]
    with pytest.raises(SeqgraftError) as error:
        cleaned(task, *records)
    assert str(error.value) == str(message)


def task(**changes: Any) -> dict[str, Any]:
    files = [{"url": f"https://example.org/{c}.fa", "sha256": "a" * 64, "class": c} for c in ("site", "rest")]
    return {"alphabet": "dna", "classes": ["site", "rest"], "files": files, **changes}


WINDOW = (
    "tasks.a: `window` makes several sequences of one, which belong into one part: `split.method` must be one of "
    "chromosome, edit-distance, group, homology, overlap, predefined, not stratified"
)
MOVED = (
    "tasks.a: `{}` would move the labels of residue-classes away from their residues: leave such sequences out "
    "(`drop`), or mend the file"
)
WHOLE = "tasks.a: `{}` cannot be applied to SMILES, of which no letter can be taken out or added"
STATES_OF = {"type": "residue-classes", "alphabet": "protein"}
# The keys of task a that are changed, and the line of the message.
CONFIGS: dict[str, tuple[dict[str, Any], str]] = {
    "an alphabet that is none": (
        {"alphabet": "rnaa"},
        "tasks.a.alphabet: 'rnaa' is not known; did you mean 'rna'?",
    ),
    "an alphabet without letters": ({"alphabet": {"ambiguous": "X"}}, "tasks.a.alphabet.letters: is missing"),
    "a key that alphabets do not have": (
        {"alphabet": {"letters": "HP", "pad": "X"}},
        "tasks.a.alphabet.pad: unknown key; known: letters, ambiguous, complements",
    ),
    "a letter twice": (
        {"alphabet": {"letters": "HP", "ambiguous": "H"}},
        "tasks.a.alphabet: the letter 'H' stands twice",
    ),
    "a blank as a letter": (
        {"alphabet": {"letters": "H P"}},
        "tasks.a.alphabet: ' ' cannot be a letter: blanks, '>', ';' and what is not ASCII are not",
    ),
    "a complement that is no letter": (
        {"alphabet": {"letters": "AB", "complements": "BC"}},
        "tasks.a.alphabet: `complements` must hold each letter of `letters` once, and then each of `ambiguous`",
    ),
    "complements in a circle": (
        {"alphabet": {"letters": "ABC", "complements": "BCA"}},
        "tasks.a.alphabet: the complement of 'A' is 'B', but that of 'B' is another",
    ),
    "both strands of letters of one's own": (
        {"alphabet": {"letters": "HP"}, "strand": "both"},
        "tasks.a: an alphabet without `complements` has no reverse complement: `strand` must be `single`",
    ),
    "both strands of molecules": (
        {"alphabet": "smiles", "strand": "both"},
        "tasks.a: a molecule has no reverse complement: `strand` must be `single`",
    ),
    "U and T in proteins": (
        {"alphabet": "protein", "ut": "read"},
        "tasks.a: `ut` is for dna and rna, not for protein",
    ),
    "a policy that is none": (
        {"gaps": "ignore"},
        "tasks.a.gaps: 'ignore' is not known; known: error, remove, drop",
    ),
    "gaps of molecules": ({"alphabet": "smiles", "gaps": "remove"}, WHOLE.format("gaps")),
    "molecules that are cut": (
        {"alphabet": "smiles", "length": {"policy": "crop", "letters": 9}},
        WHOLE.format("length"),
    ),
    "gaps taken out from under labels": (STATES_OF | {"gaps": "remove"}, MOVED.format("gaps")),
    "residues that are cut": (
        STATES_OF | {"length": {"policy": "crop", "letters": 9}},
        MOVED.format("length"),
    ),
    "a cut to no length": (
        {"length": {"policy": "crop"}},
        "tasks.a.length: `crop` needs `letters`, the length that is wanted",
    ),
    "a length of nothing": (
        {"length": {"policy": "pad", "letters": 0}},
        "tasks.a.length.letters: must be 1 or more, not 0",
    ),
    "a step without windows": (
        {"length": {"letters": 9, "step": 3}},
        "tasks.a.length: `step` belongs to `window`",
    ),
    "windows in several parts": ({"length": {"policy": "window", "letters": 9}}, WINDOW),
    "two classes for many": (
        {"type": "multiclass"},
        "tasks.a: `type: multiclass` needs 3 to 10000 `classes`, not 2",
    ),
    "classes for numbers": ({"type": "regression"}, "tasks.a: `type: regression` needs 0 `classes`, not 2"),
    "a type that is none": (
        {"type": "regresion"},
        "tasks.a.type: 'regresion' is not known; did you mean 'regression'?",
    ),
    "a mean of classes": (
        {"conflicts": "mean"},
        "tasks.a: `conflicts: mean` is for regression, not for binary",
    ),
    "merged classes": (
        {"conflicts": "merge"},
        "tasks.a: `conflicts: merge` is for labels of residues, not for binary",
    ),
    "a tolerance without a mean": (
        {"type": "regression", "classes": [], "labels": {"tolerance": 0.1}},
        "tasks.a: `labels.tolerance` belongs to `conflicts: mean`",
    ),
    "a transform of classes": (
        {"labels": {"transforms": ["log"]}},
        "tasks.a: `labels.transforms` is for numbers, and the type is binary",
    ),
    "a transform that is none": (
        {"labels": {"transforms": ["zscore"]}},
        "tasks.a.labels.transforms[0]: 'zscore' is not known; did you mean 'z-score'?",
    ),
    "outputs of classes": (
        {"labels": {"outputs": ["x"]}},
        "tasks.a: `labels.outputs` is for regression, and the type is binary",
    ),
    "an output twice": (
        {"type": "regression", "classes": [], "labels": {"outputs": ["x", "x"]}},
        "tasks.a: labels.outputs: 'x' is listed twice",
    ),
    "a name for no class": (
        {"labels": {"names": {"1": "sit"}}},
        "tasks.a: `labels.names` gives '1' the class 'sit', which is not among `classes`",
    ),
    "missing labels that are kept": (
        {"labels": {"missing": "keep"}},
        "tasks.a: `labels.missing: keep` is for labels of which others of the same sequence are there: residues, or "
        "several `outputs`",
    ),
    "single sequences that change places": (
        {"symmetric": True},
        "tasks.a: `symmetric` is for pairs: set `inputs` to 2",
    ),
    "residues of pairs": (
        STATES_OF | {"inputs": 2},
        "tasks.a: a pair has no residue-classes: `inputs` must be 1",
    ),
    "three inputs": ({"inputs": 3}, "tasks.a.inputs: '3' is not known; known: 1, 2"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_keys_that_make_no_sense(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEQGRAFT_MIRROR", raising=False)
    changes, line = CONFIGS[name]
    config = {
        "study": "mine",
        "tasks": {"a": task(**changes), "b": task()},
        "transfers": [{"source": "a", "target": "b"}],
    }
    config_is_refused(config, in_config(line))


def test_simulated_tasks_have_two_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    counts = {"x": 80, "y": 80, "z": 80}
    simulated = {
        "alphabet": "dna",
        "type": "multiclass",
        "classes": list(counts),
        "simulate": {"species": "ecoli", "counts": counts},
    }
    line = "tasks.a: simulated tasks are single sequences of two classes"
    config_is_refused({"study": "mine", "tasks": {"a": simulated}, "transfers": []}, in_config(line))
