"""Screen profiles over the real application, and sessions that are made for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.engine.household.home import Home, home
from tests.support.films import make_film

from matinee.models.ids import new_id
from matinee.playback.screens import BUILT_IN
from matinee.playback.screens import profiles as room

PATH = "/api/screen-profiles"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Home]:
    async with home(tmp_path) as made:
        yield made


async def film(house: Home, kind: str = "mkv") -> str:
    media_id = await house.title("A Film", 1999)
    path = f"Movies/A Film.{kind}"
    (house.media / "Movies").mkdir()
    make_film(house.media / path, kind)
    await house.at_home(media_id, path)
    return media_id


async def test_the_built_in_ones_are_there_and_stay(house: Home) -> None:
    listed = (await house.api("GET", PATH))["items"]
    assert {item["id"] for item in listed} == set(BUILT_IN)
    assert all(item["built_in"] and item["references"] for item in listed)
    one = await house.api("GET", f"{PATH}/google-tv-4k")
    assert one in listed
    for method, body in (("PUT", {"name": "Mine"}), ("DELETE", {})):
        refused = await house.api(method, f"{PATH}/vlc", 409, **body)
        assert refused["code"] == "built_in_profile"
        assert "copy" in refused["hint"]


async def test_a_copy_is_changed_kept_and_deleted(house: Home) -> None:
    copy = await house.api("POST", PATH, 201, name="Bedroom", copy_of="chromecast-3", hls="fmp4")
    assert copy["video"] == (await house.api("GET", f"{PATH}/chromecast-3"))["video"]
    assert (copy["hls"], copy["built_in"], copy["name"]) == ("fmp4", False, "Bedroom")
    body = {
        "name": "Bedroom",
        "containers": ["*"],
        "video": [{"codec": "h264", "max_level": 4, "tags": ["avc1"]}, {"codec": "hevc"}],
        "audio": [{"codec": "*", "max_channels": 0}],
    }
    changed = await house.api("PUT", f"{PATH}/{copy['id']}", **body)
    assert [rule["codec"] for rule in changed["video"]] == ["h264", "hevc"]
    assert (changed["hls"], changed["id"]) == ("none", copy["id"])
    assert (await house.api("GET", PATH))["items"][0] == changed
    await house.api("DELETE", f"{PATH}/{copy['id']}", 204)
    for method, body in (("GET", {}), ("PUT", {"name": "x"}), ("DELETE", {})):
        assert (await house.api(method, f"{PATH}/{copy['id']}", 404, **body))["hint"]


@pytest.mark.parametrize("key", BUILT_IN)
async def test_every_copy_is_what_was_copied(house: Home, key: str) -> None:
    copy = await house.api("POST", PATH, 201, name="Copy", copy_of=key)
    await house.api("GET", f"{PATH}/{copy['id']}")
    original = await house.api("GET", f"{PATH}/{key}")
    same = {"id": copy["id"], "name": "Copy", "built_in": False}
    assert copy == {**original, **same}
    fields = {k: v for k, v in original.items() if k not in {"id", "name", "built_in"}}
    assert await house.api("PUT", f"{PATH}/{copy['id']}", name="Copy", **fields) == copy


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "copy_of": "nothing"}, "copy_of"),
        ({"name": "x", "hls": "dash"}, "hls"),
        ({"name": "x", "video": [{"profiles": []}]}, "video.0.codec"),
        ({"name": "x", "video": [{"codec": "H.264"}]}, "video.0.codec"),
        ({"name": "x", "audio": [{"codec": "aac", "max_channels": -1}]}, "audio.0.max_channels"),
        ({"name": "x", "containers": ["mp4"] * 65}, "containers"),
        ({"name": "x", "built_in": True}, "built_in"),
        ({"name": "x", "id": "vlc"}, "id"),
    ],
)
async def test_what_is_wrong_is_named(house: Home, body: dict[str, object], field: str) -> None:
    assert (await house.api("POST", PATH, 422, **body))["field"] == field


async def test_there_is_an_end_to_them(house: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_OWN", 2)
    for _ in range(2):
        await house.api("POST", PATH, 201, name="Mine")
    assert (await house.api("POST", PATH, 409, name="Mine"))["code"] == "too_many_profiles"


async def test_a_session_is_made_for_the_chosen_profile(house: Home) -> None:
    media = await film(house)
    browser = await house.play(media=media)
    assert browser["target"]["screen_profile"] == "browser"
    # The film goes to it by HLS, in a container that every browser opens.
    assert (browser["mime_type"], browser["warnings"]) == ("application/vnd.apple.mpegurl", [])
    kitchen = await house.api(
        "POST", PATH, 201, name="Kitchen", containers=["*"], video=[{"codec": "*"}],
        audio=[{"codec": "*"}],
    )  # fmt: skip
    target = {"name": "Kitchen", "kind": "cast", "screen_profile": kitchen["id"]}
    session = await house.play(media=media, target=target)
    assert (session["target"], session["warnings"]) == (target, [])
    target["screen_profile"] = new_id()
    refused = await house.play(422, media=media, target=target)
    assert refused["field"] == "target.screen_profile"


async def test_a_session_is_made_for_what_the_screen_says_of_itself(house: Home) -> None:
    media = await film(house)
    television = {"kind": "dlna", "sink_protocol_info": "http-get:*:video/x-matroska:*"}
    session = await house.play(media=media, target=television)
    assert (session["target"]["screen_profile"], session["warnings"]) == ("sink", [])
    reported = {"browser": "chromium", "answers": {"h264": "probably", "aac": "probably"}}
    session = await house.play(media=media, target={"reported": reported})
    assert (session["target"]["screen_profile"], session["warnings"]) == ("reported", [])
    reported["answers"] = {"vp9": "probably"}
    session = await house.play(media=media, target={"reported": reported})
    assert session["state"] == "refused"
    assert "this screen" in session["text"].lower()
    assert session["hint"]
    for wrong in ({"answers": {"h264": "surely"}}, {"answers": {"x": ""}}, {}):
        await house.play(422, media=media, target={"reported": wrong})


async def test_tracks_and_quality_are_wished(house: Home) -> None:
    media = await film(house, "mp4")
    session = await house.play(media=media, quality="480p", audio=99, subtitle=99)
    assert session["state"] == "ready"
    assert any("no such sound track" in text for text in session["warnings"])
    assert any("no such subtitles" in text for text in session["warnings"])
    await house.play(422, media=media, quality="4k")
