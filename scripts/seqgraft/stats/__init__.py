"""Metrics, intervals, tests and label savings, computed from predictions alone."""
