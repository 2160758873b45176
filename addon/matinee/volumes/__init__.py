"""Drives: identity, coming and going, free space, safe paths."""

from .search import Candidate
from .volumes import Volumes

__all__ = ["Candidate", "Volumes"]
