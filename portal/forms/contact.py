"""The message to a hospital: wording and shape of its fields (architecture, ‘Forms’)."""

from __future__ import annotations

from typing import Any

import phonenumbers
from babel import Locale
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    Form,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import StopValidation, ValidationError

from portal import languages
from portal.forms.choices import language_choices
from portal.forms.cleaning import many_lines, one_line, phone_number
from portal.forms.fields import CountryField, CountryGroups, one_mailbox
from portal.languages import N_
from portal.store.records import ContactMessage

NAME_LENGTH = 200
PLACE_LENGTH = 100
OTHER_LANGUAGE_LENGTH = 60
MESSAGE_LENGTH = 1000
PHONE_LENGTH = 40
_FEWEST_DIGITS = 5


class Required:
    """Refuse an empty value with a sentence that says what to do."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        if not field.data:
            raise StopValidation(self.message)


class AtMost:
    """Refuse more characters than fit; line ends count as one."""

    def __init__(self, length: int, message: str) -> None:
        self.length, self.message = length, message

    def __call__(self, _form: Form, field: Field) -> None:
        if len(field.data or "") > self.length:
            raise StopValidation(self.message)


_TOO_LONG_NAME = N_("Write a name of at most %(most)s characters", most=NAME_LENGTH)


class Tick(BooleanField):
    """A box that posts `yes`."""

    def _value(self) -> str:
        return "yes"


class SendForm(Form):
    """The check page: which hospital. Its choices depend on the family, so the view judges them."""

    site = RadioField(N_("Hospital"), choices=[], validate_choice=False)


class ContactForm(Form):
    """Plain WTForms, without a token: where a POST comes from is judged elsewhere."""

    sender_role = RadioField(
        N_("Who is writing?"),
        choices=[
            ("parent", N_("A parent or carer")),
            ("self", N_("I have the illness, and I am 16 or older")),
            ("other", N_("Someone else, such as a relative or a nurse")),
        ],
        validate_choice=False,
    )
    first_name = StringField(
        N_("First name"),
        filters=[one_line],
        validators=[Required(N_("Enter your first name")), AtMost(NAME_LENGTH, _TOO_LONG_NAME)],
    )
    last_name = StringField(
        N_("Last name"),
        filters=[one_line],
        validators=[Required(N_("Enter your last name")), AtMost(NAME_LENGTH, _TOO_LONG_NAME)],
    )
    email = EmailField(
        N_("E-mail"), filters=[one_line], validators=[Required(N_("Enter your e-mail address"))]
    )
    reach_by = RadioField(
        N_("How should the team reach you?"),
        choices=[
            ("phone", N_("By phone")),
            ("email", N_("By e-mail")),
            ("both", N_("Both are fine")),
        ],
        validate_choice=False,
    )
    phone = TelField(N_("Phone"), filters=[phone_number])
    country = CountryField()
    place = StringField(
        N_("City or postcode"),
        filters=[one_line],
        validators=[
            AtMost(
                PLACE_LENGTH, N_("Write a place of at most %(most)s characters", most=PLACE_LENGTH)
            )
        ],
    )
    language = SelectField(
        N_("Which language would you like to speak?"),
        filters=[lambda value: (value or "").strip()],
        validate_choice=False,
    )
    other_language = StringField(
        N_("Another language, if it is not in the list"),
        filters=[one_line],
        validators=[
            AtMost(
                OTHER_LANGUAGE_LENGTH,
                N_("Write a language of at most %(most)s characters", most=OTHER_LANGUAGE_LENGTH),
            )
        ],
    )
    message = TextAreaField(
        N_("Your message"),
        filters=[many_lines],
        validators=[
            AtMost(
                MESSAGE_LENGTH,
                N_(
                    "Your message can have at most %(most)s characters. Make it shorter.",
                    most=MESSAGE_LENGTH,
                ),
            )
        ],
    )

    # Only on the page if there are answers; unticked, so that nobody sends them unawares.
    share_answers = Tick(N_("Send my answers with the message"))

    def __init__(
        self, data: MultiDict[str, str] | None, countries: CountryGroups, **values: Any
    ) -> None:
        super().__init__(data, **values)
        self.site_chosen = bool(data and data.get("site"))
        self.country.offer(countries)
        self.language.choices = language_choices()

    def validate_email(self, field: Field) -> None:
        one_mailbox(field)

    def validate_reach_by(self, field: Field) -> None:
        """Nothing chosen is no mistake: the phone number given, or not given, says it."""
        if field.data not in {"phone", "email", "both"}:
            field.data = ""

    def validate_phone(self, field: Field) -> None:
        """Required only if the team shall call; a number in any form that has a few digits."""
        digits = sum(letter.isdigit() for letter in field.data or "")
        if not digits and self.reach_by.data not in {"phone", "both"} and not field.data:
            return
        if digits < _FEWEST_DIGITS or len(field.data) > PHONE_LENGTH:
            raise ValidationError(
                N_("Enter a phone number with country code, like +44 20 7946 0018")
            )

    def validate_country(self, field: Field) -> None:
        if not field.data and self.site_chosen:
            return
        if not field.data or field.data not in self.country.codes:
            raise ValidationError(N_("Choose your country"))

    def validate_language(self, field: Field) -> None:
        if field.data and field.data not in Locale.parse("en").languages:
            raise ValidationError(N_("Choose a language, or leave this open"))

    def validate_sender_role(self, field: Field) -> None:
        if field.data not in {"parent", "self", "other"}:
            field.data = ""

    def phone_looks_odd(self) -> bool:
        """A number that may be mistyped is shown again on the check page, never refused (I5)."""
        try:
            number = phonenumbers.parse(self.phone.data or "", self.country.data or None)
        except phonenumbers.NumberParseException:
            return bool(self.phone.data)
        return not phonenumbers.is_possible_number(number)

    def _phone_from_abroad(self) -> str:
        """A number of the family’s country with its prefix: the hospital may be in another one.

        What is not surely a number of that country stays as it was typed.
        """
        typed = self.phone.data or ""
        try:
            number = phonenumbers.parse(typed, self.country.data or None)
        except phonenumbers.NumberParseException:
            return typed
        if typed.startswith(("+", "00")) or not phonenumbers.is_valid_number(number):
            return typed
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def to_message(self) -> ContactMessage:
        """What was typed, in shape. Call after `validate()`."""
        return ContactMessage(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            email=self.email.data or "",
            phone=self._phone_from_abroad(),
            reach_by=self.reach_by.data or ("both" if self.phone.data else "email"),
            country=self.country.data or "",
            place=self.place.data or "",
            speak_language=self.language.data or languages.current(),
            other_language=self.other_language.data or "",
            message=self.message.data or "",
            sender_role=self.sender_role.data or "",
        )
