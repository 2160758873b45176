"""What screens take, and how a film is sent to one."""

from .builtin import BUILT_IN, of_kind
from .decide import decide_playback
from .judge import judge
from .names import family

__all__ = ["BUILT_IN", "decide_playback", "family", "judge", "of_kind"]
