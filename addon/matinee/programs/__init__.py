"""The one bounded way to run other programs."""
