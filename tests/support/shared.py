"""Shared notes below the browser: sealed values as a browser makes and posts them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from portal.security.keys import to_text
from portal.store.shared_notes import SealedNotes
from tests.support.visitor import Visitor


@dataclass(frozen=True)
class Sealed:
    """Random bytes: to the server, encrypted notes look just so."""

    ciphertext: bytes = field(default_factory=lambda: secrets.token_bytes(300))
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    proof: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def notes(self, days: int = 14) -> SealedNotes:
        return SealedNotes(self.ciphertext, self.salt, hashlib.sha256(self.proof).digest(), days)

    def form(self, **changes: str) -> dict[str, str]:
        fields = {
            "notes": to_text(self.ciphertext),
            "salt": to_text(self.salt),
            "proof_hash": to_text(hashlib.sha256(self.proof).digest()),
            "days": "14",
        }
        return fields | changes


def share_something(visitor: Visitor) -> str:
    """The id of a new link."""
    made = visitor.post("/en/notes", Sealed().form().items())
    assert made.status == 201, made.text
    link: str = made.text.partition('"id":"')[2].partition('"')[0]
    assert link, made.text
    return link
