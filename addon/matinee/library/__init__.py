"""What is at home: films and episodes, their files, and who watched how far."""

from .files import FileRole, LibraryFile
from .library import Library

__all__ = ["FileRole", "Library", "LibraryFile"]
