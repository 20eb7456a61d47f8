"""The typed config: one source for validation, defaults, schema and documentation."""
