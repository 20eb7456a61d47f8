"""What a study will cost, told before it starts."""
