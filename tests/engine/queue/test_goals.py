"""When enough was given back."""

from __future__ import annotations

import pytest

from matinee.downloads.goals import Goal, first_sharing, goal_of, next_sharing, ratio_of
from matinee.models.downloads import Download, DownloadState, Sharing
from matinee.settings import SEED_MINUTES, SEED_RATIO, Settings

G = Sharing


@pytest.mark.parametrize(
    ("current", "goal", "ratio", "seconds", "expected"),
    [
        (G.SEEDING, Goal(1.0, 0), 0.99, 10**9, G.SEEDING),
        (G.SEEDING, Goal(1.0, 0), 1.0, 0, G.GOAL_MET),
        (G.SEEDING, Goal(1.0, 60), 0.1, 3599, G.SEEDING),
        (G.SEEDING, Goal(1.0, 60), 0.1, 3600, G.GOAL_MET),
        (G.SEEDING, Goal(-1, 0), 1000.0, 10**9, G.SEEDING),
        (G.SEEDING, Goal(-1, 60), 0.0, 3600, G.GOAL_MET),
        (G.SEEDING, Goal(0, 60), 0.0, 0, G.GOAL_MET),
        (G.GOAL_MET, Goal(2.0, 0), 1.5, 10, G.SEEDING),
        (G.GOAL_MET, Goal(1.0, 0), 1.5, 10, G.GOAL_MET),
        (G.PAUSED, Goal(1.0, 0), 9.0, 10, G.PAUSED),
        (G.NONE, Goal(1.0, 0), 0.0, 10, G.NONE),
    ],
)
def test_next(current, goal, ratio, seconds, expected):
    assert next_sharing(current, goal, ratio, seconds) is expected


@pytest.mark.parametrize(
    ("ratio", "can_share", "expected"),
    [(1.0, True, G.SEEDING), (-1, True, G.SEEDING), (0, True, G.NONE), (1.0, False, G.NONE)],
)
def test_first(ratio, can_share, expected):
    assert first_sharing(Goal(ratio, 0), can_share=can_share) is expected


@pytest.mark.parametrize(
    ("uploaded", "downloaded", "wanted", "expected"),
    [(50, 100, 100, 0.5), (50, 0, 100, 0.5), (50, 200, 100, 0.25), (50, 0, 0, 0.0)],
)
def test_ratio(uploaded, downloaded, wanted, expected):
    assert ratio_of(uploaded, downloaded, wanted) == expected


def test_the_own_goal_goes_before_the_settings():
    settings = Settings({SEED_RATIO.key: 2.0, SEED_MINUTES.key: 5})
    values = {"id": "x", "name": "x", "transport": "t", "state": DownloadState.COMPLETED}
    values |= {"volume_id": "v", "save_path": "p", "position": 0}
    assert goal_of(Download(**values), settings) == Goal(2.0, 5)
    assert goal_of(Download(**values, seed_ratio=0.0, seed_minutes=0), settings) == Goal(0.0, 0)
