"""Names as parts of an address, and ids of hospitals that a person can read."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_ID = 56  # a mailbox named after it must fit into 64 characters
MOST_WORDS = 4
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
# Words that nearly every hospital has in its name.
_SMALL_WORDS = """
    a and at av c da das de dei del della den der des di do dos du e el en for gh het i il im
    in inc l la las le les los ltd o of on per po pour sa srl the to trust und van vo von voor
    y z zu
"""
_COMMON_WORDS = """
    academic ao asl asst azienda az cancer care center centre centro centrum chru chu clinic
    clinica clinical clinico clinique clinics college dept department departement division
    faculty foundation fondazione fundacion general group health healthcare hopital hopitaux
    hospital hospitalar hospitalario hospitalier hospitals hospitalier infantil infantile
    institut institute instituto irccs istituto kinderspital klinik klinika klinikum kliniken
    medical medicine medico medisch national nemocnice nhs nz ospedale ospedaliera ospedaliero
    oncologia oncology pediatric pediatrico paediatric policlinico regional research school
    sjukhus spital sygehus szpital unit universidad universitair universitaire universitaires
    universitari universitaria universitario universitat universitats universitatsklinik
    universitatsklinikum universitatsmedizin universitaet universitaetsklinik
    universitaetsklinikum universitaetsmedizin university uz ziekenhuis
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_COMMON = _SMALL | frozenset(_COMMON_WORDS.split())


@lru_cache(maxsize=8192)
def slug(text: str, country: str = "") -> str:
    """Small letters, digits and hyphens: ‘Hôpital Robert Debré’ → ‘hopital-robert-debre’."""
    lower = unicodedata.normalize("NFC", text).casefold()
    lower = lower.translate(_GERMAN) if country in {"AT", "DE"} else lower
    plain = unicodedata.normalize("NFKD", lower.translate(_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’`")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def postcode_key(postcode: str, country: str) -> str:
    """Without spaces, hyphens and the letters of the country: ‘DK-2100’ → ‘2100’."""
    plain = re.sub(r"[^0-9A-Z]", "", postcode.upper())
    return re.sub(rf"^{country}(?=\d)", "", plain)


def site_id(country: str, city: str, institution: str) -> str:
    """‘fr-lyon-leon-berard’: country, city, and the words that tell the hospital from others."""
    town = slug(city, country)
    words = slug(institution, country).split("-")
    own = [w for w in words if w not in town.split("-") and w not in _SMALL]
    telling = [w for w in own if w not in _COMMON and len(w) > 1]
    chosen = list(dict.fromkeys(telling or own))
    parts = [country.lower(), *filter(None, [town]), *filter(None, chosen[:MOST_WORDS])]
    whole = "-".join(parts if len(parts) > 1 else [*parts, "hospital"])
    return whole if len(whole) <= LONGEST_ID else whole[:LONGEST_ID].rpartition("-")[0]
