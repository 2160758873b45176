"""Range requests with as little client cost as possible, so that the server is measured."""

from __future__ import annotations

import selectors
import socket
import time
from urllib.parse import urlsplit

HEADER_LIMIT = 65536


class Range:
    """One range request on one socket; the body is kept, or dropped inside the kernel."""

    def __init__(
        self,
        url: str,
        first: int,
        length: int,
        *,
        keep: bool = False,
        sock: socket.socket | None = None,
        timeout: float = 60.0,
    ) -> None:
        parts = urlsplit(url)
        self.asked = time.monotonic()
        self.sock = sock or socket.create_connection((parts.hostname, parts.port), timeout)
        self.sock.sendall(
            f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Range: bytes={first}-{first + length - 1}\r\n\r\n".encode()
        )
        self.length, self.left, self.keep = length, length, keep
        self.body = bytearray()
        self.first_byte: float | None = None
        self.done: float | None = None
        self._head = b""
        self._scrap = bytearray(1 << 20)

    def step(self) -> bool:
        """Receive once; return whether the body is complete."""
        if self.first_byte is None:
            got = self.sock.recv(HEADER_LIMIT)
            if not got:
                raise ConnectionError("closed before the headers ended")
            self._head += got
            head, mark, rest = self._head.partition(b"\r\n\r\n")
            if not mark:
                return False
            status = int(head.split(b" ", 2)[1])
            if status != 206:
                raise ConnectionError(f"status {status}")
            if not rest:
                self._head = b""
                self._head = head + mark
                return False
            self.first_byte = time.monotonic()
            self._take(rest)
        elif self.keep:
            got = self.sock.recv(min(self.left, 1 << 20))
            if not got:
                raise ConnectionError("closed before the body ended")
            self._take(got)
        else:
            count = self.sock.recv_into(self._scrap, min(self.left, 1 << 20), socket.MSG_TRUNC)
            if not count:
                raise ConnectionError("closed before the body ended")
            self.left -= count
        if self.left <= 0:
            self.done = time.monotonic()
            return True
        return False

    def _take(self, data: bytes) -> None:
        if self.keep:
            self.body += data
        self.left -= len(data)

    def finish(self) -> Range:
        while not self.step():
            pass
        return self


def read_together(url: str, ranges: list[tuple[int, int]]) -> float:
    """Read all ranges at once on one connection each; return the seconds until all ended."""
    selector = selectors.DefaultSelector()
    started = time.monotonic()
    for first, length in ranges:
        reader = Range(url, first, length)
        selector.register(reader.sock, selectors.EVENT_READ, reader)
    open_readers = len(ranges)
    while open_readers:
        for key, _ in selector.select(60):
            if key.data.step():
                selector.unregister(key.fileobj)
                key.fileobj.close()
                open_readers -= 1
    return time.monotonic() - started
