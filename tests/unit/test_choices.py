"""The list of languages to speak: CLDR’s own names, in order, and cheap to show."""

from __future__ import annotations

import babel.localedata
import pytest

from portal import languages
from portal.collation import sort_key
from portal.forms.choices import SPOKEN, language_choices


@pytest.mark.parametrize(("code", "endonym"), SPOKEN)
def test_each_language_is_named_as_its_speakers_do(code: str, endonym: str) -> None:
    assert languages.describe(code).endonym == endonym


def test_they_stand_in_order() -> None:
    names = [sort_key(endonym) for _, endonym in SPOKEN]
    assert names == sorted(names)


def test_showing_them_loads_no_other_locale() -> None:
    before = set(babel.localedata._cache)
    assert len(language_choices()) == len(SPOKEN) + 1
    assert set(babel.localedata._cache) == before
