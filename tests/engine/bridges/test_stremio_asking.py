"""What a Stremio client asks for is read from its raw path, whatever it holds."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.bridges.stremio.asking import Asked, Type, own, read
from matinee.bridges.stremio.manifest import CHOICES, Shelf, manifest
from matinee.models.ids import new_id

KEY = "01M8S99D94891T2PCG4GAGJ361"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("catalog/movie/top.json", Asked("catalog", "movie", "top")),
        ("stream/series/tt0108778%3A1%3A1.json", Asked("stream", "series", "tt0108778:1:1")),
        ("stream/series/tt0108778:1:1.json", Asked("stream", "series", "tt0108778:1:1")),
        ("meta/movie/a%2Fb.json.json", Asked("meta", "movie", "a/b.json")),
        (
            "catalog/movie/top/search=a%20%26%20b%2Fc&skip=100.json",
            Asked("catalog", "movie", "top", {"search": "a & b/c", "skip": "100"}),
        ),
        (
            "catalog/movie/top/search=50%25%20%2B%20%3D%3F.json",
            Asked("catalog", "movie", "top", {"search": "50% + =?"}),
        ),
        ("catalog/movie/top/search=.json", Asked("catalog", "movie", "top", {"search": ""})),
        ("catalog/movie/top/nonsense.json", Asked("catalog", "movie", "top", {"nonsense": ""})),
        ("catalog/movie/top/.json", Asked("catalog", "movie", "top")),
        ("catalog/movie", Asked("catalog", "movie", "")),
        ("", Asked("", "", "")),
    ],
)
def test_paths(path: str, wanted: Asked) -> None:
    assert read(f"/stremio/token/{path}") == wanted


@given(st.text(), st.dictionaries(st.sampled_from(["search", "genre", "skip"]), st.text()))
def test_whatever_is_encoded_comes_back(key: str, extra: dict[str, str]) -> None:
    key = key.encode("utf-8", "ignore").decode()
    extra = {name: value.encode("utf-8", "ignore").decode() for name, value in extra.items()}
    path = f"/stremio/token/catalog/movie/{quote(key, safe='')}/{urlencode(extra)}.json"
    assert read(path) == Asked("catalog", "movie", key, extra)


def test_too_many_wishes_are_none() -> None:
    path = "/stremio/token/catalog/movie/top/" + "&".join(f"a{n}=1" for n in range(100)) + ".json"
    assert read(path).extra == {}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("0", 0), ("100", 100), ("", 0), ("-1", 0), ("1e3", 0), ("²", 0), ("9" * 30, 0), (" 5", 0)],
)
def test_skips(text: str, wanted: int) -> None:
    assert Asked("catalog", "movie", "top", {"skip": text}).skip == wanted


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        (f"matinee:{KEY}", KEY),
        (KEY, ""),
        ("matinee:", ""),
        ("matinee:../etc", ""),
        (f"matinee:{KEY}:1:1", ""),
        ("tt0133093", ""),
        ("", ""),
    ],
)
def test_only_our_own_ids_are_known(key: str, wanted: str) -> None:
    assert Asked("stream", "movie", key).own_id == wanted


def test_an_id_goes_out_as_it_comes_back() -> None:
    key = new_id()
    assert Asked("stream", "movie", own(key)).own_id == key


def test_searches_are_bounded() -> None:
    assert len(Asked("catalog", "movie", "top", {"search": "x" * 10_000}).search) == 200


def test_the_manifest_has_every_shelf_for_both_types() -> None:
    said = manifest("1b4e28ba", "Home", "0.1.0")
    assert {(catalog["type"], catalog["id"]) for catalog in said.catalogs} == {
        (kind.value, shelf.value) for kind in Type for shelf in Shelf
    }
    everything = next(catalog for catalog in said.catalogs if catalog["id"] == Shelf.ALL)
    extras = {extra["name"]: extra for extra in everything["extra"]}
    assert set(extras) == {"skip", "search", "genre"}
    assert extras["genre"]["options"] == list(CHOICES)
