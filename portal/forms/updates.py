"""Sign up for news: wording and shape of its fields (architecture, ‘Forms’)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Field, Form, RadioField, SelectField
from wtforms.validators import ValidationError

from portal import languages
from portal.content.catalogue import AGE_GROUPS
from portal.forms.cleaning import one_line
from portal.forms.fields import CountryField, CountryGroups, one_mailbox
from portal.languages import N_
from portal.store.records import Wishes

# A choice like the others, since a radio button cannot be taken back without a script.
_NOT_SAID = ("", N_("I would rather not say"))
_ILLNESSES = ("", "all", "lbl", "both", "other")


class UpdatesForm(Form):
    """Nothing but the address is needed; what is left open means everything."""

    email = EmailField(N_("E-mail"), filters=[one_line])
    country = CountryField()
    illness = RadioField(
        N_("Which illness?"),
        choices=[
            ("all", N_("ALL (acute lymphoblastic leukaemia)")),
            ("lbl", N_("LBL (lymphoblastic lymphoma)")),
            ("both", N_("Both, or not sure")),
            ("other", N_("Another illness")),
            _NOT_SAID,
        ],
        default="",
        validate_choice=False,
    )
    age_group = RadioField(
        N_("Age now of the person who is ill"),
        choices=[
            ("0_5", N_("0 to 5 years")),
            ("6_12", N_("6 to 12 years")),
            ("13_17", N_("13 to 17 years")),
            ("18_20", N_("18 to 20 years")),
            ("adult", N_("21 years or older")),
            _NOT_SAID,
        ],
        default="",
        validate_choice=False,
    )
    language = SelectField(N_("Language of the e-mails"), validate_choice=False)

    def __init__(
        self,
        data: MultiDict[str, str] | None,
        countries: CountryGroups,
        offered: Sequence[str],
        *,
        address_known: bool = False,
        **values: Any,
    ) -> None:
        """`address_known`: the address may stay empty, then it stays what it is."""
        super().__init__(data, **values)
        self.address_known, self.offered = address_known, offered
        if address_known:
            self.email.label.text = N_("New e-mail address")
        self.country.offer(countries)
        self.language.choices = [(code, languages.describe(code).endonym) for code in offered]
        if data is None and not self.language.data:
            self.language.data = languages.current()

    def validate_email(self, field: Field) -> None:
        if not field.data and self.address_known:
            return
        if not field.data:
            raise ValidationError(N_("Enter your e-mail address"))
        one_mailbox(field)

    def validate_country(self, field: Field) -> None:
        if field.data and field.data not in self.country.codes:
            raise ValidationError(N_("Choose your country, or leave this open"))

    def validate_illness(self, field: Field) -> None:
        if (field.data or "") not in _ILLNESSES:
            raise ValidationError(N_("Choose an illness, or leave this open"))

    def validate_age_group(self, field: Field) -> None:
        if field.data and field.data not in AGE_GROUPS:
            raise ValidationError(N_("Choose an age, or leave this open"))

    def validate_language(self, field: Field) -> None:
        """Not sent at all: the language of the page."""
        field.data = field.data or languages.current()
        if field.data not in self.offered:
            raise ValidationError(N_("Choose a language from the list"))

    def to_wishes(self) -> Wishes:
        """What was typed, in shape. Call after `validate()`."""
        return Wishes(
            email=self.email.data or "",
            country=self.country.data or "",
            illness=self.illness.data or "",
            age_group=self.age_group.data or "",
            language=self.language.data or languages.current(),
        )
