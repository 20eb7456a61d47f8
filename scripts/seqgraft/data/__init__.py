"""From published bytes to tokens: download, prepare, split, leakage, encode."""
