"""Who may do what: the checked-in table, the routes that are served, and what really happens.

After a deliberate change, write the table anew with

    python -m tests.contract.test_roles
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from tests.support.engine import Engine, run_engine

TABLE = Path(__file__).with_name("roles.txt")
ROLES = ("guest", "member", "admin")
METHODS = {"get", "head", "post", "put", "patch", "delete"}

# Served outside of the list of routes: the events sign in by their first message, the page is
# files. They are open to everybody as far as HTTP goes.
NOT_DESCRIBED = {("GET", "/"), ("GET", "/api/events")}


def served(engine: Engine) -> dict[tuple[str, str], str]:
    """Return the role of every operation as the engine describes itself."""
    status, document = engine.call("GET", "/api/openapi.json")
    assert status == 200
    return {
        (method.upper(), path): operation.get("x-role", "open")
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def checked_in() -> dict[tuple[str, str], str]:
    table = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            method, path, role = line.split()
            table[method, path] = role
    return table


def test_the_table_is_what_is_served(engine: Engine):
    assert served(engine) == checked_in()


@pytest.fixture(scope="module")
def tokens(engine: Engine) -> dict[str, str]:
    made = {}
    for role in ROLES:
        status, body = engine.call("POST", "/api/tokens", {"name": f"try {role}", "role": role})
        assert status == 201
        made[role] = body["token"]
    return made


def attempt(engine: Engine, method: str, path: str, token: str) -> int:
    """Try an operation on a thing that does not exist, with an empty body."""
    body = {} if method in {"POST", "PUT", "PATCH"} else None
    return engine.call(method, re.sub(r"{\w+}", "none", path), body, token=token)[0]


def test_every_role_is_really_tried(engine: Engine, tokens: dict[str, str]):
    wrong = []
    for (method, path), role in checked_in().items():
        if role == "open":
            continue
        if attempt(engine, method, path, "") != 401:
            wrong.append(f"{method} {path} is open")
        for tried in ROLES:
            status = attempt(engine, method, path, tokens[tried])
            allowed = ROLES.index(tried) >= ROLES.index(role)
            if (status not in {401, 403}) != allowed or status == 500:
                wrong.append(f"{method} {path} answers {status} to {tried}")
    assert wrong == []


def test_open_operations_need_no_token(engine: Engine):
    """They are few, and each is open by design: see 'The wire'."""
    found = {(m, p) for (m, p), role in checked_in().items() if role == "open"}
    for method, path in found:
        # These have a token in their path.
        if not path.startswith(("/stream/", "/artwork/", "/stremio/")):
            assert attempt(engine, method, path, "") != 401
    assert {path for _, path in found} == {
        "/health",
        "/api/pair",
        "/api/pair/link",
        "/stream/{token}/{name}",
        "/stream/{token}/hls/{way}/{name}",
        "/stream/{token}/subtitles/{track}.vtt",
        "/artwork/{token}/{size}.jpg",
        "/stremio/{token}/manifest.json",
        *(
            f"/stremio/{{token}}/{resource}/{{type}}/{{id}}{extra}.json"
            for resource in ("catalog", "meta", "stream", "subtitles")
            for extra in ("", "/{extra}")
        ),
    }


def test_forged_stream_addresses_open_nothing(engine: Engine):
    for path in (
        "/stream/none/film.mkv",
        "/stream/none/hls/fmp4-v0/master.m3u8",
        "/stream/none/subtitles/0.vtt",
        "/artwork/none/small.jpg",
        "/stremio/none/manifest.json",
        "/stremio/none/catalog/movie/matinee-all.json",
        "/stremio/none/stream/movie/tt0133093.json",
    ):
        assert engine.call("GET", path, token="")[0] == 401


def test_what_is_not_described_is_not_served(engine: Engine):
    """No path outside of the table answers without a token, but the page and the events."""
    for path in ("/api", "/api/", "/api/debug", "/api/downloads/", "/stream", "/artwork/x", "/ws"):
        assert engine.call("GET", path, token="")[0] in {401, 404}
    for method, path in NOT_DESCRIBED:
        assert engine.call(method, path, token="")[0] in {200, 400, 503}


def write() -> None:
    with tempfile.TemporaryDirectory() as folder, run_engine(Path(folder)) as engine:
        lines = [f"{method} {path} {role}" for (method, path), role in served(engine).items()]
    head = "# The least role that may call an operation; open: everybody who reaches the port.\n"
    TABLE.write_text(head + "\n".join(sorted(lines, key=lambda line: line.split()[1:])) + "\n")


if __name__ == "__main__":
    write()
