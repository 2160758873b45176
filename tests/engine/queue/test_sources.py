"""What a link or a torrent file says before anything is fetched."""

from __future__ import annotations

import pytest
from tests.support.swarm import KIB, make_payload, make_torrent

from matinee.downloads.sources import as_magnet, from_magnet, from_torrent
from matinee.errors import InvalidInput, TooLarge
from matinee.models.limits import MAX_TORRENT_FILE

V1, V2 = "ab" * 20, "cd" * 32


@pytest.mark.parametrize(
    ("source", "v1", "v2"),
    [
        (f"magnet:?xt=urn:btih:{V1}", V1, ""),
        (f"magnet:?xt=urn:btih:{V1.upper()}", V1, ""),
        ("magnet:?xt=urn:btih:VOV2XK5LVOV2XK5LVOV2XK5LVOV2XK5L", V1, ""),
        (f"magnet:?xt=urn:btmh:1220{V2}", "", V2),
        (f"magnet:?xt=urn:btih:{V1}&xt=urn:btmh:1220{V2}", V1, V2),
        (f"  {V1}\n", V1, ""),
        (V2, "", V2),
    ],
)
def test_hashes_of_links(source, v1, v2):
    new = from_magnet(source)
    assert (new.info_hashes.v1, new.info_hashes.v2) == (v1, v2)
    assert new.source.startswith("magnet:?")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("A+Film+2020", "A Film 2020"),
        ("..%2F..%2Fetc%2Fpasswd", ".._.._etc_passwd"),
        ("gpj.%E2%80%AEexe", "gpj.exe"),
        ("", f"Magnet {V1[:12]}"),
    ],
)
def test_names_of_links_are_made_safe(name, shown):
    assert from_magnet(f"magnet:?xt=urn:btih:{V1}&dn={name}").name == shown


@pytest.mark.parametrize(
    "source", ["", "magnet:?dn=x", "magnet:?xt=urn:btih:abc", "http://x", "g" * 40]
)
def test_what_is_no_link(source):
    with pytest.raises(InvalidInput):
        from_magnet(source)


def test_other_text_is_no_magnet():
    assert as_magnet("a film") == as_magnet("") == as_magnet(V1[:-1]) == ""


@pytest.mark.parametrize("version", ["v1", "v2", "hybrid"])
def test_a_torrent_file(tmp_path, version):
    make_payload(tmp_path / "Show" / "one.mkv", 70 * KIB)
    make_payload(tmp_path / "Show" / "two.mkv", 10 * KIB)
    torrent = make_torrent(tmp_path / "Show", version=version)
    new = from_torrent(torrent.data)
    assert new.name == "Show"
    assert new.info_hashes.v1 == torrent.info_hash_v1
    assert new.info_hashes.v2 == torrent.info_hash_v2
    files = {file.path: file.size for file in new.files if not file.is_padding}
    assert files == {"Show/one.mkv": 70 * KIB, "Show/two.mkv": 10 * KIB}
    assert from_magnet(torrent.magnet).info_hashes == new.info_hashes


def test_what_is_no_torrent_file():
    with pytest.raises(InvalidInput):
        from_torrent(b"<html>")
    with pytest.raises(TooLarge):
        from_torrent(bytes(MAX_TORRENT_FILE + 1))
