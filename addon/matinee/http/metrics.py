"""Numbers for Prometheus, read from the rooms when somebody asks.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/ (text, version 0.0.4).
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

CONTENT_TYPE = "text/plain"
_STARTED = time.time()

Reading = float | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Metric:
    """`read` returns the number now, or numbers by the value of `label`.

    `name` without the prefix; `kind` is "gauge" or "counter".
    """

    name: str
    help: str
    read: Callable[[], Reading]
    kind: str = "gauge"
    label: str = ""


def render(metrics: Iterable[Metric]) -> str:
    """Return the exposition text."""
    lines = []
    for metric in metrics:
        name = f"matinee_{metric.name}"
        lines.append(f"# HELP {name} {_escape(metric.help)}")
        lines.append(f"# TYPE {name} {metric.kind}")
        reading = metric.read()
        if isinstance(reading, Mapping):
            for value, count in sorted(reading.items()):
                label = _escape(value).replace('"', '\\"')
                lines.append(f'{name}{{{metric.label}="{label}"}} {count:.17g}')
        else:
            lines.append(f"{name} {reading:.17g}")
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def process_metrics() -> list[Metric]:
    """Return what can be said of the process itself."""
    return [
        Metric("start_time_seconds", "When the engine started, since 1970.", lambda: _STARTED),
        Metric("cpu_seconds_total", "Processor time used.", _cpu_seconds, "counter"),
        Metric("memory_bytes", "Resident memory.", _resident_bytes),
    ]


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _resident_bytes() -> float:
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return float(pages) * os.sysconf("SC_PAGE_SIZE")
