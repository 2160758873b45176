"""Listening, and what is said about it."""

from __future__ import annotations

import socket

import aiohttp
import pytest
from aiohttp import web

from matinee.errors import AskUser, InvalidInput, NotFound, TooManyRequests
from matinee.http.limits import RateLimit
from matinee.http.metrics import Metric, process_metrics, render
from matinee.http.paging import decode_cursor, encode_cursor, page_of
from matinee.http.server import Listener, ServerInfo, own_addresses, server_id_of
from matinee.settings import PUBLISHED_ADDRESS, SERVER_NAME, Settings
from matinee.storage import Vault


async def test_a_taken_port_is_said_in_words():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        listener = Listener(web.Application(), "127.0.0.1", port)
        with pytest.raises(AskUser) as refused:
            await listener.start()
    assert refused.value.code == "port_in_use"
    assert str(port) in refused.value.message
    assert "--port" in refused.value.hint


async def test_an_address_of_another_machine_is_said_in_words():
    listener = Listener(web.Application(), "192.0.2.1", 0)
    with pytest.raises(AskUser) as refused:
        await listener.start()
    assert refused.value.code == "cannot_listen"


async def test_a_port_is_free_again_at_once():
    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    port = 0
    for _ in range(3):
        app = web.Application()
        app.router.add_get("/", hello)
        listener = Listener(app, "127.0.0.1", port, grace=1)
        await listener.start()
        port = listener.port
        async with aiohttp.ClientSession() as session:  # a connection that stays open
            async with session.get(f"http://127.0.0.1:{port}/") as answer:
                assert await answer.text() == "hello"
            await listener.stop()


def test_who_the_server_is():
    settings = Settings({SERVER_NAME.key: "Home"})
    server_id = server_id_of(Vault(bytes(32)))
    assert server_id == server_id_of(Vault(bytes(32)))
    assert server_id != server_id_of(Vault(bytes(31) + b"x"))
    info = ServerInfo(server_id, settings, lambda: 8674)
    view = info.view()
    assert (view.name, view.server_id, view.addresses) == ("Home", server_id, own_addresses(8674))
    settings.update({PUBLISHED_ADDRESS.key: "http://tv.example:1/"})
    assert info.view().published_address == "http://tv.example:1"


def test_an_address_that_was_chosen_is_the_only_one():
    assert own_addresses(80, "192.168.1.2") == ["http://192.168.1.2:80"]
    assert own_addresses(80, "::1") == ["http://[::1]:80"]


def test_rate_limits_by_address():
    now = [0.0]
    limit = RateLimit(2, 10, lambda: now[0])
    limit.note("a")
    limit.note("a")
    limit.note("b")
    with pytest.raises(TooManyRequests) as refused:
        limit.note("a")
    assert refused.value.after == 10
    now[0] = 10.0
    limit.note("a")
    for number in range(5000):
        limit.note(str(number))
    assert len(limit._events) <= 2048


def test_cursors_come_back_and_others_are_refused():
    assert decode_cursor(encode_cursor(["a", 1]), list) == ["a", 1]
    assert decode_cursor(None, int) is None
    wrong = ("x", "!!", encode_cursor("text"), encode_cursor(True), encode_cursor(2**63))
    for cursor in wrong:
        with pytest.raises(NotFound):
            decode_cursor(cursor, int)
    page = page_of([1, 2, 3], 2, lambda item: item)
    assert page.items == [1, 2]
    assert decode_cursor(page.next_cursor, int) == 2
    assert page_of([1, 2], 2, lambda item: item).next_cursor is None


def test_metrics_as_prometheus_reads_them():
    text = render(
        [
            Metric("downloads", "By state.", lambda: {'a"b': 1, "c": 2.5}, label="state"),
            Metric("bytes_total", "All\nof them.", lambda: 10**12, "counter"),
        ]
    )
    assert text == (
        "# HELP matinee_downloads By state.\n# TYPE matinee_downloads gauge\n"
        'matinee_downloads{state="a\\"b"} 1\nmatinee_downloads{state="c"} 2.5\n'
        "# HELP matinee_bytes_total All\\nof them.\n# TYPE matinee_bytes_total counter\n"
        "matinee_bytes_total 1000000000000\n"
    )
    assert "matinee_memory_bytes" in render(process_metrics())


def test_invalid_input_names_its_field():
    assert InvalidInput("x", field="a.0").field == "a.0"
