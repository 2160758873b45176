"""Medians, percentiles and result files."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path


def spread(values: Iterable[float | None]) -> dict[str, float | int | None]:
    kept = sorted(value for value in values if value is not None)
    if not kept:
        return {"n": 0, "median": None, "min": None, "max": None}
    return {
        "n": len(kept),
        "median": round(statistics.median(kept), 4),
        "min": round(kept[0], 4),
        "max": round(kept[-1], 4),
    }


def contended(sample: dict, limit: float = 0.35) -> bool:
    """Whether another program used so much CPU that the sample says little."""
    return any(
        value > limit
        for key, value in sample.items()
        if key.endswith(("foreign_cores", "quiet_before"))
    )


def taken(take: Callable[[], dict], tries: int = 2, **facts: object) -> list[dict]:
    """Take a sample, and again while other programs disturb it; keep them all."""
    samples = []
    for _ in range(tries):
        samples.append(take() | facts)
        print(samples[-1], flush=True)
        if not contended(samples[-1]):
            break
    return samples


def summed(samples: list[dict], column: str, **wanted: object) -> dict:
    """The spread of one column over the undisturbed samples that have the wanted facts."""
    rows = [
        sample
        for sample in samples
        if all(sample.get(key) == value for key, value in wanted.items())
    ]
    steady = [sample for sample in rows if not contended(sample)]
    return spread(sample.get(column) for sample in steady or rows)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def save(folder: Path, name: str, parameters: dict, samples: list[dict], summary: dict) -> Path:
    path = folder / f"{name}-{time.strftime('%Y%m%dT%H%M%S')}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps(
            {
                "benchmark": name,
                "at": time.strftime("%FT%TZ", time.gmtime()),
                "machine": {"kernel": platform.release(), "python": platform.python_version()},
                "parameters": parameters,
                "summary": summary,
                "samples": samples,
            },
            indent=1,
        )
        + "\n"
    )
    return path


def table(summary: dict[str, dict[str, dict]], columns: Sequence[str]) -> str:
    """A Markdown table: one row per peer, cells are median (min-max)."""

    def cell(entry: dict | None) -> str:
        if not entry or entry.get("median") is None:
            return "-"
        return f"{entry['median']:g} ({entry['min']:g}–{entry['max']:g})"

    lines = ["| peer | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for peer, entries in summary.items():
        lines.append(f"| {peer} | " + " | ".join(cell(entries.get(key)) for key in columns) + " |")
    return "\n".join(lines)
