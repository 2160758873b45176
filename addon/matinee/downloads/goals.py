"""When a download has given back enough. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..models.downloads import Download, Sharing
from ..settings import SEED_MINUTES, SEED_RATIO, Settings

ENDLESS = -1.0


@dataclass(frozen=True, slots=True)
class Goal:
    """`ratio` uploaded by downloaded: 0 shares nothing, -1 has no end. `minutes` 0: no limit."""

    ratio: float
    minutes: int


def goal_of(download: Download, settings: Settings) -> Goal:
    """Return the download's own goal where it has one, else that of the settings."""
    ratio, minutes = download.seed_ratio, download.seed_minutes
    return Goal(
        settings.get(SEED_RATIO) if ratio is None else ratio,
        settings.get(SEED_MINUTES) if minutes is None else minutes,
    )


def ratio_of(uploaded: int, downloaded: int, wanted: int) -> float:
    """Return uploaded by downloaded; what was at home from the start counts as downloaded."""
    base = max(downloaded, wanted)
    return uploaded / base if base > 0 else 0.0


def first_sharing(goal: Goal, *, can_share: bool) -> Sharing:
    """Return how a download shares once it is finished."""
    return Sharing.SEEDING if can_share and goal.ratio != 0 else Sharing.NONE


def next_sharing(current: Sharing, goal: Goal, ratio: float, seconds: int) -> Sharing:
    """Return SEEDING or GOAL_MET for one that seeds or has met its goal; others stay.

    A goal that was raised later makes it seed again; one without end is met never.
    """
    if current not in (Sharing.SEEDING, Sharing.GOAL_MET):
        return current
    if goal.ratio == 0:
        return Sharing.GOAL_MET
    by_ratio = goal.ratio > 0 and ratio >= goal.ratio
    by_time = goal.minutes > 0 and seconds >= goal.minutes * 60
    return Sharing.GOAL_MET if by_ratio or by_time else Sharing.SEEDING
