"""Backbones, strategies, baselines and the loop that trains them."""
