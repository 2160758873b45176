"""What becomes of a download after an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.downloads.retry import LONGEST_DELAY, backoff, judge
from matinee.errors import (
    AskUser,
    Conflict,
    GiveUp,
    InvalidInput,
    MatineeError,
    NoSpace,
    NotFound,
    RetryLater,
    VolumeOffline,
)
from matinee.models.downloads import QueueReason as R

NOW = 1000.0


def ask(error: MatineeError, attempts: int = 0, allowed: int = 5):
    return judge(error, attempts=attempts, allowed=allowed, now=NOW, jitter=0.5)


@pytest.mark.parametrize(
    ("error", "reason", "attempts", "after"),
    [
        (RetryLater("Busy."), R.RETRY, 1, 30),
        (RetryLater("Busy.", after=100), R.RETRY, 1, 100),
        (RetryLater("Busy.", after=1), R.RETRY, 1, 30),
        (NoSpace("Full."), R.SPACE, 0, 15),
        (VolumeOffline("Away."), R.VOLUME, 0, 15),
        (AskUser("Choose."), None, 0, None),
        (Conflict("Twice."), None, 0, None),
        (GiveUp("Never."), None, 0, None),
        (InvalidInput("Broken."), None, 0, None),
        (NotFound("Gone."), None, 0, None),
        (MatineeError("A defect."), None, 0, None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, MatineeError) else None,
)
def test_the_type_of_the_error_decides(error, reason, attempts, after):
    verdict = ask(error)
    assert verdict.reason is reason
    assert verdict.attempts == attempts
    assert verdict.retry_at == pytest.approx(NOW + after if after else 0.0)
    assert (verdict.trouble.code, verdict.trouble.message) == (error.code, error.message)


def test_it_is_tried_as_often_as_allowed():
    assert [ask(RetryLater("Busy."), tried, 3).reason for tried in range(4)] == [
        R.RETRY, R.RETRY, R.RETRY, None,
    ]  # fmt: skip


def test_delays_double_up_to_six_hours():
    delays = [backoff(attempt, 0.5) for attempt in range(1, 14)]
    assert delays[:4] == [30, 60, 120, 240]
    assert delays[-1] == LONGEST_DELAY


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_jitter_stays_within_a_fifth(attempt, jitter):
    middle = backoff(attempt, 0.5)
    assert 0.799 * middle <= backoff(attempt, jitter) <= 1.201 * middle


def test_whoever_has_to_act_reads_what_to_do():
    assert ask(AskUser("Choose.")).trouble.hint
    assert ask(AskUser("Choose.", hint="Like this.")).trouble.hint == "Like this."
