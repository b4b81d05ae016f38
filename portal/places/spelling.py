"""Other ways in which one name is spelt, and typing errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from portal.places.normalise import key

LONGEST_COMPARED = 40
SHORTEST_BEGINNING = 3
MOST_CLOSE = 25

# Words around a place, not part of it: ‘near Lyon’, ‘bei Köln’, ‘in de buurt van Utrecht’.
_FILLER_WORDS = """
    a aan al at autour bei bij buurt by cap cerca ciudad citta city close cp code cote de del der
    die du gemeente i in la le lahella naer nahe nabij nara near nearby next of om omgeving
    plz postal postcode pres proche region regio stad stadt the to town um uit umgebung van ved
    verso vicino ville vlakbij von zip
    قرب قريب مدينه من في ליד עיר возле город около рядом біля місто
"""
_FILLERS = frozenset(key(word) for word in _FILLER_WORDS.split())


def variants(name_key: str) -> Iterator[str]:
    """The key itself, then with ü written as ue, å as aa, and so on read back: muenchen."""
    yield name_key
    plain = name_key
    for written, meant in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")):
        plain = plain.replace(written, meant)
    if plain != name_key:
        yield plain


def without_fillers(name: Sequence[str]) -> tuple[str, ...]:
    """The words that may be a place; all of them if nothing else would be left."""
    return tuple(word for word in name if word not in _FILLERS) or tuple(name)


def telling(name: Sequence[str]) -> bool:
    """Long enough to be looked for within a sentence: four letters, or two beyond Latin."""
    text = "".join(name)
    return len(text) >= (4 if text.isascii() else 2) and not text.isdigit()


def errors_allowed(name_key: str) -> int:
    """How many typing errors a suggestion may have."""
    length = len(name_key)
    return 0 if length < 3 else 1 if length < 5 else 2 if length < 10 else 3


def closest(name_key: str, spellings: Iterable[str], limit: int) -> list[tuple[str, int]]:
    """Spellings at most `limit` errors away, with their number of errors, fewest first.

    An error is a letter too many, too few, another, or two swapped.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.extract(
        name_key,
        spellings,
        scorer=OSA.distance,  # type: ignore[arg-type]
        score_cutoff=limit,
        limit=MOST_CLOSE,
    )
    return [(spelling, int(errors)) for spelling, errors, _ in found]
