"""The engine as one process: its rooms in order, its sockets, its start and end."""

from .options import Options
from .run import run

__all__ = ["Options", "run"]
