"""Drives: identity, coming and going, free space, safe paths."""
