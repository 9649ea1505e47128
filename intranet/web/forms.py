"""Forms: what people type, turned into values, with messages that say what to write instead.

A form knows no session and decides nothing: a view builds a command from it, the service decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import DateInput, TextInput

from intranet.errors import Refused

SHORT_TEXT = 200
LONG_TEXT = 4000
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
MOST_MONEY = 10_000_000_00  # cents
MOST_HOURS = 10_000 * 60  # minutes


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form of the intranet. ``CSRFProtect`` has checked the token before the view runs: once is enough."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False

    def answered(self) -> bool:
        """Whether the form was sent and every field reads well."""
        return bool(self.validate_on_submit())


def required(message: str | None = None) -> DataRequired:
    """The field must be filled in."""
    return DataRequired(message or _l("Ce champ est à remplir."))


def apply_refusal(form: FlaskForm, refused: Refused) -> None:
    """Show a service's refusal at the field it names, else at the top of the form."""
    message = str(refused.message)
    field = form._fields.get(refused.field) if refused.field else None
    if field is None:
        form.form_errors.append(message)
    else:
        field.errors = [*field.errors, message]


class _ParsedField(Field):
    """An input whose text is read by ``parse``; what was typed is shown again when it cannot be."""

    widget: Any = TextInput()
    data: Any

    def parse(self, text: str) -> Any:
        """The value of what was typed, or ``ValueError`` with a sentence for its writer."""
        raise NotImplementedError

    def show(self, value: Any) -> str:
        """The value as one would type it."""
        raise NotImplementedError

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]) if valuelist else ""
        text = text.strip()
        self.data = None
        if text:
            self.data = self.parse(text)


_SPACES = str.maketrans(dict.fromkeys("\u0020\u00a0\u2009\u202f\t'’", ""))


def parse_date(text: str) -> date:
    """A day: ``14/03/2019``, ``14.3.2019``, ``14 3 2019`` or ``2019-03-14``. Day before month, always."""
    found = re.fullmatch(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})", text, re.ASCII)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", text, re.ASCII)
        if not found:
            raise ValueError(_("Écrivez la date comme 14/03/2019 (jour, mois, année)."))
        day, month, year = (int(part) for part in found.groups())
        if year < 100:
            raise ValueError(_("Écrivez l’année avec quatre chiffres, comme 14/03/2019."))
    if month > 12 >= day and day:
        raise ValueError(
            _(
                "Il n’y a pas de mois %(month)d : le jour vient avant le mois. Vouliez-vous dire %(guess)s ?",
                month=month,
                guess=f"{month:02}/{day:02}/{year}",
            )
        )
    try:
        value = date(year, month, day)
    except ValueError:
        raise ValueError(_("Cette date n’existe pas dans le calendrier.")) from None
    if not EARLIEST <= value <= LATEST:
        raise ValueError(_("L’année doit être entre 1900 et 2100."))
    return value


def parse_money(text: str) -> int:
    """An amount in cents: ``1 234,50``, ``1234.5``, ``1 234,50 €``. Never negative."""
    bare = text.translate(_SPACES).removesuffix("€").removesuffix("EUR").removeprefix("€")
    if re.fullmatch(r"\d{1,3}([.,])\d{3}", bare, re.ASCII):
        raise ValueError(_("Ce montant peut se lire de deux façons : écrivez-le comme 1234,50."))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d{1,2}", bare, re.ASCII):
        bare = bare.replace(".", "")
    if bare.startswith(("-", "−")):
        raise ValueError(_("Le montant ne peut pas être négatif."))
    if not re.fullmatch(r"\d+([.,]\d{0,2})?|[.,]\d{1,2}", bare, re.ASCII):
        raise ValueError(_("Écrivez le montant en euros, comme 1 234,50."))
    if len(bare) > 15:
        raise ValueError(_("Ce montant est trop grand."))
    cents = int(Decimal(bare.replace(",", ".")) * 100)
    if cents > MOST_MONEY:
        raise ValueError(_("Ce montant est trop grand."))
    return cents


_CLOCK = re.compile(r"(\d{1,5})(?:h|:)(\d{0,2})(?:min|mn|m)?", re.ASCII | re.IGNORECASE)
_MINUTES = re.compile(r"(\d{1,6})(?:min|mn)", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"(\d{1,5}(?:[.,]\d{0,2})?|[.,]\d{1,2})(?:h|heures?)?", re.ASCII | re.IGNORECASE)


