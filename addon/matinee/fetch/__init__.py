"""The one guarded way out of the house: what other machines serve by HTTP."""

from .addresses import is_public, origin_of
from .fetcher import Fetched, Fetcher

__all__ = ["Fetched", "Fetcher", "is_public", "origin_of"]
