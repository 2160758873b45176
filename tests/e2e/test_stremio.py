"""The Stremio add-on of the real engine, driven by the real client of the Stremio project.

A film and a series at home, a film on its way from a real seeder: from the catalog to the bytes.
"""

from __future__ import annotations

import json
import struct
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.payloads import film, movie
from tests.support.films import SRT
from tests.support.house import House, until
from tests.support.stremio import ask
from tests.support.swarm import KIB, MIB, Seeder, Torrent, Tracker, make_torrent

pytestmark = pytest.mark.timeout(300)
ARRIVING_SIZE = 6 * MIB
BLOCK = 64 * KIB


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("stremio")
    media = folder / "media"
    old = media / "Movies" / "Salt & Sand (1999)" / "Salt & Sand (1999).mp4"
    film(old, MIB, 1)
    old.with_suffix(".en.srt").write_text(SRT, "utf-8")
    for number in (1, 2):
        name = f"Lighthouse - S01E0{number}.mp4"
        film(media / "TV Shows" / "Lighthouse (2001)" / "Season 01" / name, 300 * KIB, 10 + number)
    with House(folder, media=media) as made:
        made.post("/api/library/scan", {})
        until(lambda: len(made.library()) == 3, "The scan finds what lies there")
        yield made


@pytest.fixture(scope="module")
def manifest(house: House) -> str:
    link = house.post("/api/stremio")
    assert house.engine is not None
    assert link["active"]
    assert link["url"].startswith(house.engine.url)
    assert link["install_url"] == link["url"].replace("http://", "stremio://")
    return str(link["url"])


def get(url: str, headers: dict[str, str] | None = None) -> tuple[int, Any, bytes]:
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def names(answer: dict[str, Any]) -> list[str]:
    return [meta["name"] for meta in answer["ok"]["metas"]]


def words_sum(data: bytes) -> int:
    return sum(number for (number,) in struct.iter_unpack("<Q", data))


def test_the_linter_has_nothing_to_say(manifest: str) -> None:
    said = ask(manifest)
    assert said.lint == {"valid": True, "errors": [], "warnings": []}
    assert said.manifest["types"] == ["movie", "series"]


def test_from_the_catalog_to_the_picture(house: House, manifest: str) -> None:
    (catalog,) = ask(manifest, ["catalog", "movie", "matinee-all"]).answers
    (found,) = [meta for meta in catalog["ok"]["metas"] if meta["name"] == "Salt & Sand"]
    assert found["releaseInfo"] == "1999"
    assert found["id"].startswith("matinee:")
    key = found["id"]
    said = ask(
        manifest,
        ["meta", "movie", key],
        ["stream", "movie", key],
        ["subtitles", "movie", key, {"videoHash": "00ff", "filename": "a/b & c.mp4"}],
    )
    assert all(said.supported)
    meta, streams, subtitles = (answer["ok"] for answer in said.answers)
    assert meta["meta"]["name"] == "Salt & Sand"
    assert meta["meta"]["behaviorHints"]["defaultVideoId"] == key
    (stream,) = streams["streams"]
    file = house.media / "Movies" / "Salt & Sand (1999)" / "Salt & Sand (1999).mp4"
    content = file.read_bytes()
    digest = (len(content) + words_sum(content[:BLOCK]) + words_sum(content[-BLOCK:])) % 2**64
    assert stream["behaviorHints"] == {
        "notWebReady": True,
        "bingeGroup": stream["behaviorHints"]["bingeGroup"],
        "filename": file.name,
        "videoSize": len(content),
        "videoHash": f"{digest:016x}",
    }
    assert stream["behaviorHints"]["bingeGroup"].startswith("matinee-")
    status, headers, part = get(stream["url"], {"Range": "bytes=-100"})
    assert (status, part) == (206, content[-100:])
    assert headers["Access-Control-Allow-Origin"] == "*"
    (track,) = subtitles["subtitles"]
    assert track["lang"] == "eng"
    status, headers, text = get(track["url"])
    assert (status, headers["Content-Type"]) == (200, "text/vtt; charset=utf-8")
    assert text.startswith(b"WEBVTT")
    poster = until(lambda: _picture(meta["meta"]["poster"]), "The picture is made")
    assert poster[:2] == b"\xff\xd8"


def _picture(url: str) -> bytes:
    status, _, data = get(url)
    return data if status == 200 else b""


