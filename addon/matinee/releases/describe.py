"""A `Release` as a plain object with the field's common words, for scripts and comparison."""

from __future__ import annotations

from typing import Any

from ..models.releases import Release

_SOURCES = {
    "bluray": "bluray", "bdrip": "bluray", "brrip": "bluray", "bdmux": "bluray",
    "web": "web", "web-dl": "web", "webrip": "web", "web-dlrip": "web", "webmux": "web",
    "hdrip": "web",
    "hdtv": "tv", "hdtvrip": "tv", "tvrip": "tv", "pdtv": "tv", "satrip": "tv", "dsr": "tv",
    "dvd": "dvd", "dvdrip": "dvd", "dvdmux": "dvd",
    "cam": "cam", "telesync": "telesync", "telecine": "telecine", "hddvd": "hddvd",
}  # fmt: skip


def source_family(source: str) -> str | None:
    """Return web, bluray, tv, dvd, cam, telesync, telecine or hddvd; None when not said."""
    return _SOURCES.get(source.lower())


def describe(release: Release) -> dict[str, Any]:
    """Return what a name says as JSON values; numbers without a season are absolute ones."""
    absolute = not release.seasons and not release.date
    return {
        "name": release.name,
        "title": release.title or None,
        "year": release.year,
        "seasons": list(release.seasons),
        "episodes": list(release.episodes),
        "absolute_episodes": list(release.episodes) if absolute else [],
        "date": release.date or None,
        "resolution": release.resolution or None,
        "source": source_family(release.source),
        "remux": release.remux,
        "proper": release.proper,
        "group": release.group or None,
    }
