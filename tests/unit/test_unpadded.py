"""What is compared is what was observed: padding hides neither pieces nor homologs."""

import pandas as pd

from seqgraft.config.leakage import LeakageSettings
from seqgraft.data.leakage import find_leaks
from seqgraft.data.parts import parts_of
from seqgraft.data.unpadded import unpadded


def peptides(*sequences: str) -> pd.DataFrame:
    ids = [f"s{i}" for i in range(len(sequences))]
    return pd.DataFrame({"id": ids, "sequence": sequences, "label": "yes"})


def test_padding_goes_from_both_ends_and_nothing_else() -> None:
    found = unpadded(peptides("XXACXDXX", "ACD", "XXX"), ["protein"])
    assert found["sequence"].tolist() == ["ACXD", "ACD", "XXX"]
    assert found.columns.tolist() == ["id", "sequence", "label"]
    genes = unpadded(peptides("NNAXNCNN"), ["dna"])
    assert genes["sequence"].tolist() == ["AXNC"]


def test_each_partner_of_a_pair_has_its_own_padding() -> None:
    pairs = pd.DataFrame({"id": ["p"], "sequence_1": ["NACN"], "sequence_2": ["NXMKX"]})
    found = unpadded(pairs, ["dna", "protein"])
    assert found[["sequence_1", "sequence_2"]].to_numpy().tolist() == [["AC", "NXMK"]]
    assert unpadded(pairs, ["protein"])["sequence_2"].tolist() == ["NXMK"]


def test_a_peptide_inside_a_longer_one_is_found_without_its_padding() -> None:
    records = peptides("GIGKFLHSAKKFXXXXXXXX", "WWGIGKFLHSAKKFWWWWXX")
    splits = pd.DataFrame({"id": ["s0", "s1"], "part": ["pool", "test"]})

    def left_out(table: pd.DataFrame) -> list[str]:
        own = parts_of("own", table, splits)
        how = {"own": LeakageSettings(kinds=["contained"])}
        leaks = find_leaks(own, [], alphabet="protein", strands={"own": "single"}, settings=how)
        return leaks.excluded["id"].tolist()

    assert left_out(records) == []
    assert left_out(unpadded(records, ["protein"])) == ["s0"]
