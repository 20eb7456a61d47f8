"""Transfer learning for biological sequences: the library behind the workflow's rules."""

__version__ = "0.1.0"
