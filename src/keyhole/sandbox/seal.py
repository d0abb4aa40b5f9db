"""Sealing: what leaves for a store and comes back was made by us, is whole, and was read by nobody."""

from __future__ import annotations

import secrets
from hashlib import sha256

from keyhole.errors import PauseError

KEY_BYTES = 32
_MAGIC = b"KHP1"
_NONCE_BYTES = 12
_HEAD = len(_MAGIC) + 16 + _NONCE_BYTES


class Seal:
    """AES-256-GCM (NIST SP 800-38D) under a `key` of any length of at least 32 bytes; a fresh one where none is given.

    What is sealed is bound to a name, such as that of an image. A nonce is chance: up to 2^32 uses of one key.
    """

    def __init__(self, key: bytes | None = None) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  (25 ms that most runs never need)

        self._cipher = AESGCM(sha256(b"keyhole pause" + (key or secrets.token_bytes(KEY_BYTES))).digest())

    def seal(self, content: bytes, name: str) -> bytes:
        """Give `content` sealed, bound to `name`."""
        head = _MAGIC + _digest(name)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return head + nonce + self._cipher.encrypt(nonce, content, head)

    def open(self, sealed: bytes, name: str) -> bytes:
        """Give what was sealed. Raises PauseError with the reason: another name, another key, or not as it was."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (as above)

        if len(sealed) < _HEAD or not sealed.startswith(_MAGIC):
            raise PauseError("this is no paused run of this version of Keyhole", hint="run the program again")
        head, nonce = sealed[: len(_MAGIC) + 16], sealed[len(_MAGIC) + 16 : _HEAD]
        if head[len(_MAGIC) :] != _digest(name):
            raise PauseError(
                "the run was paused under another image: the document, or Keyhole's guest, is not the one of then",
                hint="serve the document and the version that it was paused with, or run the program again",
            )
        try:
            return self._cipher.decrypt(nonce, sealed[_HEAD:], head)
        except InvalidTag:
            raise PauseError(
                "the paused run is not as it was sealed: it was changed, cut short, or sealed with another key",
                hint="check that every server that shares the store has the same key, or run the program again",
            ) from None


def _digest(name: str) -> bytes:
    return sha256(name.encode()).digest()[:16]
