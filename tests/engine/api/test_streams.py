"""Addresses for screens over the real application: tokens, ranges, pictures, other origins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.engine.household.home import Home, home, until
from tests.engine.playback.sources import Arriving, content
from tests.support.films import make_film

from matinee.household.addresses import ARTWORK_TTL, STREAM_TTL, Addresses, Grant
from matinee.identity import Signer
from matinee.models.downloads import DownloadState
from matinee.models.ids import new_id
from matinee.playback import artwork, opened
from matinee.storage import Vault

MIB = 1 << 20


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Home]:
    async with home(tmp_path) as made:
        yield made


async def film(house: Home, data: bytes | None = None) -> tuple[str, str]:
    """Return the media id of a film at home and its address."""
    media_id = await house.title("A Film", 1999)
    await house.at_home(media_id, "A Film.mp4", content(MIB) if data is None else data)
    token = house.addresses.stream_token(Grant(media_id))
    return media_id, house.addresses.stream(token, "A Film.mp4")


async def test_a_token_is_all_it_takes(house: Home) -> None:
    _, address = await film(house)
    async with house.client.get(address, headers={"Range": "bytes=-10"}) as answer:
        assert answer.status == 206
        assert await answer.read() == content(MIB)[-10:]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Content-Range" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    async with house.client.head(address) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Length"] == str(MIB)
    async with house.client.get(address, headers={"Range": f"bytes={MIB}-"}) as answer:
        assert answer.status == 416
        assert answer.headers["Content-Range"] == f"bytes */{MIB}"
    async with house.client.options(address) as answer:
        assert answer.status == 204
        assert "Range" in answer.headers["Access-Control-Allow-Headers"]
    async with house.client.post(address) as answer:
        assert answer.status == 405


async def test_the_name_and_strange_parameters_do_not_matter(house: Home) -> None:
    _, address = await film(house)
    other = address.rsplit("/", 1)[0] + "/what%20ever.mkv?dlna=1&dlna=2"
    async with house.client.get(other) as answer:
        assert answer.status == 200
        assert answer.content_type == "video/mp4"


async def test_forged_expired_and_foreign_tokens(house: Home) -> None:
    media_id, address = await film(house)
    token = address.split("/")[2]
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "x",
        house.addresses.artwork(media_id).split("/")[2],
        Signer(Vault(bytes(32))).sign("stream", media_id, 100),
    ]
    for bad in forged:
        for path in (f"/stream/{bad}/a.mp4", f"/stream/{bad}/subtitles/s1.vtt"):
            async with house.client.get(path) as answer:
                assert answer.status == 401
                assert (await answer.json())["code"] == "address_expired"
    for path in (f"/artwork/{token}/small.jpg", "/artwork/x/small.jpg"):
        async with house.client.get(path) as answer:
            assert answer.status == 401
    nothing = house.addresses.stream_token(Grant(new_id()))
    async with house.client.get(f"/stream/{nothing}/a.mp4") as answer:
        assert answer.status == 404


def test_tokens_end_and_use_renews_them() -> None:
    now = [1_000_000.0]
    addresses = Addresses(Signer(Vault(bytes(32)), lambda: now[0]), lambda: now[0])
    grant = Grant(new_id(), new_id())
    token, unused = addresses.stream_token(grant), addresses.stream_token(Grant(new_id()))
    for _ in range(5):
        now[0] += STREAM_TTL * 0.9
        assert addresses.grant(token) == grant
    with pytest.raises(Exception, match="not valid"):
        addresses.grant(unused)


def test_pictures_keep_their_address_for_days() -> None:
    now = [1_000_000.0]
    addresses = Addresses(Signer(Vault(bytes(32)), lambda: now[0]), lambda: now[0])
    media_id = new_id()
    first = addresses.artwork(media_id)
    now[0] += ARTWORK_TTL / 3
    assert addresses.artwork(media_id) == first
    assert addresses.artwork_of(first.split("/")[2]) == media_id
    now[0] += ARTWORK_TTL / 3
    assert addresses.artwork(media_id) != first
    assert addresses.artwork(media_id, "large").endswith("/large.jpg")


async def test_pictures(house: Home) -> None:
    media_id = await house.title("A Film", 1999)
    make_film(house.media / "A Film.mp4", "mp4")
    await house.at_home(media_id, "A Film.mp4")
    path = house.addresses.artwork(media_id)

    async def get(path: str) -> tuple[int, bytes]:
        async with house.client.get(path) as answer:
            return answer.status, await answer.read()

    async with asyncio.timeout(60):
        while (found := await get(path))[0] == 503:
            await asyncio.sleep(0.1)
    assert found[0] == 200
    assert found[1].startswith(b"\xff\xd8")
    large = await get(path.replace("small", "large"))
    assert len(large[1]) > len(found[1])
    assert (await get(path.replace("small", "huge")))[0] == 422
    async with house.client.get(path) as answer:
        assert answer.content_type == "image/jpeg"
        assert "max-age" in answer.headers["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_pictures_wait_while_somebody_watches(
    house: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artwork, "PATIENCE", 0.05)
    media_id = await house.title("A Film", 1999)
    make_film(house.media / "A Film.mp4", "mp4")
    await house.at_home(media_id, "A Film.mp4")
    token = house.addresses.stream_token(Grant(media_id))
    object.__setattr__(house.watching._patience, "quiet", 3600)
    async with house.client.get(house.addresses.stream(token, "x.mp4")) as answer:
        await answer.read()
    async with house.client.get(house.addresses.artwork(media_id)) as answer:
        assert answer.status == 404
        assert int(answer.headers["Retry-After"]) > 0


async def test_many_ranges_look_for_the_film_once(
    house: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = await film(house)
    asked = []
    real = house.library.media.get
    monkeypatch.setattr(house.library.media, "get", lambda key: asked.append(key) or real(key))
    for first in range(0, 200, 10):
        headers = {"Range": f"bytes={first}-{first + 9}"}
        async with house.client.get(address, headers=headers) as answer:
            assert await answer.read() == content(MIB)[first : first + 10]
    assert len(asked) <= 3


async def test_a_renamed_file_is_found_again(house: Home) -> None:
    media_id, address = await film(house)
    async with house.client.get(address) as answer:
        tag = answer.headers["ETag"]
    (house.media / "A Film.mp4").rename(house.media / "B.mp4")
    file = (await house.library.files.of_media(media_id))[0]
    async with house.library.changes.change() as touched:
        await house.library.files.change(file.id, path="B.mp4")
        touched.add(media_id)
    async with house.client.get(address) as answer:
        assert answer.headers["ETag"] == tag
        assert await answer.read() == content(MIB)


async def test_a_file_replaced_without_a_word_is_soon_served_as_it_is_now(
    house: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody copied another version over it; the library does not know yet."""
    monkeypatch.setattr(opened, "KEPT", 0.05)
    _, address = await film(house)

    async def get() -> tuple[str, bytes]:
        async with house.client.get(address) as answer:
            assert answer.status == 200
            return answer.headers["ETag"], await answer.read()

    tag, data = await get()
    other = house.media / "other"
    other.write_bytes(content(2 * MIB, 2))
    other.replace(house.media / "A Film.mp4")
    async with asyncio.timeout(40):
        # Until then it is the former file as a whole, never a mixture.
        while (found := await get())[0] == tag:
            assert found[1] == data
            await asyncio.sleep(0.1)
    assert found[1] == content(2 * MIB, 2)


