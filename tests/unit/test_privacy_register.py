"""P1, P25: every field that is asked or kept has its line in docs/privacy.md."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Table

from portal.forms.contact import ContactForm
from portal.forms.updates import UpdatesForm
from portal.store.tables import (
    ENCRYPTED,
    WISHES,
    confirmations,
    mail_limits,
    requests,
    signups,
)
from tests.support.paths import ROOT

REGISTER = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z_]+)`", REGISTER))


def test_every_form_field_has_its_line() -> None:
    kept_as = {"language": "speak_language", "share_answers": "answers"}
    fields = {kept_as.get(name, name) for name in ContactForm(None, {})._fields}
    assert {*fields, "share_answers"} <= NAMED
    assert fields == set(ENCRYPTED)


@pytest.mark.parametrize("table", [requests, signups, confirmations, mail_limits])
def test_every_column_has_its_line(table: Table) -> None:
    assert {column.name for column in table.columns} <= NAMED


def test_every_field_of_a_sign_up_is_encrypted_or_named() -> None:
    assert set(UpdatesForm(None, {}, ["en"])._fields) == {*WISHES, "language"}
