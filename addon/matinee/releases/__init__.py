"""What a name means. Pure functions, no I/O."""

from .normalise import title_key

__all__ = ["title_key"]
