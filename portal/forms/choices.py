"""What the drop-down lists offer, in the order of the reader’s language."""

from __future__ import annotations

from portal import languages

# Spoken by many families in the countries of the study; any other can be written in words.
_SPOKEN = (
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ga"),
    *("he", "hi", "hr", "hu", "it", "ja", "ku", "lt", "lv", "nb", "nl", "pa", "pl", "ps", "pt"),
    *("ro", "ru", "sk", "sl", "so", "sq", "sr", "sv", "ta", "ti", "tr", "uk", "ur", "vi", "zh"),
)
Choices = list[tuple[str, str]]


def language_choices() -> Choices:
    """By endonym, as each reader looks for it."""
    names = ((code, languages.describe(code).endonym) for code in _SPOKEN)
    ordered = sorted(names, key=lambda item: languages.sort_key(item[1]))
    return [("", languages.gettext("The language of this page")), *ordered]
