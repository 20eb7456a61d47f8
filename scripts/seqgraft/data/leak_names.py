"""The kinds of match that the leakage check knows, for the config and the page, which import nothing heavier."""

#: What each is, as a reader of the report is told.
KINDS_IN_WORDS = {
    "exact": "the same letters from end to end",
    "reverse-complement": "the same letters on the other strand",
    "contained": "one sequence lies inside a longer one",
    "homologous": "of common descent, by an alignment",
    "overlap": "a long stretch in common, as windows of one genome have",
}
KIND_NAMES = tuple(KINDS_IN_WORDS)
#: Looked for where a config says nothing.
USUAL_KINDS = ("exact", "reverse-complement", "contained")
#: What leakage.tsv says of sequences that were kept on both sides of a line.
KEPT = "kept: only reported"
#: Of partners of a pair that the study's claim allows to be known.
ALLOWED = "allowed: no part of the claim"
