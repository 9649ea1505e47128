"""What happens on site, day by day: hours and session notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.chantiers.commands import EnterHours, HoursEntry, WriteNote
from intranet.chantiers.loading import take_chantier, task_of
from intranet.chantiers.models import Chantier, Hours, SessionNote, Task
from intranet.chantiers.recording import ON_SITE
from intranet.chantiers.rules import LONGEST_DAY, too_long
from intranet.chantiers.terms import HoursRole
from intranet.clock import today
from intranet.deletion import check_delete
from intranet.dossiers.models import Dossier, Household
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.health_words import checked_note
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _

LONGEST_KEY = 32
LONGEST_NOTE = 4000


def enter_hours(actor: Actor, command: EnterHours) -> None:
    """Enter what each person did on a task on one day. The same ``client_key`` again: nothing is added.

    Raises ``Refused`` for a day before the start or to come, for more than twelve hours a day for one person,
    and when a key comes back with other hours than those it entered.
    """
    require_may(actor, p.CHANTIER_RUN)
    chantier = take_chantier(command.chantier_id)
    task = task_of(chantier, command.task_id)
    key = command.client_key[:LONGEST_KEY]
    entries = [_named(actor, chantier, entry) for entry in command.entries if entry.minutes]
    if not entries:
        raise Refused("hours.none", _("Indiquez au moins une durée."), field="hours")
    if key and _sent_already(chantier, key, task, command.on, entries):
        return
    check_day(chantier, command.on)
    _check_lengths(actor, chantier, command.on, entries)
    db.session.add_all(
        Hours(
            chantier_id=chantier.id,
            task_id=task.id,
            role=entry.role,
            person=entry.person,
            on=command.on,
            minutes=entry.minutes,
            entered_by=actor.user_id,
            client_key=f"{key}:{number}",
        )
        for number, entry in enumerate(entries)
    )
    record(
        "chantier.hours_entered",
        actor=actor,
        subject="task",
        subject_id=task.id,
        dossier_id=chantier.dossier_id,
        data={"task": task.label, "on": command.on, "minutes": sum(entry.minutes for entry in entries)},
        audience=ON_SITE,
    )
    commit()


def remove_hours(actor: Actor, hours_id: int) -> None:
    """Take back an entry made by mistake: one's own, or any for ALC."""
    require_may(actor, p.CHANTIER_RUN)
    chantier_id = db.session.scalar(select(Hours.chantier_id).where(Hours.id == hours_id))
    if chantier_id is None:
        return
    chantier = take_chantier(chantier_id)
    entry = db.session.get(Hours, hours_id)
    if entry is None:
        return
    if actor.scope.kind is not OrganisationKind.ASSOCIATION and entry.entered_by != actor.user_id:
        raise NotAllowed("hours.another", _("Ces heures ont été saisies par quelqu’un d’autre."))
    task = task_of(chantier, entry.task_id)
    check_delete(entry)
    db.session.delete(entry)
    record(
        "chantier.hours_removed",
        actor=actor,
        subject="task",
        subject_id=task.id,
        dossier_id=chantier.dossier_id,
        data={"task": task.label, "on": entry.on, "minutes": entry.minutes},
        audience=ON_SITE,
    )
    commit()


def _named(actor: Actor, chantier: Chantier, entry: HoursEntry) -> HoursEntry:
    """The entry with the name it goes without saying: the tenant's for the family, one's own for one's side."""
    person = checked(entry.person, 80, field="person", multiline=False)
    mine = {OrganisationKind.WORKS_PARTNER: HoursRole.PARTNER, OrganisationKind.ASSOCIATION: HoursRole.ALC}
    if entry.role is HoursRole.ALC and actor.scope.kind is not OrganisationKind.ASSOCIATION:
        raise NotAllowed("hours.alc", _("Les heures d’ALC sont saisies par ALC."))
    if not person and entry.role is HoursRole.FAMILY:
        person = db.session.scalars(
            select(Household.name)
            .join(Dossier, Dossier.household_id == Household.id)
            .where(Dossier.id == chantier.dossier_id)
        ).one()[:80]
    elif not person and mine.get(actor.scope.kind) is entry.role:
        person = actor.name[:80]
    return HoursEntry(entry.role, entry.minutes, person)


def _sent_already(chantier: Chantier, key: str, task: Task, on: date, entries: Iterable[HoursEntry]) -> bool:
    rows = db.session.scalars(
        select(Hours).where(
            Hours.chantier_id == chantier.id, Hours.client_key.startswith(f"{key}:", autoescape=True)
        )
    ).all()
    if not rows:
        return False
    before = sorted((row.task_id, row.on, row.role, row.minutes) for row in rows)
    if before == sorted((task.id, on, entry.role, entry.minutes) for entry in entries):
        return True
    raise Refused(
        "hours.key_used",
        _("Ces heures ont déjà été enregistrées avec d’autres durées. Rouvrez la page, puis recommencez."),
        field="hours",
    )


def check_day(chantier: Chantier, on: date) -> None:
    """``on`` is a day of this chantier: not before its start, not to come."""
    if chantier.started_on is None:
        raise Refused(
            "hours.not_started",
            _("Le chantier n’a pas démarré : les heures se saisissent à partir du premier jour."),
            field="on",
        )
    if on > today():
        raise Refused("hours.future", _("Ce jour n’est pas encore venu."), field="on")
    if on < chantier.started_on:
        raise Refused("hours.before_start", _("Ce jour est avant le début du chantier."), field="on")


def _check_lengths(actor: Actor, chantier: Chantier, on: date, entries: Iterable[HoursEntry]) -> None:
    rows = db.session.execute(
        select(Hours.role, Hours.person, func.sum(Hours.minutes))
        .where(Hours.chantier_id == chantier.id, Hours.on == on)
        .group_by(Hours.role, Hours.person)
    )
    spent: dict[tuple[HoursRole, str], int] = defaultdict(int)
    for role, person, minutes in rows:
        spent[role, person.casefold()] += minutes
    for entry in entries:
        who = (entry.role, entry.person.casefold())
        if entry.minutes < 0 or too_long(entry.minutes, spent[who]):
            raise Refused(
                "hours.too_long",
                _(
                    "%(who)s : plus de %(most)s heures ce jour-là. Si plusieurs personnes ont travaillé, "
                    "saisissez chacune avec son nom.",
                    who=entry.person or _("Cette personne"),
                    most=LONGEST_DAY // 60,
                ),
                field="hours",
            )
        spent[who] += entry.minutes


def write_note(actor: Actor, command: WriteNote) -> SessionNote:
    """Write what happened on a day of works. The same words on the same day again: the first note is returned."""
    require_may(actor, p.CHANTIER_RUN)
    chantier = take_chantier(command.chantier_id)
    text = checked_note(command.text, LONGEST_NOTE, field="text")
    if not text:
        raise Refused("note.empty", _("Écrivez quelques mots."), field="text")
    if command.on > today():
        raise Refused("note.future", _("Ce jour n’est pas encore venu."), field="on")
    twin = db.session.scalar(
        select(SessionNote).where(
            SessionNote.chantier_id == chantier.id,
            SessionNote.author_id == actor.user_id,
            SessionNote.on == command.on,
            SessionNote.text == text,
        )
    )
    if twin is not None:
        return twin
    note = SessionNote(
        chantier_id=chantier.id,
        on=command.on,
        author_id=actor.user_id,
        author_name=actor.name,
        text=text,
    )
    db.session.add(note)
    record(
        "chantier.note_written",
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        data={"on": command.on},
        audience=ON_SITE,
    )
    commit()
    return note
