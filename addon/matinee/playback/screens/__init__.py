"""What screens take, and how a film is sent to one."""

from .builtin import BUILT_IN, of_kind
from .decide import decide_playback, main_reason
from .names import family
from .reported import from_report
from .sinks import from_sink_protocol_info

__all__ = [
    "BUILT_IN",
    "decide_playback",
    "family",
    "from_report",
    "from_sink_protocol_info",
    "main_reason",
    "of_kind",
]
