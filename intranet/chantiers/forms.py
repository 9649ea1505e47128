"""What a page of a chantier sends, turned into commands. A wrong input is ``Refused`` at its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from intranet.chantiers.commands import (
    AcceptAll,
    AddPhoto,
    AnswerImage,
    EnterHours,
    HandOverTask,
    HoursEntry,
    WriteNote,
)
from intranet.chantiers.terms import HoursRole, Moment, Recognisable
from intranet.errors import Refused
from intranet.translation import gettext as _
from intranet.web.answering import number_sent
from intranet.web.forms import parse_date, parse_hours
from intranet.works.terms import Side

T = TypeVar("T")
Sent = Mapping[str, str]


def _read(sent: Sent, name: str, parse: Callable[[str], T], default: T) -> T:
    text = sent.get(name, "").strip()
    if not text:
        return default
    try:
        return parse(text)
    except ValueError as error:
        raise Refused("form.value", str(error), field=name) from error


def read_day(sent: Sent, name: str) -> date:
    """A day that must be given."""
    found = _read(sent, name, parse_date, None)
    if found is None:
        raise Refused("form.day", _("Indiquez le jour."), field=name)
    return found


def read_optional_day(sent: Sent, name: str) -> date | None:
    """A day, or nothing."""
    return _read(sent, name, parse_date, None)


def read_number(sent: Sent, name: str) -> int:
    """A whole number written by the page itself; 0 for anything else."""
    return number_sent(sent.get(name, ""))


def _choice(kind: Callable[[str], T], text: str) -> T | None:
    try:
        return kind(text)
    except ValueError:
        return None


def hours_from(sent: Sent, chantier_id: int, task_id: int) -> EnterHours:
    """Hours of one task: ``hours_<role>`` and ``person_<role>`` for each role, ``on``, ``client_key``."""
    entries = tuple(
        HoursEntry(
            role,
            _read(sent, f"hours_{role.value}", parse_hours, 0),
            sent.get(f"person_{role.value}", ""),
        )
        for role in HoursRole
    )
    return EnterHours(chantier_id, task_id, read_day(sent, "on"), entries, sent.get("client_key", ""))


def photo_from(sent: Sent, chantier_id: int) -> AddPhoto:
    """A picture's own words; its file is apart."""
    moment = _choice(Moment, sent.get("moment", ""))
    if moment is None:
        raise Refused(
            "photo.moment", _("Dites si la photo est prise avant, pendant ou après."), field="moment"
        )
    return AddPhoto(
        chantier_id=chantier_id,
        moment=moment,
        taken_on=read_day(sent, "taken_on"),
        task_id=read_number(sent, "task_id") or None,
        spot=sent.get("spot", ""),
        caption=sent.get("caption", ""),
        recognisable=_choice(Recognisable, sent.get("recognisable", "")),
    )


def image_from(sent: Sent, chantier_id: int) -> AnswerImage:
    """The family's answer about its image: ``answer`` is ``agreed`` or ``refused``."""
    answer = sent.get("answer", "")
    if answer not in ("agreed", "refused"):
        raise Refused("image.answer", _("Dites si la famille accepte ou refuse."), field="answer")
    return AnswerImage(chantier_id, answer == "agreed", read_optional_day(sent, "on"), sent.get("seen", ""))


def note_from(sent: Sent, chantier_id: int) -> WriteNote:
    """A session note."""
    return WriteNote(chantier_id, read_day(sent, "on"), sent.get("text", ""))


def accept_all_from(sent: MultiDict[str, str], chantier_id: int) -> AcceptAll:
    """What the button of the handover shows as done: ``task``, once for each, is ``id:version``."""
    pairs = (each.partition(":") for each in sent.getlist("task"))
    return AcceptAll(chantier_id, {number_sent(task): number_sent(version) for task, _sign, version in pairs})


def handover_from(sent: Sent, task_id: int) -> HandOverTask:
    """A decision on one task: ``decision`` is ``accept`` or ``reserve``."""
    return HandOverTask(
        task_id=task_id,
        version=read_number(sent, "version"),
        accepted=sent.get("decision") == "accept",
        text=sent.get("text", ""),
        lifted_by=_choice(Side, sent.get("lifted_by", "")),
        due_on=read_optional_day(sent, "due_on"),
    )
