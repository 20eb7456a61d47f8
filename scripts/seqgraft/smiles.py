"""SMILES as tokens: atoms, bonds, branches and ring closures, not characters.

The grammar is that of OpenSMILES (James, Vandermeersch et al., http://opensmiles.org/opensmiles.html, section 3). A
bracket atom such as ``[nH]`` or ``[C@@H]`` is one token with all that its brackets hold, chirality included, because
its parts mean nothing without each other.
"""

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

_PATTERN = re.compile(r"\[[^\[\]]*\]|Br|Cl|%[0-9]{2}|.", re.DOTALL)
_BRACKET = re.compile(r"\[[^\[\]]+\]")
# What stands outside of brackets: the organic subset, aromatic atoms, any atom, bonds, branches and ring closures.
_PLAIN = (
    *("B", "C", "N", "O", "P", "S", "F", "Cl", "Br", "I", "b", "c", "n", "o", "p", "s", "*"),
    *("-", "=", "#", "$", ":", "/", "\\", ".", "(", ")"),
    *(str(digit) for digit in range(10)),
    *(f"%{number}" for number in range(10, 30)),
)
# Bracket atoms of drugs and drug-like compounds: hydrogen, chiral centres, charges, aromatic hetero atoms, ions,
# isotopes that are used as labels.
_BRACKETS = (
    "H H+ nH nH+ n+ n- c- cH- o+ s+ se seH te "
    "C C- C+ CH CH- CH+ CH2 CH2- CH2+ CH3 C@ C@@ C@H C@@H "
    "N N+ N- NH NH- NH+ NH2 NH2- NH2+ NH3 NH3+ NH4+ N@ N@@ N@+ N@@+ N@H+ N@@H+ N@H N@@H "
    "O O- O+ OH OH- OH+ OH2 OH2+ "
    "S S- S+ SH SH- SH+ SH2 S@ S@@ S@+ S@@+ "
    "P P+ P- PH PH+ PH2 P@ P@@ P@+ P@@+ P@H P@@H "
    "B B- BH BH- BH2 BH2- BH3- "
    "F F- F+ Cl Cl- Cl+ Br Br- Br+ I I- I+ "
    "Si SiH SiH2 SiH3 Si@ Si@@ Se Se- Se+ SeH Te As AsH As+ Ge Sn Pb Sb Bi "
    "Li Li+ Na Na+ K K+ Mg Mg+2 Ca Ca+2 Sr+2 Ba+2 Al Al+3 Zn Zn+2 Cu Cu+ Cu+2 Fe Fe+2 Fe+3 Co Co+2 Ni Ni+2 Mn Mn+2 "
    "Pt Pt+2 Pd Au Au+ Ag Ag+ Hg Hg+2 Ru Gd+3 "
    "2H 3H 11C 11CH3 13C 13CH 13CH2 13CH3 14C 14CH 14CH2 14CH3 13C@H 13C@@H 15N 15NH 15NH2 18O 18F 32P 35S 123I 125I "
    "131I"
)
#: The stored vocabulary: a token's place is its number. Only to be added to at its end, or old models read other atoms;
#: one byte leaves room for 255.
VOCABULARY: tuple[str, ...] = (*_PLAIN, *(f"[{atom}]" for atom in _BRACKETS.split()))


class Smiles:
    """The alphabet of molecules written as SMILES.

    It answers to what `seqgraft.alphabets.Alphabet` answers to, except for what has no meaning here: a second strand,
    and a place at which a molecule could be cut.
    """

    name = "smiles"
    letters = VOCABULARY
    ambiguous = ""
    complements = ""
    complement = None
    padding = ""
    holds_nucleotides = False
    doubt = "bracket atom outside the vocabulary"
    divisible = False
    cased = True  # c is an aromatic atom, C an aliphatic one

    @property
    def unknown(self) -> int:
        """The token of everything that is not in the vocabulary."""
        return len(self.letters)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each token."""
        return {token: number for number, token in enumerate(self.letters)}

    def tokens(self, sequence: str) -> Sequence[str]:
        """Cut a molecule into tokens.

        Parameters
        ----------
        sequence : str
            SMILES.

        Returns
        -------
        list of str
            Joined they give the molecule again.

        Examples
        --------
        >>> Smiles().tokens("Clc1c[nH]%12")
        ['Cl', 'c', '1', 'c', '[nH]', '%12']
        """
        return _PATTERN.findall(sequence)

    def encode(self, sequence: str) -> np.ndarray:
        """Return a molecule's numbers, shape (T,), uint8; what is outside the vocabulary becomes `unknown`."""
        unknown, numbers = self.unknown, self.numbers
        return np.array([numbers.get(token, unknown) for token in self.tokens(sequence)], dtype=np.uint8)

    def encode_all(self, sequences: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens of molecules, one after the other, uint8, and the number of each one's, (N,) int64."""
        parts = [self.encode(sequence) for sequence in sequences]
        lengths = np.fromiter((len(part) for part in parts), dtype=np.int64, count=len(parts))
        return np.concatenate([np.empty(0, dtype=np.uint8), *parts]), lengths

    def odd(self, sequence: str) -> set[str]:
        """Return the tokens of a molecule that are not in the vocabulary."""
        return set(self.tokens(sequence)) - self.numbers.keys()

    def doubtful(self, token: str) -> bool:
        """Tell whether an odd token is a bracket atom, perhaps a rare one, and not foreign to SMILES."""
        return _BRACKET.fullmatch(token) is not None

    def reverse_complement(self, sequence: str) -> str:
        """Refuse: a molecule has no other strand.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(f"{self.name} has no reverse complement")
