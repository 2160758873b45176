"""Signatures in the path: addresses for screens that cannot send headers."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

from ..errors import NotSignedIn
from ..storage import Vault

_MAC_BYTES = 16
_HEAD = struct.Struct(">QI")  # expiry in seconds since 1970, lifetime in seconds
_REMEMBERED = 4096


class Signer:
    """Signs a subject (such as a media id) for a scope (such as "stream") and a time.

    A token is base64url of 128 bits of HMAC-SHA256, the expiry, the lifetime and the subject.
    It opens nothing but that subject in that scope. Using it renews it: each `verify` moves the
    end to a full lifetime from now. That is kept in memory, so after a restart the signed expiry
    counts again.
    """

    def __init__(self, vault: Vault, clock: Callable[[], float] = time.time) -> None:
        self._key = vault.derive("signatures in addresses")
        self._clock = clock
        self._renewed: OrderedDict[bytes, float] = OrderedDict()

    def sign(self, scope: str, subject: str, ttl: float) -> str:
        """Return a token for a path. `ttl` in seconds."""
        body = _HEAD.pack(int(self._clock() + ttl), int(ttl)) + subject.encode()
        return base64.urlsafe_b64encode(self._mac(scope, body) + body).rstrip(b"=").decode()

    def verify(self, token: str, scope: str) -> str:
        """Return the subject. Raises `NotSignedIn` when the token is forged or has expired."""
        mac, body = _divide(token)
        if not hmac.compare_digest(mac, self._mac(scope, body)):
            raise _refusal()
        expires, lifetime = _HEAD.unpack_from(body)
        now = self._clock()
        if now >= max(expires, self._renewed.get(mac, 0)):
            raise _refusal()
        self._renew(mac, now + lifetime)
        return body[_HEAD.size :].decode()

    def seal(self, scope: str, subject: str) -> str:
        """Return a token without end, always the same one for a subject.

        Whoever unseals it looks up whether the subject still stands.
        """
        body = subject.encode()
        return base64.urlsafe_b64encode(self._mac(scope, body) + body).rstrip(b"=").decode()

    def unseal(self, token: str, scope: str) -> str:
        """Return the subject of a `seal`. Raises `NotSignedIn` when it is forged."""
        mac, body = _divide(token, 0)
        if not hmac.compare_digest(mac, self._mac(scope, body)):
            raise _refusal()
        return body.decode()

    def _renew(self, mac: bytes, until: float) -> None:
        self._renewed[mac] = until
        self._renewed.move_to_end(mac)
        while len(self._renewed) > _REMEMBERED:
            self._renewed.popitem(last=False)

    def _mac(self, scope: str, body: bytes) -> bytes:
        message = scope.encode() + b"\0" + body
        return hmac.new(self._key, message, sha256).digest()[:_MAC_BYTES]


def _divide(token: str, least: int = _HEAD.size) -> tuple[bytes, bytes]:
    """Return the signature and the rest, of at least so many bytes."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refusal() from error
    if len(raw) < _MAC_BYTES + least:
        raise _refusal()
    return raw[:_MAC_BYTES], raw[_MAC_BYTES:]


def _refusal() -> NotSignedIn:
    return NotSignedIn(
        "This address is not valid, or not any more.",
        code="address_expired",
        hint="Start it again from Matinee.",
    )
