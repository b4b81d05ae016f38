"""What the script of the notes pages posts: bytes in base64url, made by a browser, not typed."""

from __future__ import annotations

from collections.abc import Mapping

from portal.security.keys import to_bytes
from portal.store.shared_notes import BYTES_AT_MOST, DAYS, SealedNotes

SALT_BYTES = 16
HASH_BYTES = 32
# AES-GCM: 12 bytes of nonce in front, 16 of tag behind.
_BYTES_AT_LEAST = 12 + 16


class NotSealedError(Exception):
    """Not what our script sends: wrong length, wrong letters, a field that is missing."""


def read_sealed(form: Mapping[str, str]) -> SealedNotes:
    """Raises NotSealedError. That it is encrypted cannot be seen; its shape can."""
    days = form.get("days", "")
    if days not in map(str, DAYS):
        raise NotSealedError
    return SealedNotes(
        ciphertext=_bytes(form, "notes", _BYTES_AT_LEAST, BYTES_AT_MOST),
        salt=_bytes(form, "salt", SALT_BYTES, SALT_BYTES),
        proof_hash=_bytes(form, "proof_hash", HASH_BYTES, HASH_BYTES),
        days=int(days),
    )


def read_proof(form: Mapping[str, str]) -> bytes:
    """Raises NotSealedError."""
    return _bytes(form, "proof", HASH_BYTES, HASH_BYTES)


def _bytes(form: Mapping[str, str], name: str, least: int, most: int) -> bytes:
    text = form.get(name, "")
    try:
        value = to_bytes(text) if text.isascii() else b""
    except ValueError:
        raise NotSealedError from None
    if not least <= len(value) <= most:
        raise NotSealedError
    return value
