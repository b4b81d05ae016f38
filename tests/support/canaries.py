"""Canaries: marked values for a family's fields, and the search for them where none may be.

A value is marked with letters that occur nowhere else. After a test, no file that the portal
wrote (database bytes, WAL, temporary files, logs), no address and no cookie may hold a mark, in
any usual coding. The Maildir is the recipients' own, and is left out.
"""

from __future__ import annotations

import base64
import contextlib
import json
import quopri
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

LETTERS = "bcdfghjkmnpqrstvwxz"
RECIPIENTS_OWN = frozenset({"mail"})


def _mark() -> str:
    """Ten letters without vowels: no word of any text, and no part of a key or hash in hex."""
    return "".join(secrets.choice(LETTERS) for _ in range(10))


@dataclass
class Canaries:
    """Marked values: `form()` fills the contact form with them."""

    mark: dict[str, str] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("first", "last", "email", "language", "message", "place"):
            self.mark.setdefault(name, _mark())
        # Digits that are kept for drama (Ofcom), never a real person's.
        self.mark.setdefault("phone", f"7700900{secrets.randbelow(1000):03}")

    def form(self, **changes: str | None) -> list[tuple[str, str]]:
        """A message that can be sent as it is; `None` leaves a field out."""
        fields: dict[str, str | None] = {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "email": self.email,
            "phone": self.phone,
            "reach_by": "both",
            "country": "NL",
            "place": "Utrecht",
            "site": "",
            "language": "",
            "other_language": self.other_language,
            "message": self.message,
            "sender_role": "parent",
        }
        fields |= changes
        return [(name, value) for name, value in fields.items() if value is not None]

    @property
    def first_name(self) -> str:
        return f"Zoë{self.mark['first']}"

    @property
    def last_name(self) -> str:
        return f"O’{self.mark['last']}-Şahin"

    @property
    def email(self) -> str:
        return f"{self.mark['email']}@family.example"

    @property
    def phone(self) -> str:
        digits = self.mark["phone"]
        return f"+44 {digits[:4]} {digits[4:]}"

    @property
    def other_language(self) -> str:
        return f"Tigrinya {self.mark['language']}"

    @property
    def message(self) -> str:
        return f"Our son {self.mark['message']} is ill.\nWe asked: “what now?” & <why>."

    @property
    def place(self) -> str:
        return f"{self.mark['place']}stad"

    def watch(self, value: str) -> str:
        """One more value that may be found nowhere."""
        self.extra.append(value)
        return value

    def needles(self) -> dict[bytes, str]:
        """What to look for, lower case, and what it is."""
        whole = {self.phone, f"+44{self.mark['phone']}", f"0{self.mark['phone']}", *self.extra}
        return {
            coded.lower(): f"{value!r} as {coding}"
            for value in [*self.mark.values(), *whole]
            for coding, coded in codings(value)
        }

    def found_in(self, data: bytes) -> list[str]:
        lower = data.lower()
        return [what for needle, what in self.needles().items() if needle in lower]


def codings(value: str) -> Iterator[tuple[str, bytes]]:
    """A value in the codings that logs, databases, mails and addresses use."""
    plain = value.encode()
    yield "UTF-8", plain
    for coding in ("utf-16-le", "utf-16-be"):
        yield coding, value.encode(coding)
    yield "JSON", json.dumps(value)[1:-1].encode()
    yield "quoted-printable", quopri.encodestring(plain).strip()
    yield "percent", quote(value, safe="").encode()
    yield "form", quote_plus(value).encode()
    yield "hex", plain.hex().encode()
    for shift in range(3):
        # Within other text, the coding depends on where it starts; cut what neighbours change.
        whole = base64.b64encode(b"\0" * shift + plain)
        core = whole[-(-8 * shift // 6) : len(whole) - 4]
        if len(core) >= 8:
            yield f"base64 ({shift})", core
            yield f"base64url ({shift})", core.translate(bytes.maketrans(b"+/", b"-_"))


def files_below(folder: Path, left_out: frozenset[str] = RECIPIENTS_OWN) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            if path.name not in left_out:
                yield from files_below(path, left_out)
        elif path.is_file():
            yield path


def search(
    canaries: Canaries, folders: Iterable[Path], texts: dict[str, str], since: float = 0.0
) -> list[str]:
    """Where a canary was found: files by name, texts (addresses, cookies, output) by theirs.

    `since`: only files written after this time; what is older cannot hold this test's canaries.
    """
    found: list[str] = []
    for folder in folders:
        for file in changed(files_below(folder), since):
            name = str(file.relative_to(folder))
            hits = canaries.found_in(name.encode()) + canaries.found_in(_bytes(file))
            found += [f"{name}: {what}" for what in hits]
    for name, text in texts.items():
        found += [f"{name}: {what}" for what in canaries.found_in(text.encode(errors="replace"))]
    return found


def changed(files: Iterable[Path], since: float) -> Iterator[Path]:
    for file in files:
        with contextlib.suppress(FileNotFoundError):  # the portal may take its own files away
            if file.stat().st_mtime >= since:
                yield file


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
