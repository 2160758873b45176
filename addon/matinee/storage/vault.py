"""Secrets at rest: AES-256-GCM under a key file of mode 0600."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..errors import AskUser

_VERSION = b"\x01"
_NONCE = 12


class Vault:
    """Seals and opens small secrets.

    `context` (e.g. "downloads.source:<id>") is authenticated: a blob copied into another row
    does not open.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key = key

    @classmethod
    def load(cls, path: Path) -> Vault:
        """Read the key file, or make one. Raises `AskUser` when it is damaged."""
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            key = secrets.token_bytes(32)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(".new")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        if len(key) != 32:
            raise AskUser(
                f"The key file {path} is damaged.",
                code="key_damaged",
                hint="Put the key file from your backup back; without it stored credentials"
                " have to be entered again.",
            )
        path.chmod(0o600)
        return cls(key)

    def seal(self, plain: bytes, context: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return the plain bytes; empty stays empty.

        Raises `AskUser` when the key is another one or the blob was changed.
        """
        if not sealed:
            return b""
        try:
            return self._cipher.decrypt(
                sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], context.encode()
            )
        except InvalidTag as error:
            raise AskUser(
                "A stored secret cannot be opened with the present key file.",
                code="key_mismatch",
                hint="Put the key file from your backup back, or enter the credential again.",
            ) from error

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for another purpose, such as signing addresses."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._key)
