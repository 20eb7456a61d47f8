"""What was run, and whether its files are still those."""