def parse_hours(text: str) -> int:
    """A duration in minutes: ``7,5`` (hours), ``7h30``, ``7:30``, ``45 min``. Never negative."""
    bare = text.translate(_SPACES)
    minutes: int | None = None
    if found := _CLOCK.fullmatch(bare):
        rest = int(found[2] or 0)
        if rest > 59:
            raise ValueError(_("Il y a 60 minutes dans une heure : écrivez la durée comme 7 h 30 ou 7,5."))
        minutes = int(found[1]) * 60 + rest
    elif found := _MINUTES.fullmatch(bare):
        minutes = int(found[1])
    elif found := _DECIMAL.fullmatch(bare):
        try:
            minutes = round(Decimal(found[1].replace(",", ".")) * 60)
        except InvalidOperation:
            minutes = None
    if minutes is None:
        raise ValueError(_("Écrivez la durée en heures, comme 7,5 ou 7 h 30."))
    if minutes > MOST_HOURS:
        raise ValueError(_("Cette durée est trop longue."))
    return minutes


class DateField(_ParsedField):
    """A day. Browsers send ``2019-03-14``; people type ``14/03/2019``."""

    data: date | None

    def parse(self, text: str) -> date:
        return parse_date(text)

    def show(self, value: date) -> str:
        return value.isoformat()

    @property
    def widget(self) -> Any:
        """The browser's calendar, or a plain input to correct what no calendar could have sent."""
        if self.raw_data and self.raw_data[0] and self.data is None:
            return TextInput()
        return DateInput()

    @widget.setter
    def widget(self, value: Any) -> None:
        """WTForms sets the widget of each field; ours depends on what was typed."""

    def _value(self) -> str:
        return self.show(self.data) if self.data is not None else super()._value()


class MoneyField(_ParsedField):
    """An amount in euros; ``data`` is in cents."""

    data: int | None
    inputmode = "decimal"

    def parse(self, text: str) -> int:
        return parse_money(text)

    def show(self, value: int) -> str:
        return f"{value // 100},{value % 100:02}"


class HoursField(_ParsedField):
    """A duration in hours; ``data`` is in minutes."""

    data: int | None

    def parse(self, text: str) -> int:
        return parse_hours(text)

    def show(self, value: int) -> str:
        whole, rest = divmod(value, 60)
        return f"{whole} h {rest:02}" if rest else f"{whole} h"


def tidy(text: str) -> str:
    """Text as stored: composed letters, unix line ends, no control or direction-override character.

    Emoji, right-to-left letters and their joiners stay.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (
        char
        for char in text
        if char in "\n\t" or not (unicodedata.category(char) in {"Cc", "Cs"} or char in _DIRECTION)
    )
    return "".join(kept).strip()


_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class _Limited:
    """The text is at most ``limit`` characters; the message says by how much it is too long."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"maxlength_hint": limit}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        length = len(field.data or "")
        if length > self.limit:
            raise ValidationError(
                _(
                    "Ce texte a %(length)d caractères ; %(limit)d au plus. Raccourcissez-le : rien n’est perdu.",
                    length=length,
                    limit=self.limit,
                )
            )


class _TidyText(Field):
    data: str | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = tidy(str(valuelist[0])) if valuelist else ""


class TextField(_TidyText, StringField):
    """One line of text, of at most ``max_length`` characters."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        max_length: int = SHORT_TEXT,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, [*validators, _Limited(max_length)], **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = re.sub(r"\s*\n\s*", " ", self.data or "")


class LongTextField(_TidyText, TextAreaField):
    """Several lines of text, of at most ``max_length`` characters."""

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        max_length: int = LONG_TEXT,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, [*validators, _Limited(max_length)], **kwargs)


__all__ = [
    "BaseForm",
    "DataRequired",
    "DateField",
    "HoursField",
    "InputRequired",
    "Length",
    "LongTextField",
    "MoneyField",
    "Optional",
    "TextField",
    "apply_refusal",
    "parse_date",
    "parse_hours",
    "parse_money",
    "required",
    "tidy",
]
