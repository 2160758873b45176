"""Calls into a filesystem that may never return.

A network drive that hangs holds a thread in the kernel for good. Such threads are daemons of
their own, never of the shared pool, and there is at most one for each place.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Hashable
from typing import Any

from ..errors import RetryLater


class Patience:
    """Runs blocking calls in threads and waits for each no longer than a limit.

    `came_back` is called on the loop with the key of a call that returned after its limit.
    """

    def __init__(self, came_back: Callable[[Hashable], None] | None = None) -> None:
        self._came_back = came_back
        self._late: dict[asyncio.Future[Any], Hashable] = {}

    async def call[T](self, key: Hashable, seconds: float, function: Callable[[], T]) -> T:
        """Return what `function` returns or raise what it raises.

        Raises `RetryLater` (`drive_hangs`) when it takes longer than `seconds`; then at once for
        every further call with the same `key` until the first one has returned.
        """
        if key in self._late.values():
            raise self._hangs()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def work() -> None:
            try:
                outcome: tuple[Any, BaseException | None] = (function(), None)
            except BaseException as error:  # noqa: BLE001  # handed to the caller, not swallowed
                outcome = (None, error)
            with contextlib.suppress(RuntimeError):  # the loop has ended before the drive answered
                loop.call_soon_threadsafe(self._finish, future, *outcome)

        threading.Thread(target=work, name="matinee-drive", daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except TimeoutError:
            if future.done():  # the function's own: a network drive that gave up
                raise
            self._late[future] = key
            raise self._hangs() from None
        finally:
            future.cancel()

    def _finish[T](self, future: asyncio.Future[T], value: T, error: BaseException | None) -> None:
        key = self._late.pop(future, None)
        if key is not None and key not in self._late.values() and self._came_back is not None:
            self._came_back(key)
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)

    @staticmethod
    def _hangs() -> RetryLater:
        return RetryLater(
            "The drive does not answer.",
            code="drive_hangs",
            hint="Check the drive, its cable or the network.",
        )
