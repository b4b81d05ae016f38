"""Countries as registries spell them; languages and time zone that a hospital there probably has.

Names, languages and zones come from CLDR (Babel). The tables here hold what CLDR lacks: other
spellings, and which zone of a large country is meant.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from portal.content import checks

MOST_LANGUAGES = 3
# Spellings of ClinicalTrials.gov and of ISO 3166 that CLDR's English does not have.
_SPELLINGS = """
    BA: Bosnia and Herzegovina | BN: Brunei Darussalam | BO: Bolivia, Plurinational State of
    CD: Congo, The Democratic Republic of the | CD: Democratic Republic of the Congo
    CG: Congo | CG: Republic of the Congo | CI: Ivory Coast | CV: Cabo Verde | CZ: Czech Republic
    FK: Falkland Islands (Malvinas) | FM: Micronesia, Federated States of | GB: UK
    GB: Great Britain | HK: Hong Kong | IR: Iran, Islamic Republic of | KN: Saint Kitts and Nevis
    KP: Korea, Democratic People's Republic of | KR: Korea, Republic of | KR: Korea
    KR: Republic of Korea | LA: Lao People's Democratic Republic | LC: Saint Lucia
    LY: Libyan Arab Jamahiriya | MD: Moldova, Republic of | MD: Republic of Moldova
    MF: Saint Martin | MK: Macedonia | MK: Macedonia, The Former Yugoslav Republic of
    MM: Myanmar | MM: Burma | MO: Macau | MO: Macao | NL: The Netherlands | NL: Holland
    PM: Saint Pierre and Miquelon | PS: Palestinian Territories, Occupied
    PS: Palestinian Territory, occupied | PS: Palestine | RU: Russian Federation
    ST: Sao Tome and Principe | SY: Syrian Arab Republic | SZ: Swaziland | TL: East Timor
    TR: Turkey | TR: Turkey (Türkiye) | TR: Türkiye (Turkey) | TW: Taiwan, Province of China
    TZ: Tanzania, United Republic of | TZ: United Republic of Tanzania | US: USA
    US: United States of America | VA: Holy See (Vatican City State) | VA: Holy See
    VC: Saint Vincent and the Grenadines | VE: Venezuela, Bolivarian Republic of
    VG: Virgin Islands, British | VI: Virgin Islands (U.S.) | VN: Viet Nam
"""
# The zone of the capital, in countries with several.
_MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CD": "Africa/Kinshasa", "CL": "America/Santiago",
    "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland", "PS": "Asia/Hebron", "PT": "Europe/Lisbon", "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv", "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip
_ONE_TIME = frozenset({"AR", "CN", "CY", "DE", "MY", "NZ", "PS", "UA", "UZ"})  # or nearly so
_REGION_ZONES = {
    "US": {
        "America/New_York": "Connecticut, Delaware, District of Columbia, Florida, Georgia,"
        " Indiana, Kentucky, Maine, Maryland, Massachusetts, Michigan, New Hampshire, New Jersey,"
        " New York, North Carolina, Ohio, Pennsylvania, Rhode Island, South Carolina, Vermont,"
        " Virginia, West Virginia",
        "America/Chicago": "Alabama, Arkansas, Illinois, Iowa, Kansas, Louisiana, Minnesota,"
        " Mississippi, Missouri, Nebraska, North Dakota, Oklahoma, South Dakota, Tennessee, Texas,"
        " Wisconsin",
        "America/Denver": "Colorado, Idaho, Montana, New Mexico, Utah, Wyoming",
        "America/Phoenix": "Arizona",
        "America/Los_Angeles": "California, Nevada, Oregon, Washington",
        "America/Anchorage": "Alaska",
        "Pacific/Honolulu": "Hawaii",
    },
    "CA": {
        "America/Toronto": "Ontario, Quebec, Québec",
        "America/Vancouver": "British Columbia",
        "America/Edmonton": "Alberta",
        "America/Regina": "Saskatchewan",
        "America/Winnipeg": "Manitoba",
        "America/Halifax": "Nova Scotia, New Brunswick, Prince Edward Island",
        "America/St_Johns": "Newfoundland and Labrador, Newfoundland",
    },
    "AU": {
        "Australia/Sydney": "New South Wales, Australian Capital Territory",
        "Australia/Melbourne": "Victoria",
        "Australia/Brisbane": "Queensland",
        "Australia/Adelaide": "South Australia",
        "Australia/Perth": "Western Australia",
        "Australia/Hobart": "Tasmania",
        "Australia/Darwin": "Northern Territory",
    },
    "ES": {"Atlantic/Canary": "Canarias, Canary Islands, Las Palmas, Santa Cruz de Tenerife"},
    "PT": {"Atlantic/Azores": "Azores, Açores", "Atlantic/Madeira": "Madeira"},
}


def country_code(name: str) -> str:
    """ISO 3166 alpha-2 of a country's English name or code; empty if it is not known."""
    return _codes().get(_plain(name), "")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    known = checks.countries()
    names = [(name, code) for code, name in Locale("en").territories.items() if code in known]
    pairs = [pair.split(":", 1) for line in _SPELLINGS.splitlines() for pair in line.split("|")]
    names += [(pair[1], pair[0].strip()) for pair in pairs if len(pair) == 2]
    return {_plain(name): code for name, code in [*((c, c) for c in known), *names]}


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    words = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return re.sub(r"^the ", "", " ".join(words.split()))


@lru_cache(maxsize=256)
def languages_of(country: str) -> tuple[str, ...]:
    """Official languages, at most three, the most used first; English if none is known."""
    official = get_official_languages(country, de_facto=True)
    two = (code[:2] for code in official if len(code) == 2 or code[2] == "_")
    known = [code for code in two if code in checks.languages() and code not in {"nb", "nn"}]
    return tuple(dict.fromkeys(known))[:MOST_LANGUAGES] or ("en",)


@lru_cache(maxsize=1024)
def timezone_of(country: str, *regions: str) -> tuple[str, bool]:
    """The zone of a region (state) of a country, and whether it is sure."""
    wanted = {_plain(region) for region in regions if region}
    for zone, names in _REGION_ZONES.get(country, {}).items():
        if wanted & {_plain(name) for name in names.split(",")}:
            return zone, True
    zones = [zone for zone in get_global("territory_zones").get(country, ()) if "/" in zone]
    main = _MAIN_ZONES.get(country) or next(iter(zones), "Etc/UTC")
    if not checks.is_timezone(main):
        return "Etc/UTC", False
    return main, len(zones) == 1 or country in _ONE_TIME or country in {"ES", "PT"}
