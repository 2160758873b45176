"""RFC 9110: ranges (14), preconditions (13), as tables and as arithmetic."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.playback.ranges import MAX_RANGES, Answer, decide, format_date, http_date, parse

SIZE = 10_000
ETAG = "v1-abc"
MODIFIED = 784111777.9  # Sun, 06 Nov 1994 08:49:37 GMT, and some
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
WHOLE = (200, 0, SIZE)
NOTHING = (416, 0, 0)

RANGES = [
    # one range
    ("bytes=0-0", (206, 0, 1)),
    ("bytes=0-499", (206, 0, 500)),
    ("bytes=500-999", (206, 500, 1000)),
    ("bytes=0-9999", (206, 0, SIZE)),
    ("bytes=0-10000", (206, 0, SIZE)),
    ("bytes=9999-9999", (206, 9999, SIZE)),
    ("bytes=9999-99999", (206, 9999, SIZE)),
    ("bytes=0000-0009", (206, 0, 10)),
    # open
    ("bytes=0-", (206, 0, SIZE)),
    ("bytes=9500-", (206, 9500, SIZE)),
    ("bytes=9999-", (206, 9999, SIZE)),
    ("bytes=10000-", NOTHING),
    ("bytes=10000-20000", NOTHING),
    # suffix
    ("bytes=-1", (206, 9999, SIZE)),
    ("bytes=-500", (206, 9500, SIZE)),
    ("bytes=-10000", (206, 0, SIZE)),
    ("bytes=-10001", (206, 0, SIZE)),
    ("bytes=-0", NOTHING),
    ("bytes=-000", NOTHING),
    # absurd numbers
    (f"bytes=0-{'9' * 5000}", (206, 0, SIZE)),
    (f"bytes={'9' * 5000}-", NOTHING),
    (f"bytes=-{'9' * 5000}", (206, 0, SIZE)),
    (f"bytes={'0' * 5000}1-5", (206, 1, 6)),
    (f"bytes={2**64}-{2**64 + 5}", NOTHING),
    (f"bytes=0-{2**63}", (206, 0, SIZE)),
    # the unit
    ("BYTES=0-1", (206, 0, 2)),
    ("Bytes=0-1", (206, 0, 2)),
    ("items=0-1", WHOLE),
    ("bytes", WHOLE),
    ("=0-1", WHOLE),
    ("0-1", WHOLE),
    ("bytes =0-1", WHOLE),
    # what is malformed is ignored
    ("bytes=", WHOLE),
    ("bytes=-", WHOLE),
    ("bytes=abc", WHOLE),
    ("bytes=1", WHOLE),
    ("bytes=5-2", WHOLE),
    ("bytes=0--1", WHOLE),
    ("bytes=-1-2", WHOLE),
    ("bytes=1-2-3", WHOLE),
    ("bytes=+1-2", WHOLE),
    ("bytes=0x0-0x5", WHOLE),
    ("bytes=1.0-2", WHOLE),
    ("bytes=0 -1", WHOLE),
    ("bytes=0- 1", WHOLE),
    ("bytes=٠-٥", WHOLE),
    ("bytes=0-1;q=1", WHOLE),
    ("bytes=0-1,abc", WHOLE),
    ("bytes=0-1,5-2", WHOLE),
    ("bytes=1\x000-2", WHOLE),
    # white space and empty elements of a list
    ("bytes= 0-1", (206, 0, 2)),
    ("bytes=0-1 ", (206, 0, 2)),
    ("bytes=,0-1", (206, 0, 2)),
    ("bytes=0-1,", (206, 0, 2)),
    ("bytes=, ,\t0-1 ,,", (206, 0, 2)),
    ("bytes=,", WHOLE),
    # several: joined when they touch, the whole when not
    ("bytes=0-1,2-3", (206, 0, 4)),
    ("bytes=2-3,0-1", (206, 0, 4)),
    ("bytes=0-100,50-200", (206, 0, 201)),
    ("bytes=0-,-1", (206, 0, SIZE)),
    ("bytes=0-1,5-6", WHOLE),
    ("bytes=0-1,-1", WHOLE),
    ("bytes=0-1,10000-", (206, 0, 2)),
    ("bytes=10000-,20000-,-0", NOTHING),
    ("bytes=" + ",".join(["0-0"] * MAX_RANGES), (206, 0, 1)),
    ("bytes=" + ",".join(["0-0"] * (MAX_RANGES + 1)), WHOLE),
    ("bytes=" + ",".join(["0-0"] * 100_000), WHOLE),
    ("bytes=" + "," * 100_000, WHOLE),
    ("", WHOLE),
]


def answer(headers: dict[str, str], method: str = "GET", **more: object) -> tuple[int, int, int]:
    values = {"size": SIZE, "etag": ETAG, "modified": MODIFIED} | more
    found = decide(method, headers, **values)  # type: ignore[arg-type]
    return found.status, found.start, found.stop


@pytest.mark.parametrize(("value", "expected"), RANGES, ids=range(len(RANGES)))
def test_range(value: str, expected: tuple[int, int, int]) -> None:
    assert answer({"Range": value}) == expected


@pytest.mark.parametrize(("value", "expected"), RANGES, ids=range(len(RANGES)))
def test_range_is_for_get_alone(value: str, expected: tuple[int, int, int]) -> None:
    assert answer({"Range": value}, "HEAD") == WHOLE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-", (416, 0, 0)),
        ("bytes=0-0", (416, 0, 0)),
        ("bytes=-5", (200, 0, 0)),
        ("bytes=-0", (416, 0, 0)),
        ("bytes=0-0,-5", (200, 0, 0)),
        ("", (200, 0, 0)),
    ],
)
def test_range_of_nothing(value: str, expected: tuple[int, int, int]) -> None:
    assert answer({"Range": value}, size=0) == expected


RANGE = {"Range": "bytes=0-1"}
PART = (206, 0, 2)
IF_RANGE = [
    (f'"{ETAG}"', PART),
    (f' "{ETAG}" ', PART),
    (f'W/"{ETAG}"', WHOLE),
    ('"another"', WHOLE),
    (ETAG, WHOLE),
    (f'"{ETAG}", "another"', WHOLE),
    ('""', WHOLE),
    ("*", WHOLE),
    (DATE, PART),
    ("Sunday, 06-Nov-94 08:49:37 GMT", PART),
    ("Sun Nov  6 08:49:37 1994", PART),
    (EARLIER, WHOLE),
    (LATER, WHOLE),
    ("yesterday", WHOLE),
    ("", WHOLE),
]


@pytest.mark.parametrize(("value", "expected"), IF_RANGE)
def test_if_range(value: str, expected: tuple[int, int, int]) -> None:
    assert answer(RANGE | {"If-Range": value}) == expected


def test_if_range_with_a_date_needs_one_to_compare() -> None:
    assert answer(RANGE | {"If-Range": DATE}, modified=None) == WHOLE


def test_if_range_hides_even_a_range_that_does_not_exist() -> None:
    headers = {"Range": "bytes=99999-", "If-Range": '"another"'}
    assert answer(headers) == WHOLE


GET, HEAD = "GET", "HEAD"
PRECONDITIONS = [
    (GET, {"If-None-Match": f'"{ETAG}"'}, 304),
    (HEAD, {"If-None-Match": f'"{ETAG}"'}, 304),
    (GET, {"If-None-Match": f'W/"{ETAG}"'}, 304),
    (GET, {"If-None-Match": "*"}, 304),
    (GET, {"If-None-Match": f'"a", "b" , W/"c","{ETAG}"'}, 304),
    (GET, {"If-None-Match": '"a", "b"'}, 200),
    (GET, {"If-None-Match": f'"a{ETAG}"'}, 200),
    (GET, {"If-None-Match": f'"a, "{ETAG}"'}, 200),
    (GET, {"If-None-Match": ""}, 200),
    (GET, {"If-None-Match": '"a"', "If-Modified-Since": DATE}, 200),
    (GET, {"If-Modified-Since": DATE}, 304),
    (GET, {"If-Modified-Since": LATER}, 304),
    (GET, {"If-Modified-Since": EARLIER}, 200),
    (GET, {"If-Modified-Since": "nonsense"}, 200),
    (GET, {"If-Match": f'"{ETAG}"'}, 200),
    (GET, {"If-Match": "*"}, 200),
    (GET, {"If-Match": f'W/"{ETAG}"'}, 412),
    (GET, {"If-Match": '"another"'}, 412),
    (GET, {"If-Match": f'"another", "{ETAG}"'}, 200),
    (GET, {"If-Match": f'"{ETAG}"', "If-Unmodified-Since": EARLIER}, 200),
    (GET, {"If-Unmodified-Since": DATE}, 200),
    (GET, {"If-Unmodified-Since": EARLIER}, 412),
    (GET, {"If-Unmodified-Since": "nonsense"}, 200),
    (GET, {"If-Match": '"another"', "If-None-Match": f'"{ETAG}"'}, 412),
    (GET, {"If-None-Match": f'"{ETAG}"', "Range": "bytes=99999-"}, 304),
    (GET, {"If-Match": f'"{ETAG}"', "Range": "bytes=99999-"}, 416),
]


@pytest.mark.parametrize(("method", "headers", "status"), PRECONDITIONS)
def test_preconditions(method: str, headers: dict[str, str], status: int) -> None:
    assert answer(headers, method)[0] == status


def test_content_range() -> None:
    assert Answer(206, 5, 10).content_range(100) == "bytes 5-9/100"
    assert Answer(416).content_range(100) == "bytes */100"
    assert not Answer(200, 0, 100).content_range(100)


@pytest.mark.parametrize("value", ["", None, "x", "Sun", "9" * 60, "9" * 5000,
                                   "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999 1:1:1 GMT",
                                   "Sun, 06 Nov 1994 08:49:37 +9999"])  # fmt: skip
def test_dates_that_are_none(value: str | None) -> None:
    assert http_date(value) is None


@given(st.integers(0, 2**33))
def test_dates_come_back(seconds: int) -> None:
    assert http_date(format_date(seconds)) == seconds


numbers = st.integers(0, 300)
specs = st.one_of(
    st.builds("{}-".format, numbers),
    st.builds("-{}".format, numbers),
    st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}"),
)


def meant(spec: str, size: int) -> set[int]:
    """Return the bytes of one range by its plain definition."""
    first, _, last = spec.partition("-")
    if not first:
        return {at for at in range(size) if at >= size - int(last)}
    return {at for at in range(size) if int(first) <= at <= int(last or size)}


@given(st.lists(specs, min_size=1, max_size=6), st.integers(1, 200))
def test_ranges_are_the_bytes_that_they_name(values: list[str], size: int) -> None:
    found = parse("bytes=" + ", ".join(values), size)
    assert found is not None
    covered = [at for start, stop in found for at in range(start, stop)]
    assert sorted(set().union(*(meant(value, size) for value in values))) == covered
    assert all(0 <= start < stop <= size for start, stop in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


@given(st.text(max_size=200), st.integers(0, 2**40))
def test_any_text_is_answered(value: str, size: int) -> None:
    for text in (value, f"bytes={value}"):
        found = decide("GET", {"Range": text}, size, ETAG)
        assert found.status in (200, 206, 416)
        assert 0 <= found.start <= found.stop <= size


@given(st.dictionaries(
    st.sampled_from(["If-Range", "If-Match", "If-None-Match", "If-Modified-Since",
                     "If-Unmodified-Since", "Range"]), st.text(max_size=60)))  # fmt: skip
def test_any_headers_are_answered(headers: dict[str, str]) -> None:
    assert decide("GET", headers, 100, ETAG, MODIFIED).status in (200, 206, 304, 412, 416)
