"""Imported once by the process that test processes are forked from, so that each starts at once."""

from __future__ import annotations

import gc
from zoneinfo import ZoneInfo

from portal import languages
from portal.clock import after_working_days
from portal.mail.messages import TEMPLATES, _templates
from tests.support.crash import CONFIG, WRITTEN

for code in CONFIG.portal.languages.offered:
    languages.catalogue(code)
    languages.describe(code)  # reads what CLDR knows of the language, a tenth of a second
for file in TEMPLATES.rglob("*.*"):
    _templates().get_template(str(file.relative_to(TEMPLATES)))
after_working_days(WRITTEN, 1, "NL", ZoneInfo("Europe/Amsterdam"))
gc.collect()
gc.freeze()  # else the first collection of each child would copy all of this
