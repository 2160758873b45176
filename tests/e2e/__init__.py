"""From end to end: real programs, seen from outside."""
