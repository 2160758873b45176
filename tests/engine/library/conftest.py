"""The library's own fixtures."""

from tests.support.library import house

__all__ = ["house"]
