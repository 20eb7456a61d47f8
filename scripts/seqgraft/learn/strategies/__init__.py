"""Strategies that train in a way of their own, one file each."""
