"""Keys: encrypt fields, seal drafts, sign links, find an address again without storing it.

One file holds three Tink keysets. Rotation is Tink's: a new key is added and made primary,
old values stay readable (reliability brief, F33). A wrong or missing file stops the start (F34).
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tink
from tink import aead, mac, prf, secret_key_access


def _templates() -> dict[str, Any]:
    return {
        "aead": aead.aead_key_templates.AES256_GCM,
        "mac": mac.mac_key_templates.HMAC_SHA256_128BITTAG,
        "prf": prf.prf_key_templates.HMAC_SHA256,
    }


_LOOKUP_BYTES = 32


class KeysError(Exception):
    """The key file is missing, damaged or does not open a value."""


def _register() -> None:
    aead.register()
    mac.register()
    prf.register()


@dataclass(frozen=True)
class Keys:
    """The primitives of one key file."""

    handles: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> Keys:
        """Raises KeysError with what to do: the portal must not start without its keys."""
        _register()
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls({name: _read(stored[name]) for name in _templates()})
        except FileNotFoundError:
            raise KeysError(
                f"The key file {path.name} is missing. Put back PORTAL_KEYSET."
            ) from None
        except (ValueError, KeyError, tink.TinkError):
            raise KeysError(f"The key file {path.name} cannot be read. Put back a copy.") from None

    @cached_property
    def _aead(self) -> Any:
        return self.handles["aead"].primitive(aead.Aead)

    @cached_property
    def _mac(self) -> Any:
        return self.handles["mac"].primitive(mac.Mac)

    @cached_property
    def _prf(self) -> Any:
        return self.handles["prf"].primitive(prf.PrfSet)

    def encrypt(self, value: str, where: str) -> bytes:
        """AES-256-GCM, bound to `where` (table, column, row) so that values cannot be swapped."""
        return bytes(self._aead.encrypt(value.encode(), where.encode()))

    def decrypt(self, value: bytes, where: str) -> str:
        """Raises KeysError: another key, another place, or a changed value."""
        try:
            return str(self._aead.decrypt(value, where.encode()).decode())
        except tink.TinkError:
            raise KeysError("A stored value does not open with these keys.") from None

    def seal(self, value: str, purpose: str) -> str:
        """Encrypted text for a form or a cookie, for one purpose only."""
        return to_text(self.encrypt(value, f"seal/{purpose}"))

    def unseal(self, sealed: str, purpose: str) -> str:
        """Raises KeysError: not ours, changed, or made for another purpose."""
        try:
            return self.decrypt(to_bytes(sealed), f"seal/{purpose}")
        except ValueError:
            raise KeysError("This is not a sealed value.") from None

    def sign(self, value: bytes, purpose: str) -> bytes:
        return bytes(self._mac.compute_mac(purpose.encode() + b"\0" + value))

    def signed(self, tag: bytes, value: bytes, purpose: str) -> bool:
        try:
            self._mac.verify_mac(tag, purpose.encode() + b"\0" + value)
        except tink.TinkError:
            return False
        return True

    def fingerprint(self, value: str, purpose: str) -> bytes:
        """Keyed hash to find a value again, such as an address, without storing it in clear."""
        message = purpose.encode() + b"\0" + value.encode()
        return bytes(self._prf.primary().compute(message, _LOOKUP_BYTES))

    def fingerprints(self, value: str, purpose: str) -> list[bytes]:
        """The same under every key still in use, for values stored before a rotation."""
        message = purpose.encode() + b"\0" + value.encode()
        return [bytes(one.compute(message, _LOOKUP_BYTES)) for one in self._prf.all().values()]


def make_key_file(path: Path) -> None:
    """New keys for development or a first installation; readable by the owner only."""
    _register()
    fresh = {name: _write(tink.new_keyset_handle(key)) for name, key in _templates().items()}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(fresh, file, indent=1)


def _read(keyset: object) -> Any:
    return tink.json_proto_keyset_format.parse(json.dumps(keyset), secret_key_access.TOKEN)


def _write(handle: Any) -> Any:
    return json.loads(tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN))


def to_text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
