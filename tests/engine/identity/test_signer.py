"""Signatures in the path: bound to scope and subject, expiring, renewed by use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import NotSignedIn
from matinee.identity import Signer
from matinee.storage import Vault

VAULT = Vault(bytes(32))


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(clock: Clock) -> Signer:
    return Signer(VAULT, clock)


def test_says_who_was_signed(signer: Signer):
    token = signer.sign("stream", "01J0000000000000000000MEDIA", 60)
    assert signer.verify(token, "stream") == "01J0000000000000000000MEDIA"
    assert token.isascii()
    assert not set(token) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert len(token) < 100


def test_is_bound_to_its_scope(signer: Signer):
    token = signer.sign("artwork", "media", 60)
    with pytest.raises(NotSignedIn):
        signer.verify(token, "stream")


def test_expires(signer: Signer, clock: Clock):
    token = signer.sign("stream", "media", 60)
    clock.now += 60
    with pytest.raises(NotSignedIn):
        signer.verify(token, "stream")


def test_use_renews_it_until_a_restart(signer: Signer, clock: Clock):
    token = signer.sign("stream", "media", 60)
    for _ in range(10):
        clock.now += 50
        assert signer.verify(token, "stream") == "media"
    with pytest.raises(NotSignedIn):
        Signer(VAULT, clock).verify(token, "stream")
    clock.now += 61
    with pytest.raises(NotSignedIn):
        signer.verify(token, "stream")


def test_another_server_signs_otherwise(signer: Signer):
    with pytest.raises(NotSignedIn):
        Signer(Vault(bytes(31) + b"x")).verify(signer.sign("stream", "media", 60), "stream")


def test_every_bit_counts(signer: Signer):
    token = signer.sign("stream", "media", 60)
    for position in range(len(token)):
        other = "A" if token[position] != "A" else "B"
        forged = token[:position] + other + token[position + 1 :]
        with pytest.raises(NotSignedIn):
            signer.verify(forged, "stream")


@given(st.text(max_size=200))
def test_whatever_else_is_refused(text: str):
    with pytest.raises(NotSignedIn):
        Signer(VAULT).verify(text, "stream")


@given(st.text(min_size=1, max_size=50), st.text(max_size=200))
def test_every_scope_and_subject_comes_back(scope: str, subject: str):
    signer = Signer(VAULT)
    assert signer.verify(signer.sign(scope, subject, 60), scope) == subject
