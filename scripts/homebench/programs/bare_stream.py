"""The least that streams a torrent: range requests become piece deadlines.

Usage: bare_stream PORT SAVE_PATH TORRENT_PORT plain|window

plain sets deadlines and leaves the rest to libtorrent.  window also keeps every piece
outside the reader's window unwanted, so that nothing else fills the request queue, keeps
that queue short, and connects by TCP.  It never leaves nothing wanted: libtorrent would then
call the torrent finished and say so, seeds would hang up on it, and it would come back to
them only after min_reconnect_time, a minute.

POST /add takes a magnet link or the path of a torrent file; GET /file serves the largest
file.  A piece is served from libtorrent's read_piece, which sees blocks not yet on disk.
"""

from __future__ import annotations

import asyncio
import sys

import libtorrent as lt
from aiohttp import web

from .bare_download import QUIET

AHEAD = 8
WINDOW = 4


class Reader:
    def __init__(self, save_path: str, torrent_port: str, mode: str) -> None:
        self.save_path, self.windowed = save_path, mode == "window"
        self.wanted: set[int] = set()
        category = lt.alert.category_t
        self.session = lt.session(
            QUIET
            | {
                "listen_interfaces": f"0.0.0.0:{torrent_port}",
                "alert_mask": category.error_notification
                | category.status_notification
                | category.piece_progress_notification
                | category.storage_notification,
            }
        )
        if self.windowed:
            self.session.apply_settings(
                {
                    "enable_outgoing_utp": False,
                    "request_queue_time": 1,
                    "close_redundant_connections": False,
                }
            )
        self.handle: lt.torrent_handle | None = None
        self.metadata = asyncio.Event()
        self.arrived: dict[int, asyncio.Event] = {}
        self.reads: dict[int, asyncio.Future[bytes]] = {}

    def add(self, source: str) -> None:
        if source.startswith("magnet:"):
            params = lt.parse_magnet_uri(source)
        else:
            params = lt.load_torrent_file(source)
        params.save_path = self.save_path
        params.flags |= lt.torrent_flags.disable_pex
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        self.handle = self.session.add_torrent(params)
        if params.ti:
            self._learn()

    def _learn(self) -> None:
        self.info = self.handle.torrent_file()
        files = self.info.files()
        index = max(range(files.num_files()), key=files.file_size)
        self.start, self.size = files.file_offset(index), files.file_size(index)
        self.piece = self.info.piece_length()
        if self.windowed:
            self.wanted = set(range(WINDOW))
            self.handle.prioritize_pieces(
                [7 if number < WINDOW else 0 for number in range(self.info.num_pieces())]
            )
        self.metadata.set()

    def drain(self) -> None:
        for alert in self.session.pop_alerts():
            match alert:
                case lt.metadata_received_alert():
                    self._learn()
                case lt.piece_finished_alert():
                    self.arrived.setdefault(alert.piece_index, asyncio.Event()).set()
                case lt.read_piece_alert():
                    waiting = self.reads.pop(alert.piece, None)
                    if waiting and not waiting.done():
                        waiting.set_result(bytes(alert.buffer))

    async def read(self, piece: int, last: int) -> bytes:
        event = self.arrived.setdefault(piece, asyncio.Event())
        if not event.is_set() and self.handle.have_piece(piece):
            event.set()
        if not event.is_set():
            self._want(piece, last)
        await event.wait()
        future = self.reads.get(piece)
        if future is None:
            future = self.reads[piece] = asyncio.get_running_loop().create_future()
            self.handle.read_piece(piece)
        return await asyncio.shield(future)

    def _want(self, piece: int, last: int) -> None:
        if not self.windowed:
            for ahead in range(AHEAD):
                if piece + ahead <= last and not self.handle.have_piece(piece + ahead):
                    self.handle.set_piece_deadline(piece + ahead, ahead * 200)
            return
        window = {
            number
            for number in range(piece, min(piece + WINDOW, last + 1))
            if not self.handle.have_piece(number)
        }
        for number in self.wanted - window:
            self.handle.piece_priority(number, 0)
        for number in sorted(window):
            self.handle.piece_priority(number, 7)
        for number in sorted(window):
            self.handle.set_piece_deadline(number, (number - piece) * 500)
        self.wanted = window

    def forget(self) -> None:
        """A reader has left: what it wanted must not delay the next one, but for one piece."""
        if not self.windowed:
            return
        keep = next(
            (
                number
                for number in range(max(self.wanted, default=0), self.info.num_pieces())
                if not self.handle.have_piece(number)
            ),
            None,
        )
        for number in self.wanted - {keep}:
            self.handle.piece_priority(number, 0)
        self.wanted = set() if keep is None else {keep}
        if keep is not None:
            self.handle.piece_priority(keep, 1)


async def serve(reader: Reader, request: web.Request) -> web.StreamResponse:
    await reader.metadata.wait()
    wanted = request.http_range
    first = wanted.start or 0
    if first < 0:
        first += reader.size
    stop = min(wanted.stop or reader.size, reader.size)
    ranged = "Range" in request.headers
    response = web.StreamResponse(
        status=206 if ranged else 200,
        headers={
            "Accept-Ranges": "bytes",
            "Content-Length": str(stop - first),
            "Content-Type": "application/octet-stream",
        },
    )
    if ranged:
        response.headers["Content-Range"] = f"bytes {first}-{stop - 1}/{reader.size}"
    await response.prepare(request)
    reader.handle.clear_piece_deadlines()
    try:
        await send(reader, response, first, stop)
    finally:
        reader.forget()
    return response


async def send(reader: Reader, response: web.StreamResponse, at: int, stop: int) -> None:
    while at < stop:
        piece, inside = divmod(reader.start + at, reader.piece)
        data = await reader.read(piece, (reader.start + stop - 1) // reader.piece)
        chunk = data[inside : inside + stop - at]
        await response.write(chunk)
        at += len(chunk)


def main() -> None:
    port, save_path, torrent_port, mode = sys.argv[1:]

    async def build() -> web.Application:
        reader = Reader(save_path, torrent_port, mode)
        loop = asyncio.get_running_loop()
        reader.session.set_alert_notify(lambda: loop.call_soon_threadsafe(reader.drain))

        async def add(request: web.Request) -> web.Response:
            reader.add((await request.text()).strip())
            return web.Response()

        async def alive(_: web.Request) -> web.Response:
            return web.Response()

        app = web.Application()
        app.router.add_post("/add", add)
        app.router.add_get("/alive", alive)
        app.router.add_get("/file", lambda request: serve(reader, request))
        return app

    web.run_app(build(), host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main()
