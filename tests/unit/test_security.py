"""Keys, links, drafts, origin rule, limits."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.security.drafts import LIFETIME, DraftError, new_draft, seal, unseal
from portal.security.keys import Keys, KeysError, make_key_file
from portal.security.limits import SourceLimits
from portal.security.links import FAMILY_PAGE, Links, new_id, site_page
from portal.security.origin import allowed_hosts, allowed_origins, is_foreign

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    path = tmp_path_factory.mktemp("keys") / "keyset.json"
    make_key_file(path)
    return Keys.load(path)


def test_the_key_file_is_the_owners_alone(tmp_path: Path) -> None:
    make_key_file(tmp_path / "k.json")
    assert (tmp_path / "k.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        make_key_file(tmp_path / "k.json")


@pytest.mark.parametrize("content", [None, "", "{}", '{"aead": {}}', "no json"])
def test_a_broken_key_file_stops_the_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "k.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(KeysError, match=r"k\.json"):
        Keys.load(path)


def test_a_value_opens_only_in_its_place(keys: Keys) -> None:
    stored = keys.encrypt("Zoë", "requests/first_name/1")
    assert keys.decrypt(stored, "requests/first_name/1") == "Zoë"
    for other in ("requests/first_name/2", "requests/last_name/1"):
        with pytest.raises(KeysError):
            keys.decrypt(stored, other)
    with pytest.raises(KeysError):
        keys.decrypt(stored[:-1] + bytes([stored[-1] ^ 1]), "requests/first_name/1")


def test_old_values_open_after_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "k.json"
    make_key_file(path)
    before = Keys.load(path)
    stored, mark = before.encrypt("x", "here"), before.fingerprint("a@example.org", "email")
    link = Links(before, FAMILY_PAGE).token(new_id())
    rotated = json.loads(path.read_text())
    for name, keyset in rotated.items():
        _add_primary(keyset, json.loads(_fresh(tmp_path / name))[name])
    path.write_text(json.dumps(rotated))
    after = Keys.load(path)
    assert after.decrypt(stored, "here") == "x"
    assert after.encrypt("x", "here")[:5] != stored[:5]
    assert mark in after.fingerprints("a@example.org", "email")
    assert mark != after.fingerprint("a@example.org", "email")
    assert Links(after, FAMILY_PAGE).row_id(link)


def _fresh(path: Path) -> str:
    make_key_file(path)
    return path.read_text()


def _add_primary(keyset: dict, fresh: dict) -> None:  # type: ignore[type-arg]
    keyset["key"].append(fresh["key"][0])
    keyset["primaryKeyId"] = fresh["primaryKeyId"]


def test_a_link_opens_only_its_own_purpose(keys: Keys) -> None:
    row = new_id()
    token = Links(keys, FAMILY_PAGE).token(row)
    assert Links(keys, FAMILY_PAGE).row_id(token) == row
    assert Links(keys, site_page("a")).row_id(token) is None
    assert row not in token
    # 128 bits of id, 128 of tag, 40 of key id: 37 bytes in base64
    assert len(token) == 50


@given(st.text(max_size=120))
def test_no_other_text_is_a_link(keys: Keys, text: str) -> None:
    assert Links(keys, FAMILY_PAGE).row_id(text) is None


def test_any_changed_letter_breaks_a_link(keys: Keys) -> None:
    token = Links(keys, FAMILY_PAGE).token(new_id())
    for place in range(len(token) - 1):
        other = "A" if token[place] != "A" else "B"
        assert Links(keys, FAMILY_PAGE).row_id(token[:place] + other + token[place + 1 :]) is None


def test_a_draft_comes_back_whole(keys: Keys) -> None:
    draft = new_draft({"message": "سلام\n‘quoted’"}, NOW)
    assert unseal(keys, "draft/a", seal(keys, "draft/a", draft)) == draft
    with pytest.raises(DraftError):
        unseal(keys, "draft/b", seal(keys, "draft/a", draft))
    assert not draft.expired(NOW + LIFETIME)
    assert draft.expired(NOW + LIFETIME + timedelta(seconds=1))


@given(st.text(max_size=300))
def test_nothing_else_is_a_draft(keys: Keys, text: str) -> None:
    with pytest.raises(DraftError):
        unseal(keys, "draft/a", text)


LOCAL = allowed_origins("http://127.0.0.1:8000", 8000, public=False)
PUBLIC = allowed_origins("https://portal.example", 8000, public=True)


@pytest.mark.parametrize(
    ("fetch_site", "origin", "foreign"),
    [
        ("same-origin", None, False),
        ("none", None, False),
        ("cross-site", None, True),
        ("same-site", None, True),
        ("same-origin", "https://evil.example", False),  # the browser’s own word stands
        (None, None, False),
        (None, "null", False),
        (None, "http://127.0.0.1:8000", False),
        (None, "http://localhost:8000", False),
        (None, "http://[::1]:8000", False),
        (None, "http://127.0.0.1:8001", True),
        (None, "https://evil.example", True),
    ],
)
def test_where_a_form_may_come_from(
    fetch_site: str | None, origin: str | None, foreign: bool
) -> None:
    assert is_foreign(fetch_site, origin, LOCAL) is foreign


def test_hosts() -> None:
    assert allowed_hosts(PUBLIC) == {"portal.example"}
    assert "localhost:8000" in allowed_hosts(LOCAL)
    assert is_foreign(None, "http://localhost:8000", PUBLIC)


def test_limits_count_each_source_and_action_for_itself() -> None:
    limits = SourceLimits({"check": 2, "send": 1})
    today = date(2026, 11, 23)
    assert [limits.allows("check", "198.51.100.7", today) for _ in range(3)] == [True, True, False]
    assert limits.allows("check", "198.51.100.8", today)
    assert limits.allows("send", "198.51.100.7", today)


def test_a_home_with_ipv6_is_one_source() -> None:
    limits = SourceLimits({"send": 1})
    today = date(2026, 11, 23)
    assert limits.allows("send", "2001:db8:1:2::1", today)
    assert not limits.allows("send", "2001:db8:1:2:ffff::9", today)
    assert limits.allows("send", "2001:db8:1:3::1", today)


def test_memory_holds_no_address() -> None:
    limits = SourceLimits({"send": 5})
    limits.allows("send", "198.51.100.7", date(2026, 11, 23))
    assert "198.51.100.7" not in repr(vars(limits._limiter.storage))
