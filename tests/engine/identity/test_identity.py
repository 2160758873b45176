"""Users, tokens, pairing and audit against a real database and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from matinee.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn
from matinee.identity import Identity
from matinee.identity.pairing import ALPHABET, CODE_ATTEMPTS
from matinee.models.identity import Role
from matinee.settings import AUDIT_DAYS, Settings
from matinee.storage import Database, Vault


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "matinee.db")
    await database.open()
    yield database
    await database.close()


async def started(database: Database, clock: Clock, **options) -> Identity:
    identity = Identity(database, Vault(bytes(32)), clock, **options)
    await identity.start()
    return identity


@pytest.fixture
async def identity(database: Database, clock: Clock) -> AsyncIterator[Identity]:
    identity = await started(database, clock)
    yield identity
    await identity.stop()


async def events(identity: Identity) -> list[str]:
    return [entry.event for entry in await identity.audit.page(None, 100)]


async def test_the_first_start_makes_a_household_and_the_second_none(identity, database, clock):
    again = await started(database, clock)
    assert [(user.name, user.role) for user in again.users()] == [("Household", Role.ADMIN)]
    assert again.users() == identity.users()
    await again.stop()


async def test_a_token_signs_in_and_only_its_hash_is_kept(identity, database):
    user = identity.household()
    token, info = await identity.create_token(user.id, "phone", Role.MEMBER)
    assert token.startswith("mat_")
    assert len(token) >= 4 + 43  # 256 bits in base64
    caller = identity.authenticate(token)
    assert (caller.user, caller.role, caller.token_id) == (user, Role.MEMBER, info.id)
    row = await database.fetch_one("SELECT * FROM tokens")
    assert row["hash"] == sha256(token.encode()).digest()
    assert token not in repr(tuple(row))


async def test_unknown_tokens_do_not_sign_in(identity):
    for wrong in ("", "x", "mat_" + "a" * 43, "\ud800", "mat_" + "a" * 100_000):
        with pytest.raises(NotSignedIn):
            identity.authenticate(wrong)


async def test_tokens_outlive_a_restart_and_their_last_use_is_written(database, clock):
    first = await started(database, clock)
    token, _ = await first.create_token(first.household().id, "tv", Role.GUEST)
    clock.now += 50
    first.authenticate(token)
    used = clock.now
    assert first.tokens()[0].used_at == used
    assert await database.fetch_value("SELECT used_at FROM tokens") == 0  # not at every request
    await first.stop()
    second = await started(database, clock)
    assert second.tokens()[0].used_at == used
    assert second.authenticate(token).role is Role.GUEST
    await second.stop()


async def test_tokens_expire(identity, clock, database):
    ended = []
    identity.on_revoked(ended.append)
    token, info = await identity.create_token(identity.household().id, "guest", Role.GUEST, ttl=60)
    identity.authenticate(token)
    clock.now += 60
    with pytest.raises(NotSignedIn):
        identity.authenticate(token)
    await identity.tend()
    assert ended == [info.id]
    assert await database.fetch_value("SELECT count(*) FROM tokens") == 0


async def test_revocation_holds_at_once(identity):
    ended = []
    stop = identity.on_revoked(ended.append)
    token, info = await identity.create_token(identity.household().id, "lost", Role.MEMBER)
    await identity.revoke(info.id)
    with pytest.raises(NotSignedIn):
        identity.authenticate(token)
    assert ended == [info.id]
    with pytest.raises(NotFound):
        await identity.revoke(info.id)
    stop()
    assert await events(identity) == ["token_revoked", "token_created"]


async def test_a_token_is_never_above_its_user(identity):
    child = await identity.create_user("Child", Role.MEMBER)
    with pytest.raises(NotAllowed):
        await identity.create_token(child.id, "tablet", Role.ADMIN)
    with pytest.raises(NotAllowed):
        identity.open_pairing(Role.ADMIN, child.id)
    ended = []
    identity.on_revoked(ended.append)
    token, info = await identity.create_token(child.id, "tablet", Role.MEMBER)
    await identity.change_user(child.id, role=Role.GUEST)
    assert identity.authenticate(token).role is Role.GUEST
    assert ended == [info.id]  # its event streams sign in again


async def test_the_last_administrator_stays(identity):
    only = identity.household()
    with pytest.raises(Conflict):
        await identity.delete_user(only.id)
    with pytest.raises(Conflict):
        await identity.change_user(only.id, role=Role.MEMBER)
    await identity.change_user(only.id, name="Home")
    other = await identity.create_user("Other", Role.ADMIN)
    await identity.delete_user(only.id)
    assert identity.household() == other
    with pytest.raises(Conflict):
        await identity.delete_user(other.id)


async def test_nobody_locks_themselves_out(identity):
    await identity.create_user("Other", Role.ADMIN)
    token, _ = await identity.create_token(identity.household().id, "phone", Role.ADMIN)
    me = identity.authenticate(token)
    with pytest.raises(Conflict):
        await identity.delete_user(me.user.id, me)
    with pytest.raises(Conflict):
        await identity.change_user(me.user.id, role=Role.MEMBER, by=me)
    await identity.change_user(me.user.id, name="Renamed", role=Role.ADMIN, by=me)


async def test_names_are_unique_whatever_their_case(identity):
    user = await identity.create_user(" Anna ", Role.MEMBER)
    assert user.name == "Anna"
    with pytest.raises(Conflict):
        await identity.create_user("ANNA", Role.GUEST)
    with pytest.raises(Conflict):
        await identity.change_user(user.id, name="household")
    for wrong in ("", " ", "x" * 101):
        with pytest.raises(InvalidInput):
            await identity.create_user(wrong, Role.GUEST)
    with pytest.raises(NotFound):
        await identity.change_user("nobody", name="x")


async def test_deleting_a_user_ends_the_tokens(identity, database):
    user = await identity.create_user("Visitor", Role.GUEST)
    token, _ = await identity.create_token(user.id, "phone", Role.GUEST)
    await identity.delete_user(user.id)
    with pytest.raises(NotSignedIn):
        identity.authenticate(token)
    assert await database.fetch_value("SELECT count(*) FROM tokens") == 0


async def test_pairing_by_code(identity):
    pairing = identity.open_pairing(Role.MEMBER)
    assert len(pairing.code) == 8
    assert set(pairing.code) <= set(ALPHABET)
    typed = f" {pairing.code[:4].lower()}-{pairing.code[4:]} "
    token, caller = await identity.pair(typed, "phone", "192.168.1.5")
    assert caller.role is Role.MEMBER
    assert identity.authenticate(token) == caller
    with pytest.raises(NotAllowed):  # a code is good for one device
        await identity.pair(pairing.code, "other", "192.168.1.6")
    entries = await identity.audit.page(None, 10)
    assert [(e.event, e.address) for e in entries] == [
        ("pairing_refused", "192.168.1.6"),
        ("paired", "192.168.1.5"),
    ]
    assert pairing.code not in "".join(e.detail for e in entries)


async def test_a_code_lives_five_minutes(identity, clock):
    pairing = identity.open_pairing(Role.MEMBER)
    assert pairing.expires_at == clock.now + 300
    clock.now += 300
    with pytest.raises(NotAllowed):
        await identity.pair(pairing.code, "late", "")


async def test_a_code_bears_five_attempts(identity):
    pairing = identity.open_pairing(Role.MEMBER)
    wrong = "2" * 8 if pairing.code != "2" * 8 else "3" * 8
    for _ in range(CODE_ATTEMPTS):
        with pytest.raises(NotAllowed):
            await identity.pair(wrong, "guesser", "")
    with pytest.raises(NotAllowed):
        await identity.pair(pairing.code, "late", "")
    fresh = identity.open_pairing(Role.MEMBER)
    assert fresh.code != pairing.code
    for _ in range(CODE_ATTEMPTS - 1):
        with pytest.raises(NotAllowed):
            await identity.pair(wrong + "9", "guesser", "")
    await identity.pair(fresh.code, "phone", "")


async def test_a_link_is_good_once_and_for_a_while(identity, clock):
    link = identity.open_link(Role.ADMIN)
    assert len(link.code) >= 43
    with pytest.raises(NotAllowed):
        await identity.use_link(link.code + "x", "wrong", "")
    token, caller = await identity.use_link(link.code, "browser", "")
    assert identity.authenticate(token).role is caller.role is Role.ADMIN
    with pytest.raises(NotAllowed):
        await identity.use_link(link.code, "again", "")
    late = identity.open_link(Role.ADMIN, seconds=10)
    clock.now += 10
    with pytest.raises(NotAllowed):
        await identity.use_link(late.code, "late", "")


async def test_closing_ends_both(identity):
    code, link = identity.open_pairing(Role.GUEST), identity.open_link(Role.GUEST)
    identity.close_pairing()
    with pytest.raises(NotAllowed):
        await identity.pair(code.code, "x", "")
    with pytest.raises(NotAllowed):
        await identity.use_link(link.code, "x", "")


async def test_pairing_for_a_named_user(identity):
    child = await identity.create_user("Child", Role.MEMBER)
    pairing = identity.open_pairing(Role.GUEST, child.id)
    _, caller = await identity.pair(pairing.code, "tablet", "")
    assert (caller.user, caller.role) == (child, Role.GUEST)
    with pytest.raises(NotFound):
        identity.open_pairing(Role.GUEST, "nobody")


async def test_a_device_without_a_name_keeps_the_code(identity):
    pairing = identity.open_pairing(Role.MEMBER)
    with pytest.raises(InvalidInput):
        await identity.pair(pairing.code, " ", "")
    await identity.pair(pairing.code, "phone", "")


async def test_old_audit_entries_are_deleted(database, clock):
    settings = Settings({AUDIT_DAYS.key: 30})
    identity = await started(database, clock, settings=settings)
    await identity.audit.write("old")
    clock.now += 31 * 86400
    await identity.audit.write("new", detail="x" * 1000)
    await identity.tend()
    assert await events(identity) == ["new"]
    assert len((await identity.audit.page(None, 1))[0].detail) == 300
    await identity.stop()


async def test_audit_is_read_in_pages(identity):
    for number in range(5):
        await identity.audit.write("a" if number % 2 else "b", detail=str(number))
    first = await identity.audit.page(None, 2)
    second = await identity.audit.page(first[-1].id, 2)
    assert [e.detail for e in (*first, *second)] == ["4", "3", "2", "1"]
    assert [e.detail for e in await identity.audit.page(None, 9, "a")] == ["3", "1"]
