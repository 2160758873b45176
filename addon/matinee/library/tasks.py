"""The supervisor of the library's background work."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from ..errors import MatineeError
from ..supervision import supervised

_log = logging.getLogger(__name__)
UNEXPECTED = "It failed unexpectedly; the log says why."


async def guarded(what: str, work: Awaitable[object]) -> str:
    """Await one piece of background work; return why it failed in a sentence, or "".

    One piece that breaks must not end the pieces after it.
    """
    outcome = UNEXPECTED
    with supervised(_log, "%s failed", what):
        try:
            await work
            outcome = ""
        except MatineeError as error:
            _log.info("%s: %s", what, error)
            outcome = error.message
    return outcome
