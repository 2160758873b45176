"""What a name means. Pure functions, no I/O."""

from .describe import describe
from .normalise import same_title, title_key
from .parse import load, parse
from .paths import parse_path

__all__ = ["describe", "load", "parse", "parse_path", "same_title", "title_key"]
