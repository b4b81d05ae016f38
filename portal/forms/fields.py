"""What more than one form asks for, judged in one place: an e-mail address, a country."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import Field, SelectField
from wtforms.validators import ValidationError

from portal.forms.choices import Choices
from portal.forms.cleaning import mail_address
from portal.languages import N_

CountryGroups = dict[str, Choices]


def one_mailbox(field: Field) -> None:
    """Keep one mailbox and nothing else (reliability brief, A3, I2, I4), as a mail server reads it.

    Raises ValidationError with a sentence that says what to write.
    """
    try:
        found = validate_email(
            mail_address(field.data), check_deliverability=False, allow_display_name=False
        )
    except EmailNotValidError:
        raise ValidationError(N_("Enter an e-mail address like name@example.org")) from None
    field.data = found.normalized


class CountryField(SelectField):
    """A country by its two letters, however they were written; `offer` says which there are."""

    def __init__(self, **options: Any) -> None:
        filters = [lambda value: (value or "").upper()]
        super().__init__(N_("Country"), filters=filters, validate_choice=False, **options)
        self.codes: frozenset[str] = frozenset()

    def offer(self, groups: CountryGroups) -> None:
        """`groups`: (code, name) by heading; a code outside them is refused."""
        self.choices = groups
        self.codes = frozenset(code for group in groups.values() for code, _ in group)
