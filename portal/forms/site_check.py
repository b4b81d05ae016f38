"""The monthly question to a hospital: wording and shape of its fields."""

from __future__ import annotations

from typing import Any, get_args

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal import languages
from portal.content.model import Site
from portal.content.site_answers import AnsweredStatus, Said
from portal.forms.choices import SPOKEN
from portal.languages import N_

STATUSES = (
    ("open", N_("We are looking for people")),
    ("opening", N_("We are not open yet")),
    ("paused", N_("We have paused")),
    ("full", N_("We have no places now")),
    ("closed", N_("We do not take part, or not any more")),
)
# A role and never a name: it is kept, and an operator sees it.
ROLES = (
    ("nurse", N_("Study nurse")),
    ("doctor", N_("Doctor")),
    ("coordinator", N_("Study coordinator")),
    ("other", N_("Someone else in the study team")),
)


class SiteCheckForm(Form):
    status = RadioField(N_("Where does the study stand at your hospital?"), choices=STATUSES,
                        validate_choice=False)  # fmt: skip
    languages = SelectMultipleField(
        N_("In which languages can your team speak with families?"), validate_choice=False
    )
    mailbox = RadioField(
        N_("Does your study team still read this mailbox?"),
        choices=[("yes", N_("Yes")), ("no", N_("No"))],
        validate_choice=False,
    )
    role = SelectField(N_("Who are you?"), validate_choice=False)

    def __init__(self, data: MultiDict[str, str] | None, site: Site, **values: Any) -> None:
        super().__init__(data, **values)
        self.spoken = _languages_first(site)
        self.languages.choices = self.spoken
        self.role.choices = [("", N_("Choose")), *ROLES]

    @classmethod
    def of_site(cls, site: Site) -> SiteCheckForm:
        """What we show now, so that one press says ‘all of this is right’."""
        known = site.status in get_args(AnsweredStatus)
        roles = {code for code, _ in ROLES}
        return cls(
            None,
            site,
            status=site.status if known else None,
            languages=_own_languages(site),
            mailbox="yes" if site.mailbox_right else "no",
            role=site.confirmed_by if site.confirmed_by in roles else "",
        )

    def validate_status(self, field: Field) -> None:
        if field.data not in get_args(AnsweredStatus):
            raise ValidationError(N_("Choose where the study stands"))

    def validate_languages(self, field: Field) -> None:
        known = {code for code, _ in self.spoken}
        if not field.data or not set(field.data) <= known:
            raise ValidationError(N_("Choose at least one language"))

    def validate_mailbox(self, field: Field) -> None:
        if field.data not in {"yes", "no"}:
            raise ValidationError(N_("Choose yes or no"))

    def validate_role(self, field: Field) -> None:
        if field.data not in {code for code, _ in ROLES}:
            raise ValidationError(N_("Choose who you are"))

    def to_said(self) -> Said:
        return Said(
            status=self.status.data,
            languages=tuple(code for code, _ in self.spoken if code in (self.languages.data or [])),
            mailbox_right=self.mailbox.data == "yes",
            confirmed_by=self.role.data,
        )


def _languages_first(site: Site) -> list[tuple[str, str]]:
    """The hospital’s own languages in their order (the first is that of its mails), then all."""
    names, own = dict(SPOKEN), _own_languages(site)
    others = [(code, name) for code, name in SPOKEN if code not in own]
    return [*((code, names.get(code, code)) for code in own), *others]


def _own_languages(site: Site) -> list[str]:
    """By the codes that we offer: ‘no’ in a table of hospitals is Norwegian Bokmål, ‘nb’."""
    return [languages.ALIASES.get(code, code) for code in site.languages]
