"""Forms: what people type, turned into values, with messages that say what to write instead.

A form knows no session and decides nothing: a view builds a command from it, the service decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms import RadioField as AnyRadioField
from wtforms import SelectField as AnySelectField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # its types are those of WTForms 3.2
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import DateInput, NumberInput, TextInput

from intranet.errors import Refused, Stale
from intranet.freetext import tidy, unprintable_words
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.reading import parse_count, parse_date, parse_hours, parse_money, parse_surface

SHORT_TEXT = 200
LONG_TEXT = 4000
Choices = Sequence[tuple[Any, ...]] | dict[str, Any]


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
    """Show a service's refusal at the field it names, else at the top of the form, with what changed meanwhile."""
    if isinstance(refused, Stale):
        form.changes = refused.changes
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


class SurfaceField(_ParsedField):
    """A surface; ``data`` is in square metres."""

    data: Decimal | None
    inputmode = "decimal"

    def parse(self, text: str) -> Decimal:
        return parse_surface(text)

    def show(self, value: Decimal) -> str:
        return f"{value.normalize():f}".replace(".", ",")


class IntegerField(_ParsedField):
    """A whole number: a count, a year, a share in per cent."""

    data: int | None
    inputmode = "numeric"
    widget = NumberInput()

    def parse(self, text: str) -> int:
        return parse_count(text)

    def show(self, value: int) -> str:
        return str(value)


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
    multiline = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = tidy(str(valuelist[0]), multiline=self.multiline) if valuelist else ""
        if why := unprintable_words(self.data):
            raise ValueError(why)


class TextField(_TidyText, StringField):
    """One line of text, of at most ``max_length`` characters."""

    multiline = False

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        max_length: int = SHORT_TEXT,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, [*validators, _Limited(max_length)], **kwargs)


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


class _OneOf(AnySelectField):
    """One of ``choices``: pairs of the value sent and the words shown, or lists of such pairs by heading.

    A third part, if any, holds attributes of the option.
    """

    choices: Choices | None

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., Any]] = (),
        *,
        choices: Choices | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, [*validators], **kwargs)
        self.choices = choices

    def iter_choices(self) -> Any:
        return [choice for _heading, group in self.iter_groups() for choice in group]

    def has_groups(self) -> bool:
        return isinstance(self.choices, dict)

    def iter_groups(self) -> Any:
        groups = self.choices if isinstance(self.choices, dict) else {"": self.choices or ()}
        return [(heading, [self._choice(*pair) for pair in pairs]) for heading, pairs in groups.items()]

    def _choice(self, value: Any, words: Any, attributes: Any = None) -> Any:
        return Choice(value, words, self.coerce(value) == self.data, attributes or {})


class SelectField(_OneOf):
    """One of several, in a list that opens."""


class RadioField(_OneOf, AnyRadioField):
    """One of a few, all in sight."""


__all__ = [
    "BaseForm",
    "DataRequired",
    "DateField",
    "HoursField",
    "InputRequired",
    "IntegerField",
    "Length",
    "LongTextField",
    "MoneyField",
    "Optional",
    "RadioField",
    "SelectField",
    "SurfaceField",
    "TextField",
    "apply_refusal",
    "parse_date",
    "parse_hours",
    "parse_money",
    "required",
    "tidy",
]
