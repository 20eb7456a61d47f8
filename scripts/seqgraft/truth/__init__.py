"""Whether the statistics are right: simulated studies whose truth is known, judged as real ones are."""
