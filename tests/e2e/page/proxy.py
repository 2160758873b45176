"""A reverse proxy in a thread: the engine below a base path, as ingress does, and cut at will."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-encoding"}


class BasePathProxy:
    """Serves `target` below `base`. `cut` drops all connections and refuses new ones."""

    def __init__(self, target: str, base: str) -> None:
        self._target, self._base = target, base.rstrip("/")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._sockets: set[web.WebSocketResponse] = set()
        self._is_cut = False
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(30)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def cut(self) -> None:
        self._is_cut = True
        asyncio.run_coroutine_threadsafe(self._close_sockets(), self._loop).result(30)

    def mend(self) -> None:
        self._is_cut = False

    async def _start(self) -> None:
        self._session = ClientSession(timeout=ClientTimeout(total=None), auto_decompress=False)
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get(f"{self._base}/api/events", self._events)
        app.router.add_route("*", self._base + "/{path:.*}", self._pass)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}{self._base}/"

    async def _stop(self) -> None:
        await self._close_sockets()
        await self._session.close()
        await self._runner.cleanup()

    async def _close_sockets(self) -> None:
        await asyncio.gather(*(socket.close() for socket in self._sockets))

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        if self._is_cut:
            raise web.HTTPBadGateway
        headers = {key: text for key, text in request.headers.items() if key.lower() not in _HOP}
        path = request.raw_path.removeprefix(self._base)
        async with self._session.request(
            request.method, self._target + path, headers=headers, data=await request.read()
        ) as answer:
            kept = {key: text for key, text in answer.headers.items() if key.lower() not in _HOP}
            response = web.StreamResponse(status=answer.status, headers=kept)
            await response.prepare(request)
            try:
                async for chunk in answer.content.iter_chunked(1 << 16):
                    await response.write(chunk)
            except ConnectionError:
                return response  # the browser has seen enough
            return response

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self._is_cut:
            raise web.HTTPBadGateway
        near = web.WebSocketResponse()
        await near.prepare(request)
        self._sockets.add(near)
        try:
            async with self._session.ws_connect(f"{self._target}/api/events") as far:

                async def up() -> None:
                    async for message in near:
                        if message.type is WSMsgType.TEXT:
                            await far.send_str(message.data)
                    await far.close()

                pump = asyncio.create_task(up())
                async for message in far:
                    if message.type is WSMsgType.TEXT:
                        await near.send_str(message.data)
                pump.cancel()
        finally:
            self._sockets.discard(near)
            await near.close()
        return near
