"""How jobs and runs begin, end and tell their failures."""