async def test_subtitles_of_a_film_on_its_way_come_later(house: Home) -> None:
    media_id = await house.title("Film")
    await house.arriving(media_id, Arriving(content(MIB), "Film.mkv"))
    token = house.addresses.stream_token(Grant(media_id))
    async with house.client.get(house.addresses.subtitle(token, "s2")) as answer:
        assert answer.status == 404
        assert (await answer.json())["code"] == "subtitle_later"


async def test_head_of_a_film_on_its_way_wakes_nobody(house: Home) -> None:
    media_id = await house.title("Film")
    source = Arriving(content(MIB), "Film.mkv")
    key = await house.arriving(media_id, source)
    await house.downloads.pause(key)
    token = house.addresses.stream_token(Grant(media_id))
    async with house.client.head(house.addresses.stream(token, "Film.mkv")) as answer:
        assert answer.headers["Content-Length"] == str(MIB)
    assert source.opened == 0
    assert house.downloads.get(key).state is DownloadState.PAUSED


async def test_leaving_lets_everything_go(house: Home) -> None:
    media_id = await house.title("Film")
    source = Arriving(content(MIB), "Film.mkv")
    await house.arriving(media_id, source)
    token = house.addresses.stream_token(Grant(media_id))
    path = house.addresses.stream(token, "Film.mkv")
    asking = [asyncio.ensure_future(house.client.get(path)) for _ in range(5)]
    await until(lambda: source.open_readers == 5)
    for ask in asking:
        ask.cancel()
    await until(lambda: source.open_readers == 0)
    await until(lambda: not house.watching._awake._holders)
