"""Views, and what changed since somebody looked."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

import orjson
import pytest

from matinee.downloads.entries import Entry
from matinee.downloads.progress import ProgressBook
from matinee.downloads.views import DownloadTotals, fraction, view_of
from matinee.models.downloads import Download, DownloadState, Progress

S = DownloadState


def entry(key="a", state=S.DOWNLOADING, **changes):
    values = {"size": 100, "wanted": 100, "position": 0} | changes
    done = values.pop("done", 0)
    return Entry(Download(key, key, "t", state, "disk", f"Downloads/{key}", **values), done)


class Table:
    """A book, and a world that it looks at."""

    def __init__(self, *entries):
        self.book, self.entries, self.live, self.now = ProgressBook(), list(entries), {}, 0.0

    def look(self, seconds=1.0, **live):
        self.now += seconds
        self.live |= live
        self.book.sample(self.entries, self.live, self.now, 10)
        self.book.refresh(self.entries)
        return self

    def since(self, mark):
        self.book.refresh(self.entries)
        return self.book.changed_since(mark)


@pytest.mark.parametrize(
    ("done", "whole", "expected"),
    [(0, 0, 0.0), (0, 10, 0.0), (5, 10, 0.5), (10, 10, 1.0), (11, 10, 1.0),
     (999_999_999, 10**9, 0.9999)],
)  # fmt: skip
def test_a_fraction_is_whole_only_when_all_is_there(done, whole, expected):
    assert fraction(done, whole) == expected


def test_a_row_without_transport_shows_what_was_written_last():
    view = view_of(entry(state=S.PAUSED, done=40), None)
    assert (view.done, view.progress, view.eta) == (40, 0.4, None)
    assert view_of(entry(state=S.COMPLETED), None).done == 100


def test_the_time_that_is_left():
    live = Progress(done=40, wanted=100, rate_down=6)
    assert view_of(entry(), live).eta == 10
    assert view_of(entry(), replace(live, eta=3)).eta == 3
    assert view_of(entry(), replace(live, rate_down=0)).eta is None
    assert view_of(entry(state=S.CHECKING), live).eta is None


def test_a_new_one_gets_all_and_then_only_what_changed():
    table = Table(entry("a"), entry("b", position=1)).look(a=Progress(done=1))
    everything = table.since(-1)
    assert everything.complete
    assert [view.id for view in everything.downloads] == ["a", "b"]
    nothing = table.look().since(everything.mark)
    assert (nothing.downloads, nothing.removed, nothing.complete) == ((), (), False)
    table.look(a=Progress(done=2, rate_down=5))
    changes = table.since(everything.mark)
    assert [(view.id, view.done) for view in changes.downloads] == [("a", 2)]
    assert changes.totals == DownloadTotals(5, 0, 2)
    assert table.since(changes.mark).downloads == ()


def test_a_changed_row_is_seen_before_the_next_sample():
    table = Table(entry("a")).look()
    mark = table.since(-1).mark
    table.entries = [entry("a", S.PAUSED)]
    assert [view.state for view in table.since(mark).downloads] == [S.PAUSED]


def test_what_is_not_shown_changes_nothing():
    table = Table(entry("a")).look(a=Progress(done=1, checked=0.5001))
    mark = table.since(-1).mark
    assert table.look(a=Progress(done=1, checked=0.5002)).since(mark).downloads == ()


def test_removed_ones_are_told_once():
    table = Table(entry("a"), entry("b")).look()
    mark = table.since(-1).mark
    table.entries.pop()
    changes = table.since(mark)
    assert changes.removed == ("b",)
    assert table.since(changes.mark).removed == ()


def test_whoever_was_away_too_long_gets_all_again():
    table = Table(entry("a")).look()
    mark = table.since(-1).mark
    for number in range(1100):
        table.entries = [entry("a"), entry(f"x{number}")]
        table.look()
    assert table.since(mark).complete
    assert table.since(10**9).complete  # a mark of another process


def test_stalled_is_derived_from_data():
    table = Table(entry("a")).look(a=Progress(done=5))
    assert not table.look(9).book.view("a").stalled
    assert table.look(1).book.view("a").stalled
    assert not table.look(1, a=Progress(done=6)).book.view("a").stalled
    assert not table.look(9).book.view("a").stalled
    table.entries = [entry("a", S.PAUSED)]
    assert not table.look(20).book.view("a").stalled
    table.entries = [entry("a")]
    assert not table.look(20).book.view("a").stalled  # the time begins when it runs again


def test_500_rows_are_listed_and_written_quickly():
    table = Table(*(entry(f"{n:026}", position=n) for n in range(500)))
    table.look(**{f"{n:026}": Progress(done=n % 100, rate_down=n, peers=3) for n in range(500)})
    table.book.views()
    times = []
    for number in range(30):
        table.look(**{f"{number:026}": Progress(done=99, rate_down=number)})
        start = time.perf_counter()
        table.book.refresh(table.entries)
        body = orjson.dumps({"items": table.book.encoded(), "next_cursor": None})
        times.append(time.perf_counter() - start)
    rows = orjson.loads(body)["items"]
    assert rows == orjson.loads(orjson.dumps(table.book.views()))
    assert len(rows) == 500
    assert rows[number]["done"] == 99
    assert statistics.median(times) < 0.1
