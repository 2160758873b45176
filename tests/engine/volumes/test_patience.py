"""Calls that hang hold up nobody, take one thread, and are noticed when they return."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Hashable
from pathlib import Path

import pytest

from matinee.errors import RetryLater
from matinee.volumes.patience import Patience


async def test_results_and_errors_pass_through() -> None:
    patience = Patience()
    assert await patience.call("a", 60, lambda: 42) == 42
    with pytest.raises(FileNotFoundError):
        await patience.call("a", 60, Path("/no/such/file").read_bytes)

    def given_up() -> None:
        raise TimeoutError("the server of the drive")

    with pytest.raises(TimeoutError):
        await patience.call("a", 60, given_up)
    assert await patience.call("a", 60, lambda: 1) == 1


async def test_a_call_that_hangs_is_left_behind_and_noticed_when_it_returns() -> None:
    back: list[Hashable] = []
    patience = Patience(back.append)
    release = threading.Event()
    calls = [patience.call("nas", 0.2, lambda: release.wait(60)) for _ in range(2)]
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(outcome, RetryLater)
        assert outcome.code == "drive_hangs"
    started = time.monotonic()
    with pytest.raises(RetryLater):
        await patience.call("nas", 300, lambda: 1)
    assert time.monotonic() - started < 60
    assert await patience.call("usb", 60, lambda: 2) == 2
    assert back == []
    release.set()
    async with asyncio.timeout(60):
        while not back:
            await asyncio.sleep(0.01)
    assert back == ["nas"]
    assert await patience.call("nas", 60, lambda: 3) == 3


async def test_a_cancelled_caller_leaves_no_mark() -> None:
    patience = Patience()
    started, release = threading.Event(), threading.Event()

    def wait() -> None:
        started.set()
        release.wait(60)
        raise OSError("nobody hears this")

    task = asyncio.create_task(patience.call("nas", 300, wait))
    assert await asyncio.to_thread(started.wait, 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    release.set()
    assert await patience.call("nas", 60, lambda: 1) == 1
