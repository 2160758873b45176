"""What a screen can show."""

from .judge import family, judge

__all__ = ["family", "judge"]
