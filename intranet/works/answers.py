"""From a row's small form to the frozen command, without a field object for each cell."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from intranet.errors import Refused
from intranet.translation import gettext as _
from intranet.web.reading import parse_date
from intranet.works.commands import AnswerLine
from intranet.works.terms import Answer, Holder, Payer

C = TypeVar("C", Holder, Payer, Answer)


def read_answer(form: MultiDict[str, str], line_id: int) -> AnswerLine:
    """The answer typed at a line. ``Refused`` names what cannot be read."""
    answer = _one_of(Answer, form.get("answer", ""), "answer")
    if answer is not Answer.COUNTERED:
        return AnswerLine(
            line_id,
            form.get("digest", ""),
            answer,
            comment=form.get("comment", ""),
            seen=form.get("seen", ""),
            consents="consents" in form,
        )
    holder = _one_of(Holder, form.get("holder", ""), "counter_holder")
    return AnswerLine(
        line_id,
        form.get("digest", ""),
        answer,
        counter_holder=holder,
        counter_share_pct=_share(form.get("share", "")) if holder is Holder.SHARED else None,
        counter_payer=_one_of(Payer, form.get("payer", ""), "counter_payer"),
        counter_due_on=_day(form.get("due", "")),
        comment=form.get("comment", ""),
        seen=form.get("seen", ""),
        consents="consents" in form,
    )


def _one_of(values: type[C], text: str, field: str) -> C:
    try:
        return values(text)
    except ValueError:
        raise _unknown(field) from None


def _unknown(field: str) -> Refused:
    return Refused("form.choice", _("Ce choix n’existe pas. Choisissez dans la liste."), field=field)


def _share(text: str) -> int:
    """A per cent between 1 and 99, with or without its sign."""
    digits = text.replace("%", "").strip()
    if not digits.isdecimal() or not 1 <= int(digits) <= 99:
        raise Refused(
            "form.share",
            _("Indiquez la part de la famille : un nombre entier de 1 à 99."),
            field="counter_share_pct",
        )
    return int(digits)


def _day(text: str) -> date | None:
    """The day offered for the bailleur's part; nothing typed leaves the line's own."""
    try:
        return parse_date(text.strip()) if text.strip() else None
    except ValueError as error:
        raise Refused("form.date", str(error), field="counter_due_on") from None
