"""The one place where any exception is caught, so that a defect stays where it happened."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def supervised(log: logging.Logger, what: str, *details: object) -> Iterator[None]:
    """Log whatever the block raises, with its traceback, and go on behind the block.

    For loops that must outlive a defect in one of their turns. Cancelling passes through.
    """
    try:
        yield
    except Exception:  # this is what the function is for
        log.exception(what, *details)