def test_a_series_has_its_episodes(manifest: str) -> None:
    (catalog,) = ask(manifest, ["catalog", "series", "matinee-all"]).answers
    (show,) = catalog["ok"]["metas"]
    assert (show["name"], show["type"]) == ("Lighthouse", "series")
    (meta,) = ask(manifest, ["meta", "series", show["id"]]).answers
    videos = meta["ok"]["meta"]["videos"]
    assert [(video["season"], video["episode"]) for video in videos] == [(1, 1), (1, 2)]
    said = ask(manifest, ["stream", "series", videos[0]["id"]], ["meta", "series", videos[0]["id"]])
    assert said.answers[0]["ok"]["streams"][0]["behaviorHints"]["filename"].endswith("E01.mp4")
    assert said.answers[1]["ok"]["meta"]["id"] == show["id"]


def test_searches_and_choices_survive_their_encoding(house: House, manifest: str) -> None:
    def search(words: str) -> list[Any]:
        return ["catalog", "movie", "matinee-all", {"search": words, "skip": 0}]

    said = ask(
        manifest,
        search("salt & sand"),
        search("salt/sand"),
        search("50 % pepper?"),
        ["catalog", "movie", "matinee-all", {"skip": 100}],
        ["catalog", "movie", "matinee-all", {"genre": "Watched"}],
        ["catalog", "movie", "matinee-all", {"genre": "Not watched", "search": "sand"}],
        ["catalog", "movie", "matinee-all", {"genre": "No such thing"}],
        ["catalog", "movie", "no-such-catalog"],
        ["catalog", "channel", "matinee-all"],
    )
    lists = [names(answer) for answer in said.answers]
    assert lists == [["Salt & Sand"], ["Salt & Sand"], [], [], [], ["Salt & Sand"], [], [], []]


def test_what_others_know_is_answered_with_nothing(manifest: str) -> None:
    said = ask(
        manifest,
        ["stream", "movie", "tt0133093"],
        ["stream", "series", "tt0108778:1:1"],
        ["stream", "movie", "matinee:01ARZ3NDEKTSV4RRFFQ69G5FAV"],
        ["stream", "movie", "a/b %&?"],
        ["subtitles", "movie", "tt0133093"],
        ["meta", "movie", "tt0133093"],
        ["meta", "series", "matinee:01ARZ3NDEKTSV4RRFFQ69G5FAV"],
    )
    assert [answer["ok"] for answer in said.answers] == [
        *([{"streams": []}] * 4),
        {"subtitles": []},
        {"meta": None},
        {"meta": None},
    ]
    assert said.supported[:2] == [False, False]


def test_continue_watching_is_ones_own(house: House, manifest: str) -> None:
    shelf = ["catalog", "movie", "matinee-continue"]
    assert names(ask(manifest, shelf).answers[0]) == []
    (key,) = [item["id"] for item in house.library("movie") if item["title"] == "Salt & Sand"]
    house.call("PUT", f"/api/library/{key}/watch", {"position": 60, "duration": 600})
    (episode,) = [item["id"] for item in house.library("episode") if item["episode"] == 1]
    house.call("PUT", f"/api/library/{episode}/watch", {"watched": True})
    said = ask(manifest, shelf, ["catalog", "series", "matinee-continue"])
    assert [names(answer) for answer in said.answers] == [["Salt & Sand"], ["Lighthouse"]]


def test_a_film_plays_while_it_arrives(house: House, manifest: str, tmp_path: Path) -> None:
    source = movie(tmp_path, "Slow River", ARRIVING_SIZE, 3)
    with Tracker() as tracker:
        torrent = make_torrent(source, trackers=[tracker.url])
        with Seeder(tmp_path, [torrent], tracker=tracker, rate=300 * KIB) as seeder:
            _play_arriving(house, manifest, torrent, seeder, source.read_bytes())


