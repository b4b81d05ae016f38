"""Which row of `sites.csv` is which hospital of the record, so that an operator's edits survive."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from portal.content.registry.names import postcode_key, site_id, slug
from portal.content.registry.record import Location

Cells = Mapping[str, str]
Key = Hashable | None


@dataclass(frozen=True)
class Hospital:
    """A location of the record that can be shown: its country is known, its postcode tidied."""

    location: Location
    country: str  # ISO 3166 alpha-2
    postcode: str
    odd_postcode: bool = False

    @property
    def institution(self) -> str:
        return self.location.facility or f"Study place in {self.location.city}"

    @property
    def city(self) -> str:
        return self.location.city or self.location.facility

    @property
    def base_id(self) -> str:
        return site_id(self.country, self.city, self.location.facility)

    @property
    def cells(self) -> dict[str, str]:
        """What can be compared with a row."""
        return {
            "site_id": self.base_id,
            "institution": self.institution,
            "city": self.city,
            "postal_code": self.postcode,
            "country_code": self.country,
        }


@dataclass(frozen=True)
class Rule:
    """Two with the same key are one hospital; `only`: if no other has this key."""

    key: Callable[[Cells], Key]
    only: bool = False
    say: str = ""


def match(hospitals: Sequence[Hospital], rows: Sequence[Cells]) -> tuple[dict[int, int], list[str]]:
    """Number of the hospital → number of its row, and matches that a person should look at."""
    found: dict[int, int] = {}
    doubtful: list[str] = []
    wanted = [hospital.cells for hospital in hospitals]
    for rule in _RULES:
        free_rows = set(range(len(rows))) - set(found.values())
        open_rows = _by_key(rows, free_rows, rule)
        open_ones = _by_key(wanted, set(range(len(wanted))) - set(found), rule)
        for key, numbers in open_ones.items():
            there = open_rows.get(key, [])
            if rule.only and (len(numbers) != 1 or len(there) != 1):
                continue
            for number, row in zip(numbers, there, strict=False):
                found[number] = row
                if rule.say:
                    label, known = hospitals[number].location.label, rows[row]["site_id"]
                    doubtful.append(f"{label} is taken for your {known}: {rule.say}. Look at it.")
    return found, doubtful


def new_ids(
    hospitals: Sequence[Hospital], found: Mapping[int, int], taken: Sequence[str]
) -> dict[int, str]:
    """An id for each hospital that has no row yet; namesakes get their postcode or a number."""
    used, ids = set(taken), {}
    for number, hospital in enumerate(hospitals):
        if number in found:
            continue
        base, post = hospital.base_id, slug(hospital.postcode)
        named = [base, f"{base}-{post}"] if post else [base]
        tries = itertools.chain(named, (f"{base}-{count}" for count in itertools.count(2)))
        ids[number] = next(each for each in tries if each not in used)
        used.add(ids[number])
    return ids


def _by_key(all_: Sequence[Cells], numbers: set[int], rule: Rule) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for number in sorted(numbers):
        if (key := rule.key(all_[number])) is not None:
            found[key].append(number)
    return found


def _where(cells: Cells) -> tuple[str, str]:
    return cells["country_code"], slug(cells["city"], cells["country_code"])


def _name(cells: Cells) -> str:
    return slug(cells["institution"], cells["country_code"])


def _post(cells: Cells) -> str:
    return postcode_key(cells["postal_code"], cells["country_code"])


_RULES = (
    Rule(lambda c: (_where(c), _name(c), _post(c)) if _post(c) else None),
    Rule(lambda c: (_where(c), _name(c))),
    Rule(lambda c: c["site_id"]),
    Rule(lambda c: (c["country_code"], _name(c)), only=True, say="the same name in one country"),
    Rule(
        lambda c: (_where(c), _post(c)) if _post(c) else None,
        only=True,
        say="the same city and postcode, another name",
    ),
)
