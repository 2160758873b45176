"""What becomes of a download after an error. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import GiveUp, MatineeError, NoSpace, RetryLater, VolumeOffline
from ..models.downloads import QueueReason, Trouble

FIRST_DELAY = 30.0
LONGEST_DELAY = 6 * 3600.0
PAUSE_FOR_BREATH = 15.0
JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Verdict:
    """Wait in the queue for `reason` (for RETRY until `retry_at`), or, without a reason, fail."""

    reason: QueueReason | None
    trouble: Trouble
    attempts: int
    retry_at: float = 0.0


def backoff(attempt: int, jitter: float) -> float:
    """Return the seconds before try number `attempt` (from 1): 30, 60, 120 … up to 6 hours.

    `jitter` from 0 to 1 spreads it by a fifth up and down, so that not all return at once.
    """
    delay = min(FIRST_DELAY * 2.0 ** min(attempt - 1, 32), LONGEST_DELAY)
    return delay * (1 - JITTER + 2 * JITTER * jitter)


def judge(
    error: MatineeError, *, attempts: int, allowed: int, now: float, jitter: float
) -> Verdict:
    """Decide by the type of the error; `attempts` are the failures before this one.

    No space and a volume that is away are waited for: the queue watches them itself, looks again
    after 15 seconds at the earliest, and such a wait is no attempt.
    `RetryLater` is tried again `allowed` times, not before its `after`.
    Everything else waits for somebody.
    """
    trouble = Trouble(error.code, error.message, error.hint)
    if isinstance(error, NoSpace):
        return Verdict(QueueReason.SPACE, trouble, attempts, now + PAUSE_FOR_BREATH)
    if isinstance(error, VolumeOffline):
        return Verdict(QueueReason.VOLUME, trouble, attempts, now + PAUSE_FOR_BREATH)
    if isinstance(error, RetryLater) and attempts < allowed:
        wait = max(backoff(attempts + 1, jitter), error.after or 0.0)
        return Verdict(QueueReason.RETRY, trouble, attempts + 1, now + wait)
    if not trouble.hint and not isinstance(error, GiveUp):
        trouble = Trouble(error.code, error.message, "Try again when the cause is gone.")
    return Verdict(None, trouble, attempts + isinstance(error, RetryLater))
