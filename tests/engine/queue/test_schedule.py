"""The plan: who runs, who waits and why. Tables, and properties over random worlds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.downloads.schedule import (
    HOLDING,
    REST_SECONDS,
    RUNNING,
    Candidate,
    Limits,
    Room,
    Step,
    plan,
)
from matinee.models.downloads import DownloadState, QueueReason

S, R = DownloadState, QueueReason
NOW = 1000.0
GB = 1_000_000_000
PLENTY = {"disk": Room(True, 1000 * GB)}
LIMITS = Limits(slots=2, reserve=2 * GB)


def one(name: str, state: S = S.QUEUED, position: int = 0, **changes: object) -> Candidate:
    values = {"reason": R.SLOT if state is S.QUEUED else None} | changes
    return Candidate(name, state, "disk", 0, position, **values)


def with_priority(item: Candidate, priority: int) -> Candidate:
    return replace(item, priority=priority)


def on(item: Candidate, volume: str) -> Candidate:
    return replace(item, volume_id=volume)


START, SLOT = None, R.SLOT
RUN, WAIT = S.DOWNLOADING, S.QUEUED

TABLE = {
    "nothing to do": ([], PLENTY, []),
    "one starts": ([one("a")], PLENTY, [Step("a")]),
    "in the order of positions": (
        [one("c", position=3), one("a", position=1), one("b", position=2)],
        PLENTY,
        [Step("a"), Step("b")],
    ),
    "priority goes before position": (
        [one("a", position=1), one("b", position=2), with_priority(one("c", position=3), 1)],
        PLENTY,
        [Step("c"), Step("a")],
    ),
    "running ones stay": ([one("a", RUN), one("b", RUN, 1), one("c", WAIT, 2)], PLENTY, []),
    "one that goes first takes the slot of the last": (
        [one("a", RUN), one("b", RUN, 1), with_priority(one("c", WAIT, 2), 5)],
        PLENTY,
        [Step("c"), Step("b", SLOT)],
    ),
    "checking and moving hold slots and are left alone": (
        [one("a", S.CHECKING), one("b", S.MOVING, 1), one("c", WAIT, 2), one("d", RUN, 3)],
        PLENTY,
        [Step("d", SLOT)],
    ),
    "a stalled one keeps running and gives its slot away": (
        [one("a", RUN, stalled=True), one("b", RUN, 1), one("c", WAIT, 2), one("d", WAIT, 3)],
        PLENTY,
        [Step("c")],
    ),
    "a watched one runs beside the slots": (
        [one("a", RUN), one("b", RUN, 1), one("c", WAIT, 9, watched=True)],
        PLENTY,
        [Step("c")],
    ),
    "an unknown volume is away": ([one("a")], {}, [Step("a", R.VOLUME)]),
    "a volume that goes away stops what runs there": (
        [one("a", RUN), on(one("b", RUN, 1), "usb"), on(one("c", S.CHECKING, 2), "usb")],
        PLENTY | {"usb": Room(False, None)},
        [Step("c", R.VOLUME), Step("b", R.VOLUME)],
    ),
    "a volume that is back lets it go on": ([one("a", reason=R.VOLUME)], PLENTY, [Step("a")]),
    "one that is to be tried again waits for its time": (
        [one("a", retry_at=NOW + 1, reason=R.RETRY), one("b", retry_at=NOW, reason=R.RETRY)],
        PLENTY,
        [Step("b")],
    ),
    "a drive that refused is not asked again at once": (
        [one("a", retry_at=NOW + 1, reason=R.SPACE)],
        PLENTY,
        [],
    ),
    "what would not fit does not start": (
        [one("a", need=9 * GB)],
        {"disk": Room(True, 10 * GB)},
        [Step("a", R.SPACE)],
    ),
    "what fits to the byte starts": (
        [one("a", need=8 * GB)],
        {"disk": Room(True, 10 * GB)},
        [Step("a")],
    ),
    "running ones count with what they still need": (
        [one("a", RUN, need=5 * GB), one("b", RUN, 1, need=5 * GB)],
        {"disk": Room(True, 10 * GB)},
        [Step("b", R.SPACE)],
    ),
    "one that does not fit lets a smaller one pass": (
        [one("a", RUN, need=50 * GB), one("b", WAIT, 1, need=GB)],
        {"disk": Room(True, 10 * GB)},
        [Step("a", R.SPACE), Step("b")],
    ),
    "space must double before it goes on": (
        [one("a", need=4 * GB, reason=R.SPACE)],
        {"disk": Room(True, 8 * GB - 1)},
        [],
    ),
    "with twice the reserve it goes on": (
        [one("a", need=4 * GB, reason=R.SPACE)],
        {"disk": Room(True, 8 * GB)},
        [Step("a")],
    ),
    "unknown space is no obstacle": ([one("a", need=GB)], {"disk": Room(True, None)}, [Step("a")]),
    "each volume has its own space": (
        [one("a", need=9 * GB), on(one("b", position=1, need=9 * GB), "usb")],
        {"disk": Room(True, 10 * GB), "usb": Room(True, 100 * GB)},
        [Step("a", R.SPACE), Step("b")],
    ),
    "a new reason is said": ([one("a", reason=R.SPACE)], {}, [Step("a", R.VOLUME)]),
    "what is neither queued nor running is not touched": (
        [one("a", S.PAUSED), one("b", S.COMPLETED), one("c", S.FAILED), one("d", S.IMPORTING)],
        PLENTY,
        [],
    ),
}


@pytest.mark.parametrize("case", TABLE, ids=lambda name: name.replace(" ", "-"))
def test_table(case):
    items, rooms, steps = TABLE[case]
    assert plan(items, rooms, LIMITS, NOW) == steps


def test_too_many_stalled_ones_take_a_rest():
    items = [one(f"{n:02}", RUN, n, stalled=True) for n in range(4)]
    limits = Limits(slots=1, reserve=0, stalled=3)
    assert plan(items, PLENTY, limits, NOW) == [Step("03", R.RETRY, NOW + REST_SECONDS)]


def test_a_waiting_one_without_reserve_still_needs_some_space():
    full = {"disk": Room(True, 10_000_000)}
    assert plan([one("a", reason=R.SPACE)], full, Limits(1, 0), NOW) == []


# properties -----------------------------------------------------------------------------------
VOLUMES = ("disk", "usb", "nas")
candidates = st.lists(
    st.builds(
        Candidate,
        id=st.uuids().map(str),
        state=st.sampled_from([S.QUEUED, S.RESOLVING, S.DOWNLOADING, S.CHECKING, S.MOVING]),
        volume_id=st.sampled_from(VOLUMES),
        priority=st.integers(-1, 1),
        position=st.integers(0, 30),
        need=st.integers(0, 20),
        reason=st.sampled_from([None, *R]),
        retry_at=st.sampled_from([0.0, NOW - 1, NOW + 1]),
        stalled=st.booleans(),
        watched=st.booleans(),
    ),
    max_size=14,
    unique_by=lambda item: item.id,
)
rooms = st.fixed_dictionaries(
    {name: st.builds(Room, st.booleans(), st.none() | st.integers(0, 1 << 28)) for name in VOLUMES}
)
limits = st.builds(Limits, st.integers(1, 5), st.integers(0, 30), st.integers(0, 3))


def applied(items: list[Candidate], steps: list[Step]) -> list[Candidate]:
    """Return the world after the steps, as the queue makes it."""
    by_id = {step.id: step for step in steps}
    after = []
    for item in items:
        step = by_id.get(item.id)
        if step is None:
            after.append(item)
        elif step.reason is None:
            after.append(replace(item, state=S.DOWNLOADING, reason=None, retry_at=0.0,
                                 stalled=False))  # fmt: skip
        else:
            after.append(replace(item, state=S.QUEUED, reason=step.reason, retry_at=step.until,
                                 stalled=False))  # fmt: skip
    return after


@settings(max_examples=150, deadline=None)
@given(candidates, rooms, limits)
def test_a_plan_is_stable(items, rooms, limits):
    after = applied(items, plan(items, rooms, limits, NOW))
    assert plan(after, rooms, limits, NOW) == []


@settings(max_examples=150, deadline=None)
@given(candidates, rooms, limits)
def test_never_more_run_than_there_are_slots(items, rooms, limits):
    after = applied(items, plan(items, rooms, limits, NOW))
    holding = sum(i.state in HOLDING and not i.watched for i in after)
    running = [i for i in after if i.state in RUNNING and not i.watched]
    assert sum(not i.stalled for i in running) <= max(0, limits.slots - holding)
    assert sum(i.stalled for i in running) <= limits.stalled


@settings(max_examples=150, deadline=None)
@given(candidates, rooms, limits)
def test_what_runs_has_its_volume_and_its_space(items, rooms, limits):
    after = applied(items, plan(items, rooms, limits, NOW))
    for name, room in rooms.items():
        running = [i for i in after if i.volume_id == name and i.state in RUNNING]
        if running:
            assert room.online
            assert room.free is None or room.free - sum(i.need for i in running) >= limits.reserve


@settings(max_examples=100, deadline=None)
@given(candidates, rooms, limits)
def test_whoever_waits_has_a_reason(items, rooms, limits):
    after = applied(items, plan(items, rooms, limits, NOW))
    assert all(item.reason is not None for item in after if item.state is S.QUEUED)
