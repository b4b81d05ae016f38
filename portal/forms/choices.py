"""What the drop-down lists offer, in the order of the reader’s language."""

from __future__ import annotations

from portal import languages
from portal.collation import sort_key
from portal.spoken import endonyms

Choices = list[tuple[str, str]]
# Spoken by many families in the countries of the study; any other can be written in words.
# Endonyms as in CLDR, in the order each reader looks for them. Asking Babel for all of them
# would keep 45 locales in memory, 42 MB in each web process; a test compares the two.
SPOKEN = (
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("et", "Eesti"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ga", "Gaeilge"),
    ("hr", "Hrvatski"),
    ("it", "Italiano"),
    ("ku", "Kurdî (kurmancî)"),
    ("lv", "Latviešu"),
    ("lt", "Lietuvių"),
    ("hu", "Magyar"),
    ("nl", "Nederlands"),
    ("nb", "Norsk bokmål"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("sq", "Shqip"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("so", "Soomaali"),
    ("fi", "Suomi"),
    ("sv", "Svenska"),
    ("vi", "Tiếng Việt"),
    ("tr", "Türkçe"),
    ("el", "Ελληνικά"),
    ("bg", "Български"),
    ("ru", "Русский"),
    ("sr", "Српски"),
    ("uk", "Українська"),
    ("he", "עברית"),
    ("ur", "اردو"),
    ("ar", "العربية"),
    ("fa", "فارسی"),
    ("ps", "پښتو"),
    ("hi", "हिन्दी"),
    ("bn", "বাংলা"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("ta", "தமிழ்"),
    ("ti", "ትግርኛ"),
    ("zh", "中文"),
    ("ja", "日本語"),
)


def other_languages() -> list[str]:
    """Own names of all other languages, to choose from or to search while typing."""
    listed = {code for code, _ in SPOKEN}
    names = {name for code, name in endonyms().items() if code not in listed}
    return sorted(names, key=sort_key)


def language_choices() -> Choices:
    """By endonym; first the language that the page is read in."""
    return [("", languages.gettext("The language of this page")), *SPOKEN]