def _play_arriving(
    house: House, manifest: str, torrent: Torrent, seeder: Seeder, content: bytes
) -> None:
    download = house.add(torrent)["id"]
    shelf = ["catalog", "movie", "matinee-arriving"]

    def listed() -> list[dict[str, Any]]:
        metas: list[dict[str, Any]] = ask(manifest, shelf).answers[0]["ok"]["metas"]
        return metas

    (found,) = until(listed, "The film stands among those that arrive")
    assert (found["name"], found["releaseInfo"]) == ("Slow River", "2019")
    assert found["description"].startswith("Arriving")
    (answer,) = ask(manifest, ["stream", "movie", found["id"]]).answers
    (stream,) = answer["ok"]["streams"]
    assert "arriving" in stream["description"]
    assert stream["behaviorHints"]["videoSize"] == ARRIVING_SIZE
    # What a player reads first: the head, and the tail when its index lies there.
    status, _, head = get(stream["url"], {"Range": f"bytes=0-{BLOCK - 1}"})
    assert (status, head) == (206, content[:BLOCK])
    status, _, tail = get(stream["url"], {"Range": f"bytes=-{BLOCK}"})
    assert (status, tail) == (206, content[-BLOCK:])
    assert house.download(download)["state"] == "downloading"
    (answer,) = ask(manifest, ["stream", "movie", found["id"]]).answers
    digest = (ARRIVING_SIZE + words_sum(head) + words_sum(tail)) % 2**64
    assert answer["ok"]["streams"][0]["behaviorHints"]["videoHash"] == f"{digest:016x}"
    seeder.set_rate(0)
    house.await_state(download, "completed")
    status, _, whole = get(stream["url"])  # the same address, now from the file at home
    assert (status, whole) == (200, content)


def test_a_link_lasts_until_there_is_another(house: House, manifest: str) -> None:
    made = house.call("POST", "/api/tokens", {"name": "visitor", "role": "guest"})
    visitor = {"token": made["token"]}
    assert house.call("GET", "/api/stremio", **visitor)["url"] == manifest
    # Of another user, so that the link of the other tests stays.
    user = house.call("POST", "/api/users", {"name": "Ann", "role": "guest"})
    token = house.call(
        "POST", "/api/tokens", {"name": "phone", "role": "guest", "user_id": user["id"]}
    )["token"]
    assert house.call("GET", "/api/stremio", token=token)["url"] == ""
    first = house.call("POST", "/api/stremio", token=token)["url"]
    assert house.call("GET", "/api/stremio", token=token)["url"] == first != manifest
    assert get(first)[0] == 200
    second = house.call("POST", "/api/stremio", token=token)["url"]
    assert (get(first)[0], get(second)[0]) == (401, 200)
    house.call("DELETE", "/api/stremio", token=token)
    status, headers, _ = get(second)
    assert (status, headers["Access-Control-Allow-Origin"]) == (401, "*")
    third = house.call("POST", "/api/stremio", token=token)["url"]
    house.call("DELETE", f"/api/users/{user['id']}")
    assert get(third)[0] == 401
    assert get(manifest)[0] == 200


def test_the_link_opens_nothing_else_and_is_never_logged(house: House, manifest: str) -> None:
    secret = manifest.split("/")[4]
    assert house.engine is not None
    for path in ("/api/me", "/api/library", "/api/downloads"):
        assert house.engine.call("GET", path, token=secret)[0] == 401
    for path in (f"/stream/{secret}/film.mp4", f"/artwork/{secret}/small.jpg"):
        assert house.engine.call("GET", path, token="")[0] == 401
    status, headers, body = get(manifest.replace(secret, "x" * len(secret)))
    assert (status, headers["Access-Control-Allow-Origin"]) == (401, "*")
    assert json.loads(body)["code"]
    status, headers, _ = get(f"{manifest.removesuffix('manifest.json')}nothing")
    assert (status, headers["Access-Control-Allow-Origin"]) == (404, "*")
    assert secret not in house.said()
    assert secret not in (house.data / "logs" / "matinee.log").read_text("utf-8")


def test_addresses_lead_where_the_client_is(house: House, manifest: str) -> None:
    """Behind a proxy with a certificate, or under the address that the household has set."""

    def poster(headers: dict[str, str]) -> str:
        url = manifest.replace("manifest.json", "catalog/movie/matinee-all/search=salt.json")
        found = json.loads(get(url, headers)[2])["metas"][0]["poster"]
        return str(found).partition("/artwork/")[0]

    proxied = {"Host": "films.example", "X-Forwarded-Proto": "https"}
    assert poster({}) == manifest.partition("/stremio/")[0]
    assert poster(proxied) == "https://films.example"
    house.set(server__published_address="http://192.0.2.7:8674")
    try:
        assert poster({}) == "http://192.0.2.7:8674"
        assert poster(proxied) == "https://films.example"
        house.set(server__published_address="https://cinema.example")
        assert poster(proxied) == "https://cinema.example"
        link = house.get("/api/stremio")
        assert link["url"].startswith("https://cinema.example/stremio/")
        assert link["secure"]
        assert not link["this_machine"]
    finally:
        house.set(server__published_address="")
