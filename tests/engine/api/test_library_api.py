"""The library by REST: lists, details, corrections, watch states, folders, scans, trash, roles."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.support.library import House, film, until, write
from tests.support.site import Site, serve_routes

from matinee.api import library, library_folders, shows, trash
from matinee.downloads import Downloads
from matinee.errors import NotFound
from matinee.http.openapi import document
from matinee.identity import Identity
from matinee.library.probes import dump
from matinee.models.identity import Role
from matinee.models.media import MediaKind, Title
from matinee.storage import Vault


class Arriving:
    """Stands for the downloads: one is on its way."""

    def view(self, download_id: str) -> SimpleNamespace:
        if download_id != "d":
            raise NotFound("There is no such download.")
        return SimpleNamespace(progress=0.25)


def _routes(house: House) -> list[Any]:
    downloads = cast("Downloads", Arriving())

    def artwork(media_id: str) -> str:
        return f"/artwork/{media_id}/small.jpg"

    return [
        *library.routes(house.library, downloads, artwork=artwork),
        *library_folders.routes(house.library, house.volumes),
        *shows.routes(house.library, downloads, artwork=artwork),
        *trash.routes(house.library),
    ]


@pytest.fixture
async def site(house: House, tmp_path: Path) -> AsyncIterator[Site]:
    await house.library.scanner.start()
    await house.library.integrity.start()
    for name in ("Alien (1979)", "Brazil (1985)"):
        write(house.root / "Movies" / name / f"{name}.mkv")
    for number in (1, 2):
        write(house.root / "Shows" / "Zebra (2010)" / f"Zebra S01E{number:02}.mkv")
    write(house.root / "Movies" / "01.mkv")
    await house.folder("Movies", "movies")
    await house.folder("Shows", "shows")
    await house.scan()
    identity = Identity(house.database, Vault(secrets.token_bytes(32)))
    await identity.start()
    async with serve_routes(
        _routes(house), folder=tmp_path, identity=identity, database=house.database, bus=house.bus
    ) as site:
        yield site
    await identity.stop()


async def _id(site: Site, title: str, kind: str = "movie") -> str:
    answer = await site.call("GET", f"/api/library?kind={kind}")
    return str(next(item["id"] for item in answer.json["items"] if item["title"] == title))


async def test_the_list_by_pages(site: Site) -> None:
    first = (await site.call("GET", "/api/library?limit=3")).json
    assert [item["title"] for item in first["items"]][:2] == ["Alien", "Brazil"]
    assert first["sequence"] > 0
    item = first["items"][0]
    assert item["kind"] == "movie"
    assert item["state"] == "home"
    assert item["artwork"] == f"/artwork/{item['id']}/small.jpg"
    assert (item["year"], item["watched"], item["progress"]) == (1979, False, 0)
    second = (await site.call("GET", f"/api/library?limit=3&cursor={first['next_cursor']}")).json
    assert [item["episode"] for item in second["items"]] == [2]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=movie&sort=year&order=desc&filter=unwatched&q=alien", 200),
        ("kind=show&sort=watched", 200),
        ("kind=nothing", 422),
        ("sort=size", 422),
        ("limit=0", 422),
        ("limit=1001", 422),
        ("cursor=!!", 404),
        ("cursor=WzEsMl0", 422),
        ("since=0", 200),
        ("since=-1", 422),
        ("q=%00%F0%9F%8E%AC", 200),
    ],
)
async def test_queries(site: Site, query: str, status: int) -> None:
    assert (await site.call("GET", f"/api/library?{query}")).status == status


async def test_one_in_full(house: House, site: Site) -> None:
    media_id = await _id(site, "Alien")
    row = (await house.rows("path LIKE '%Alien%'"))[0]
    await house.library.files.change(str(row["id"]), probe=dump(await film(house.root)))
    found = (await site.call("GET", f"/api/library/{media_id}")).json
    assert (found["title"], found["resolution"], found["duration"]) == ("Alien", "1080p", 100)
    (file,) = found["files"]
    assert file["path"] == "Movies/Alien (1979)/Alien (1979).mkv"
    assert (file["own"], file["role"], file["container"]) == (True, "film", "matroska,webm")
    assert file["streams"][0]["codec"] == "h264"
    assert file["chapters"][0]["title"] == "Credits"
    assert found["history"][0]["event"] == "scanned"
    assert found["next_id"] is None
    assert (await site.call("GET", "/api/library/nothing")).status == 404


async def test_a_correction_keeps_the_former_id(site: Site) -> None:
    media_id = await _id(site, "Alien")
    answer = await site.call("PATCH", f"/api/library/{media_id}", json={"title": "Brazil"})
    assert answer.status == 200
    assert answer.json["title"] == "Brazil"
    answer = await site.call(
        "PATCH", f"/api/library/{media_id}", json={"title": "Brazil", "year": 1985}
    )
    assert len(answer.json["files"]) == 2, "it is the other one now"
    assert (await site.call("GET", f"/api/library/{media_id}")).json["id"] == answer.json["id"]
    refused = await site.call("PATCH", f"/api/library/{media_id}", json={"kind": "episode"})
    assert (refused.status, refused.json["field"]) == (422, "episode")
    assert (await site.call("PATCH", f"/api/library/{media_id}", json={"title": ""})).status == 422


async def test_watch_states_and_what_to_go_on_with(site: Site) -> None:
    media_id = await _id(site, "Alien")
    path = f"/api/library/{media_id}/watch"
    state = (await site.call("PUT", path, json={"position": 10, "duration": 100})).json
    assert (state["position"], state["watched"]) == (10, False)
    going_on = (await site.call("GET", "/api/library/continue", role=Role.GUEST)).json["items"]
    assert [(item["title"], item["position"]) for item in going_on] == [("Alien", 10)]
    assert (await site.call("PUT", path, json={"watched": True}, role=Role.GUEST)).json["watched"]
    assert (await site.call("PUT", path, json={"position": -1})).status == 422
    assert (await site.call("PUT", path, json={"position": True})).status == 422
    filtered = await site.call("GET", "/api/library?filter=watched")
    assert [item["id"] for item in filtered.json["items"]] == [media_id]


async def test_arrivals_show_their_progress(house: House, site: Site) -> None:
    media_id = await house.library.media.ensure_media(Title(MediaKind.MOVIE, "Coming", 2024))
    await house.database.execute(
        "INSERT INTO downloads (id, name, transport, state, volume_id, save_path, position,"
        " added_at, updated_at) VALUES ('d', 'x', 'torrent', 'downloading', ?, 'x', 1, 1.0, 1.0)",
        (house.volume.id,),
    )
    await house.database.execute("INSERT INTO arrivals VALUES ('d', 0, ?)", (media_id,))
    (item,) = (await site.call("GET", "/api/library?filter=arriving")).json["items"]
    assert (item["id"], item["state"], item["progress"]) == (media_id, "arriving", 0.25)


async def test_shows_and_their_seasons(site: Site) -> None:
    (show,) = (await site.call("GET", "/api/shows")).json["items"]
    assert (show["title"], show["episodes"], show["unwatched"]) == ("Zebra", 2, 2)
    found = (await site.call("GET", f"/api/shows/{show['id']}")).json
    (season,) = found["seasons"]
    assert season["number"] == 1
    assert [item["episode"] for item in season["episodes"]] == [1, 2]
    assert found["next_id"] == season["episodes"][0]["id"]
    first = (await site.call("GET", f"/api/library/{found['next_id']}")).json
    assert first["next_id"] == season["episodes"][1]["id"]
    renamed = await site.call(
        "PATCH", f"/api/shows/{show['id']}", json={"title": "Zèbre", "year": 2011}
    )
    assert (renamed.json["title"], renamed.json["year"]) == ("Zèbre", 2011)
    assert (await site.call("GET", "/api/shows/nothing")).status == 404


async def test_unsorted_files_are_told_what_they_are(site: Site) -> None:
    (file,) = (await site.call("GET", "/api/library/unsorted")).json["items"]
    assert file["name"] == "01.mkv"
    assert file["reason"].endswith(".")
    assert file["guess"]["kind"] in {"movie", "episode"}
    answer = await site.call(
        "POST", f"/api/library/unsorted/{file['file_id']}",
        json={"kind": "movie", "title": "Chinatown", "year": 1974},
    )  # fmt: skip
    assert (answer.status, answer.json["title"]) == (200, "Chinatown")
    assert (await site.call("GET", "/api/library/unsorted")).json["items"] == []
    again = await site.call(
        "POST", "/api/library/unsorted/nothing", json={"kind": "movie", "title": "X"}
    )
    assert again.status == 404


async def test_deleting_and_giving_back(house: House, site: Site) -> None:
    media_id = await _id(site, "Alien")
    refused = await site.call("DELETE", f"/api/library/{media_id}")
    assert (refused.status, refused.json["code"]) == (403, "own_files")
    assert refused.json["hint"]
    await house.database.execute("UPDATE library_files SET created = 1")
    assert (await site.call("DELETE", f"/api/library/{media_id}")).json == {
        "trashed": 1, "kept": 0,
    }  # fmt: skip
    (item,) = (await site.call("GET", "/api/trash")).json["items"]
    assert (item["name"], item["media_id"]) == ("Alien (1979).mkv", media_id)
    assert item["expires_at"] > item["trashed_at"]
    back = await site.call("POST", f"/api/trash/{item['id']}/restore")
    assert back.json["path"] == item["path"]
    await site.call("DELETE", f"/api/library/{media_id}")
    (item,) = (await site.call("GET", "/api/trash")).json["items"]
    assert (await site.call("DELETE", f"/api/trash/{item['id']}", role=Role.MEMBER)).status == 403
    assert (await site.call("DELETE", f"/api/trash/{item['id']}")).status == 204
    assert (await site.call("DELETE", "/api/trash")).json == {"deleted": 0}
    assert (await site.call("DELETE", f"/api/trash/{item['id']}")).status == 404


async def test_folders(house: House, site: Site, tmp_path: Path) -> None:
    write(house.root / "More" / "Cube (1997).mkv")
    body = {"path": str(house.root / "More"), "kind": "movies"}
    added = await site.call("POST", "/api/library/folders", json=body)
    assert (added.status, added.json["path"]) == (201, "More")
    assert added.json["place"] == str(house.root / "More")
    assert (await site.call("POST", "/api/library/folders", json=body)).status == 409

    async def found() -> bool:
        answer = await site.call("GET", "/api/library?q=cube")
        return len(answer.json["items"]) == 1

    await until(found, what="the new folder is scanned at once")
    assert (await site.call("DELETE", f"/api/library/folders/{added.json['id']}")).status == 204
    assert not await found()
    assert (house.root / "More" / "Cube (1997).mkv").exists()
    relative = {"path": "More", "volume_id": house.volume.id}
    assert (await site.call("POST", "/api/library/folders", json=relative)).status == 201
    for path in (str(tmp_path), "/", "relative", str(house.root / ".." / "x"), "", "/a\0"):
        refused = await site.call("POST", "/api/library/folders", json={"path": path})
        assert refused.status == 422, path
    outside = {"path": "../..", "volume_id": house.volume.id}
    assert (await site.call("POST", "/api/library/folders", json=outside)).status == 422
    paths = [f["path"] for f in (await site.call("GET", "/api/library/folders")).json["items"]]
    assert paths == ["More", "Movies", "Shows"]


async def test_scans_and_checks(house: House, site: Site) -> None:
    write(house.root / "Movies" / "Cube (1997).mkv")
    assert (await site.call("POST", "/api/library/scan", json={})).status == 202

    async def done() -> bool:
        status = (await site.call("GET", "/api/library/scan")).json
        return not status["running"] and status["new"] == 1

    await until(done)
    assert (await site.call("POST", "/api/library/scan", json={"folder_id": "x"})).status == 404
    assert (await site.call("DELETE", "/api/library/scan")).status == 200
    media_id = await _id(site, "Cube")
    assert (await site.call("POST", f"/api/library/{media_id}/check")).status == 202
    await asyncio.wait_for(house.library.integrity.wait_idle(), 30)
    found = (await site.call("GET", f"/api/library/{media_id}")).json
    assert found["files"][0]["check_result"] == "ok"
    assert not (await site.call("GET", "/api/library/check")).json["running"]
    assert (await site.call("DELETE", "/api/library/check")).status == 200
    assert (await site.call("POST", "/api/library/nothing/check")).status == 404


async def test_nobody_gets_in_without_the_role(house: House, site: Site) -> None:
    for route in _routes(house):
        path = route.path.replace("{id}", "x").replace("{file_id}", "x")
        assert (await site.call(route.method, path, role=None)).status == 401
        if route.role is not Role.GUEST:
            assert (await site.call(route.method, path, role=Role.GUEST)).status == 403


async def test_the_routes_can_be_described(house: House) -> None:
    described = document(_routes(house), name="Matinee", version="1")
    assert "/api/library/{id}" in described["paths"]
