"""The command line: one command starts the engine, the others talk to one that runs."""

from .parser import main

__all__ = ["main"]
