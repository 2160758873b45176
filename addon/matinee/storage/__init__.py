"""SQLite, its schema versions, and secrets at rest."""

from .database import Database, Row
from .vault import Vault

__all__ = ["Database", "Row", "Vault"]
