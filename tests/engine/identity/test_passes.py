"""Passes last until they are taken back, and open one thing only."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.support.site import open_identity

from matinee.errors import NotSignedIn
from matinee.identity import Identity, Passes, Signer
from matinee.models.identity import Caller, Role
from matinee.storage import Vault


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


async def caller(identity: Identity, ttl: float = 0) -> Caller:
    token, _ = await identity.create_token(identity.household().id, "phone", Role.MEMBER, ttl)
    return identity.authenticate(token)


def passes(identity: Identity, scope: str = "stremio", clock: Clock | None = None) -> Passes:
    return Passes(identity, scope, "Stremio", clock or Clock())


async def test_it_lasts_and_is_the_same_each_time(tmp_path: Path) -> None:
    async with open_identity(tmp_path) as (_, identity):
        who, desk = await caller(identity), passes(identity)
        assert desk.entry(who.user.id) is None
        made = await desk.renew(who)
        again = desk.entry(who.user.id)
        assert again is not None
        assert desk.token(again) == desk.token(made)
        admitted = desk.admit(desk.token(made))
        assert (admitted.user, admitted.role) == (who.user, Role.GUEST)
        assert identity.token(made.id).used_at > 0


async def test_it_is_no_bearer_token(tmp_path: Path) -> None:
    async with open_identity(tmp_path) as (_, identity):
        desk = passes(identity)
        token = desk.token(await desk.renew(await caller(identity)))
        with pytest.raises(NotSignedIn):
            identity.authenticate(token)
        with pytest.raises(NotSignedIn):
            identity.signer.verify(token, "stream")
        with pytest.raises(NotSignedIn):
            passes(identity, "calendar").admit(token)


async def test_it_ends(tmp_path: Path) -> None:
    async with open_identity(tmp_path) as (_, identity):
        who, desk = await caller(identity), passes(identity)
        first = desk.token(await desk.renew(who))
        second = await desk.renew(who)
        with pytest.raises(NotSignedIn):
            desk.admit(first)
        await identity.revoke(second.id)  # from the list of devices
        with pytest.raises(NotSignedIn):
            desk.admit(desk.token(second))
        third = desk.token(await desk.renew(who))
        await desk.end(who)
        await desk.end(who)
        with pytest.raises(NotSignedIn):
            desk.admit(third)


async def test_it_does_not_outlive_the_token_that_asked(tmp_path: Path) -> None:
    clock = Clock()
    async with open_identity(tmp_path, clock=clock) as (_, identity):
        visitor = await caller(identity, ttl=3600)
        desk = passes(identity, clock=clock)
        made = await desk.renew(visitor)
        assert desk.admit(desk.token(made)).user == visitor.user
        clock.now += 3601
        with pytest.raises(NotSignedIn):
            desk.admit(desk.token(made))
        assert desk.entry(visitor.user.id) is None


@pytest.mark.parametrize("token", ["", "x", "none", "a" * 56, "é" * 30, "_" * 400])
async def test_forgeries(tmp_path: Path, token: str) -> None:
    async with open_identity(tmp_path) as (_, identity):
        stranger = Signer(Vault(secrets.token_bytes(32))).seal("stremio", "01M8S99D94891T2PCG4GAGJ")
        for forged in (token, stranger):
            with pytest.raises(NotSignedIn):
                passes(identity).admit(forged)
