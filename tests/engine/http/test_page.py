"""The page's own files."""

from __future__ import annotations

import pytest
from tests.support.site import serve_routes


@pytest.fixture
def page(tmp_path):
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Matinee</title>")
    (folder / "assets" / "index-BdYx3k_1.js").write_text("1")
    (folder / "icon.png").write_bytes(b"\x89PNG")
    (folder / "notes.exe").write_bytes(b"MZ")
    (folder / "link.txt").symlink_to("/etc/hostname")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


async def test_serves_its_files_with_their_types_and_ages(tmp_path, page):
    async with serve_routes([], folder=tmp_path, page=page) as site:
        for path, kind, caching in (
            ("/", "text/html", "no-store"),
            ("/assets/index-BdYx3k_1.js", "text/javascript", "immutable"),
            ("/icon.png", "image/png", "no-cache"),
        ):
            for method in ("GET", "HEAD"):
                reply = await site.call(method, path, role=None)
                assert reply.status == 200
                assert reply.headers["Content-Type"].startswith(kind)
                assert caching in reply.headers["Cache-Control"]
                assert "script-src 'self'" in reply.headers["Content-Security-Policy"]


async def test_serves_nothing_else(tmp_path, page):
    async with serve_routes([], folder=tmp_path, page=page) as site:
        for path in (
            "/notes.exe", "/link.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/assets",
            "/..%2fsecret.txt", "//etc/passwd", "/nothing", "/assets/%00",
        ):  # fmt: skip
            reply = await site.call("GET", path, role=None)
            assert reply.status == 404
            assert reply.json["status"] == 404
        assert (await site.call("POST", "/", role=None)).status == 405


async def test_a_page_that_is_not_built_says_how(tmp_path):
    folder = tmp_path / "page"
    async with serve_routes([], folder=tmp_path, page=folder) as site:
        reply = await site.call("GET", "/", role=None)
        assert reply.status == 503
        assert b"scripts/build" in reply.body
        folder.mkdir()
        (folder / "index.html").write_text("built")
        assert (await site.call("GET", "/", role=None)).body == b"built"
