"""The library's house, for API modules that show it."""

from tests.support.library import house

__all__ = ["house"]
