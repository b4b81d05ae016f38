"""Private links: one maker per purpose, so that a token opens nothing it was not made for.

A token is the 128-bit id of a row and a 128-bit tag over purpose and id (ASVS 11.5.1 asks for
128 bits). It is derived, not stored: the worker can write it into a mail at any time, and the
database holds nothing that opens a page.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from portal.security.keys import Keys, to_bytes, to_text

ID_BYTES = 16
FAMILY_PAGE = "family-page"
FAMILY_MAIL = "family-mail"  # was read in the mailbox, so it also proves the address
BOUNCE = "bounce"
SIGNUP_CONFIRM = "signup-confirm"
SIGNUP_MANAGE = "signup-manage"
SIGNUP_STOP = "signup-stop"
SITE_CHECK = "site-check"  # the monthly question to a hospital; opens no family’s message


def site_page(holder: str) -> str:
    """Purpose of a hospital’s link. A request that moves on leaves the old link behind."""
    return f"site-page/{holder}"


def new_id() -> str:
    """A random row id: 128 bits as 32 hexadecimal digits."""
    return secrets.token_hex(ID_BYTES)


@dataclass(frozen=True)
class Links:
    """Makes and reads the tokens of one purpose."""

    keys: Keys
    purpose: str

    def token(self, row_id: str) -> str:
        raw = bytes.fromhex(row_id)
        return to_text(raw + self.keys.sign(raw, self.purpose))

    def short_tag(self, row_id: str) -> str:
        """64 bits in letters that survive a change of case, for mail addresses."""
        return self.keys.fingerprint(row_id, self.purpose)[:8].hex()

    def row_id(self, token: str) -> str | None:
        """The id a token was made for; None if it was not made here for this purpose."""
        raw = _parts(token)
        if raw is None:
            return None
        row_id, tag = raw
        return row_id.hex() if self.keys.signed(tag, row_id, self.purpose) else None


def claimed_id(token: str) -> str | None:
    """The id that a token names. Not believed yet: `Links.row_id` says if it was made here."""
    raw = _parts(token)
    return raw[0].hex() if raw else None


def _parts(token: str) -> tuple[bytes, bytes] | None:
    if not token.isascii() or len(token) > 100:
        return None
    try:
        raw = to_bytes(token)
    except ValueError:
        return None
    return (raw[:ID_BYTES], raw[ID_BYTES:]) if len(raw) > ID_BYTES else None
