"""What the methods paragraph cites: numbered in the order of use, as text and as BibTeX."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reference:
    """One publication.

    Parameters
    ----------
    authors, title, place : str
        As printed; `place` is the journal or conference with volume and pages.
    year : int
        Of publication; 0 where only a free text is known.
    link : str
        ``doi:…``, ``arXiv:…`` or empty.
    kind : str
        BibTeX's word for it.
    """

    authors: str
    year: int
    title: str
    place: str
    link: str = ""
    kind: str = "article"

    @property
    def text(self) -> str:
        """The reference as a reader sees it."""
        if not self.year:
            return f"{self.title}."
        link = f". {self.link}" if self.link else ""
        authors = self.authors.replace(" and others", " et al.").replace(" and ", ", ")
        end = "" if self.title.endswith("?") else "."
        return f"{authors} ({self.year}). {self.title}{end} {self.place}{link}."

    def bibtex(self, key: str) -> str:
        """Return the reference as a BibTeX entry.

        Parameters
        ----------
        key : str
            What a LaTeX text cites it by.
        """
        if not self.year:
            return f"@misc{{{key},\n  note = {{{self.title}}}\n}}"
        host = "booktitle" if self.kind == "inproceedings" else "journal"
        fields = {
            "author": self.authors,
            "title": f"{{{self.title}}}",
            host: self.place,
            "year": str(self.year),
        }
        if self.link.startswith("doi:"):
            fields["doi"] = self.link.removeprefix("doi:")
        elif self.link:
            fields["note"] = self.link
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@{self.kind}{{{key},\n{lines}\n}}"


#: By key, which is also the key in BibTeX.
REFERENCES: dict[str, Reference] = {
    "alain2016": Reference(
        "Alain, G. and Bengio, Y.", 2016,
        "Understanding intermediate layers using linear classifier probes",
        "arXiv preprint", "arXiv:1610.01644",
    ),
    "yosinski2014": Reference(
        "Yosinski, J. and Clune, J. and Bengio, Y. and Lipson, H.", 2014,
        "How transferable are features in deep neural networks?",
        "Advances in Neural Information Processing Systems 27", "arXiv:1411.1792", "inproceedings",
    ),
    "loshchilov2019": Reference(
        "Loshchilov, I. and Hutter, F.", 2019,
        "Decoupled weight decay regularization",
        "International Conference on Learning Representations", "arXiv:1711.05101", "inproceedings",
    ),
    "shamir2013": Reference(
        "Shamir, O. and Zhang, T.", 2013,
        "Stochastic gradient descent for non-smooth optimization: convergence results and optimal averaging schemes",
        "Proceedings of the 30th International Conference on Machine Learning", "arXiv:1212.1824", "inproceedings",
    ),
    "guo2017": Reference(
        "Guo, C. and Pleiss, G. and Sun, Y. and Weinberger, K. Q.", 2017,
        "On calibration of modern neural networks",
        "Proceedings of the 34th International Conference on Machine Learning", "arXiv:1706.04599", "inproceedings",
    ),
    "platt1999": Reference(
        "Platt, J. C.", 1999,
        "Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods",
        "Advances in Large Margin Classifiers, MIT Press", "", "inproceedings",
    ),
    "varma2006": Reference(
        "Varma, S. and Simon, R.", 2006,
        "Bias in error estimation when using cross-validation for model selection",
        "BMC Bioinformatics 7, 91", "doi:10.1186/1471-2105-7-91",
    ),
    "owen2007": Reference(
        "Owen, A. B.", 2007, "The pigeonhole bootstrap",
        "The Annals of Applied Statistics 1, 386-411", "doi:10.1214/07-AOAS122",
    ),
    "satterthwaite1946": Reference(
        "Satterthwaite, F. E.", 1946, "An approximate distribution of estimates of variance components",
        "Biometrics Bulletin 2, 110-114", "doi:10.2307/3002019",
    ),
    "smith1981": Reference(
        "Smith, T. F. and Waterman, M. S.", 1981, "Identification of common molecular subsequences",
        "Journal of Molecular Biology 147, 195-197", "doi:10.1016/0022-2836(81)90087-5",
    ),
    "henikoff1992": Reference(
        "Henikoff, S. and Henikoff, J. G.", 1992, "Amino acid substitution matrices from protein blocks",
        "Proceedings of the National Academy of Sciences 89, 10915-10919", "doi:10.1073/pnas.89.22.10915",
    ),
    "altschul1985": Reference(
        "Altschul, S. F. and Erickson, B. W.", 1985,
        "Significance of nucleotide sequence alignments: a method for random sequence permutation that preserves "
        "dinucleotide and codon usage",
        "Molecular Biology and Evolution 2, 526-538", "doi:10.1093/oxfordjournals.molbev.a040370",
    ),
    "cock2009": Reference(
        "Cock, P. J. A. and Antao, T. and Chang, J. T. and others", 2009,
        "Biopython: freely available Python tools for computational molecular biology and bioinformatics",
        "Bioinformatics 25, 1422-1423", "doi:10.1093/bioinformatics/btp163",
    ),
    "holm1979": Reference(
        "Holm, S.", 1979, "A simple sequentially rejective multiple test procedure",
        "Scandinavian Journal of Statistics 6, 65-70",
    ),
    "snakemake": Reference(
        "Mölder, F. and Jablonski, K. P. and Letcher, B. and Hall, M. B. and Tomkins-Tinch, C. H. and Sochat, V. "
        "and Forster, J. and Lee, S. and Twardziok, S. O. and Kanitz, A. and Wilm, A. and Holtgrewe, M. "
        "and Rahmann, S. and Nahnsen, S. and Köster, J.", 2021,
        "Sustainable data analysis with Snakemake", "F1000Research 10, 33", "doi:10.12688/f1000research.29032",
    ),
    "torch": Reference(
        "Paszke, A. and Gross, S. and Massa, F. and Lerer, A. and Bradbury, J. and Chanan, G. and others", 2019,
        "PyTorch: an imperative style, high-performance deep learning library",
        "Advances in Neural Information Processing Systems 32", "arXiv:1912.01703", "inproceedings",
    ),
    "numpy": Reference(
        "Harris, C. R. and Millman, K. J. and van der Walt, S. J. and others", 2020,
        "Array programming with NumPy", "Nature 585, 357-362", "doi:10.1038/s41586-020-2649-2",
    ),
    "scipy": Reference(
        "Virtanen, P. and Gommers, R. and Oliphant, T. E. and others", 2020,
        "SciPy 1.0: fundamental algorithms for scientific computing in Python",
        "Nature Methods 17, 261-272", "doi:10.1038/s41592-019-0686-2",
    ),
    "scikit-learn": Reference(
        "Pedregosa, F. and Varoquaux, G. and Gramfort, A. and others", 2011,
        "Scikit-learn: machine learning in Python", "Journal of Machine Learning Research 12, 2825-2830",
    ),
}  # fmt: skip

#: Papers of strategies and baselines; others are cited in the words of their description.
OF_STRATEGIES = {"linear-probe": "alain2016", "full": "yosinski2014"}


@dataclass
class Citations:
    """A numbered list that grows as it is cited."""

    keys: list[str] = field(default_factory=list)
    free: dict[str, Reference] = field(default_factory=dict)

    def cite(self, *keys: str) -> str:
        """Return the marker of one publication or several, e.g. "[3]" or "[3, 4]"."""
        for key in keys:
            if key not in self.keys:
                self.keys.append(key)
        return f"[{', '.join(str(self.keys.index(key) + 1) for key in keys)}]"

    def cite_words(self, words: str) -> str:
        """Cite what is known only as a text, e.g. the citation in a strategy's description."""
        key = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40]
        self.free[key] = Reference("", 0, words, "")
        return self.cite(key)

    @property
    def listed(self) -> list[tuple[int, str]]:
        """Return numbers and references as text."""
        return [(number, self._of(key).text) for number, key in enumerate(self.keys, start=1)]

    @property
    def bibtex(self) -> str:
        """Return all references as BibTeX."""
        return "\n\n".join(self._of(key).bibtex(key) for key in self.keys) + "\n"

    def _of(self, key: str) -> Reference:
        """Return the reference of a key."""
        return REFERENCES[key] if key in REFERENCES else self.free[key]
