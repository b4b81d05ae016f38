"""What must be true before families can reach the portal (architecture, ‘Unconfirmed hospitals’).

On a public address no message goes to a hospital that did not confirm that it takes part:
it goes to the study's central office instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from portal import languages
from portal.content.model import Config, Problem, Site, Study
from portal.settings import is_loopback

# RFC 2606 and 6761: nobody reads mail there.
_RESERVED = (".example", ".test", ".invalid", ".localhost", ".local")
_RESERVED_DOMAINS = frozenset({"example.com", "example.net", "example.org"})


def is_reserved(address: str) -> bool:
    """True for a mail address under a domain that can never work."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    last_two = ".".join(domain.split(".")[-2:])
    return f".{domain}".endswith(_RESERVED) or last_two in _RESERVED_DOMAINS


def goes_to_central(site: Site, *, public: bool) -> bool:
    """Does a message for this hospital go to the study's central office instead?"""
    return not site.mailbox_right or (public and not site.confirmed)


def live_problems(config: Config, base_url: str) -> tuple[Problem, ...]:
    """Why this configuration may not serve `base_url`; empty on this machine's own address."""
    if is_loopback(base_url):
        return ()
    found = list(_languages(config))
    for study in config.complete_studies:
        found += _central(study)
        found += _mailboxes(study)
    return tuple(found)


def _languages(config: Config) -> Iterator[Problem]:
    """Families read only words that somebody reviewed, or that the operator names himself."""
    known = config.portal.languages
    for code in known.offered:
        if code not in known.allow_unreviewed and _review_state(code) == "draft":
            said = f"“{code}” is offered, but nobody has reviewed its texts (docs/translate.md)."
            advice = f'Have them reviewed, or add "{code}" to allow_unreviewed.'
            yield Problem("config/portal.toml", 1, said, advice)


def _review_state(code: str) -> str:
    try:
        return languages.review(code).state
    except LookupError:  # no compiled catalogue: the start itself says so
        return "draft"


def _central(study: Study) -> Iterator[Problem]:
    file = f"config/studies/{study.slug}/study.yaml"
    unconfirmed = sum(not site.confirmed for site in study.sites)
    why = f"{unconfirmed} of {len(study.sites)} hospitals are not confirmed"
    if study.central is None:
        said = f"There is no central office, and {why}."
        yield Problem(file, 1, said, "Add “central” with a name and a mailbox.")
    elif is_reserved(study.central.email):
        said = f"The central office’s mailbox {study.central.email} is an example, and {why}."
        yield Problem(file, study.central.name.line, said, "Write the office’s real mailbox.")


def _mailboxes(study: Study) -> Iterator[Problem]:
    file = f"config/studies/{study.slug}/mailboxes.csv"
    for site in study.sites:
        if goes_to_central(site, public=True):
            continue
        for address in filter(is_reserved, (site.mailbox, site.second_mailbox)):
            said = f"{site.id} is confirmed, but its mailbox {address} is an example."
            yield Problem(file, site.mailbox_line, said, "Write the mailbox the hospital gave.")
