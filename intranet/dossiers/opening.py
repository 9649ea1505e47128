"""Spotting a household: its dossier, its number, and what is held about it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from intranet import permissions as p
from intranet.access import Actor, Role, require_may
from intranet.database import now
from intranet.dossiers.commands import EditHousehold, HouseholdFields, OpenDossier
from intranet.dossiers.dates import refuse_future, today
from intranet.dossiers.loading import take_dossier, take_household
from intranet.dossiers.models import Dossier, Household
from intranet.dossiers.search import index_dossier
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.organisations.models import Pole
from intranet.phones import checked_phone
from intranet.timeline.models import TimelineEntry
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _

ATTEMPTS = 20
"""Tries at a number before giving up: each loss means that another dossier was opened at that instant."""

DOUBLE_CLICK = timedelta(minutes=2)
LIMITS = {"name": 120, "phone": 32, "email": 254, "contact_choice": 120}
MOST_PEOPLE = 30


def _cleaned(fields: HouseholdFields, known: str = "") -> HouseholdFields:
    """The fields as they may be kept, or ``Refused``. ``known``: the telephone that is kept already."""
    texts: dict[str, Any] = {
        name: checked(getattr(fields, name), limit, field=name, multiline=False)
        for name, limit in LIMITS.items()
    }
    texts["phone"] = checked_phone(texts["phone"], known=known)
    if not texts["name"]:
        raise Refused("household.name", _("Indiquez le nom du ménage."), field="name")
    if not 1 <= fields.adults <= MOST_PEOPLE:
        raise Refused("household.adults", _("Un ménage compte au moins un adulte."), field="adults")
    if not 0 <= fields.children <= MOST_PEOPLE:
        raise Refused("household.children", _("Vérifiez le nombre d’enfants."), field="children")
    if not 0 <= fields.children_under_3 <= fields.children:
        raise Refused(
            "household.children_under_3",
            _(
                "Les enfants de moins de 3 ans sont comptés parmi les enfants : ils ne peuvent pas être plus nombreux."
            ),
            field="children_under_3",
        )
    if fields.lone_parent and (fields.adults != 1 or fields.children == 0):
        raise Refused(
            "household.lone_parent",
            _("Un parent seul : un adulte et au moins un enfant."),
            field="lone_parent",
        )
    return replace(fields, **texts)


def _check_pole(actor: Actor, pole_id: int) -> None:
    """The pôle exists, and is the person's own if her role is confined to one."""
    if actor.pole_id is not None and pole_id != actor.pole_id:
        raise NotAllowed(
            "household.pole", _("Vous n’ouvrez de dossier que dans votre pôle."), field="pole_id"
        )
    if db.session.get(Pole, pole_id) is None:
        raise Refused("household.pole", _("Choisissez un pôle."), field="pole_id")


def _just_opened(actor: Actor, fields: HouseholdFields) -> Dossier | None:
    """The dossier the same person opened a moment ago for the same family: a double click."""
    return db.session.scalar(
        select(Dossier)
        .join(Household, Household.id == Dossier.household_id)
        .join(TimelineEntry, TimelineEntry.dossier_id == Dossier.id)
        .where(
            TimelineEntry.kind == "dossier.opened",
            TimelineEntry.actor_id == actor.user_id,
            TimelineEntry.at > now() - DOUBLE_CLICK,
            Household.name == fields.name,
            Household.phone == fields.phone,
            Household.pole_id == fields.pole_id,
        )
        .limit(1)
    )


def next_number(year: int) -> str:
    """The number after the year's last: ``2018-0042``. It says nothing of the pôle."""
    last = db.session.scalar(
        select(Dossier.number)
        .where(Dossier.number.like(f"{year}-%"))
        .order_by(func.length(Dossier.number).desc(), Dossier.number.desc())
        .limit(1)
    )
    return f"{year}-{int(last.split('-')[1]) + 1 if last else 1:04d}"


def open_dossier(actor: Actor, command: OpenDossier) -> Dossier:
    """Open the dossier of a household that was spotted. Référent (own pôle), coordinator.

    Numbers of a year follow each other without a gap: two people opening at once would take the same one,
    the unique key lets one through and the other takes the next. A référent follows what she opens.
    """
    require_may(actor, p.DOSSIER_CREATE)
    fields = _cleaned(command.household)
    _check_pole(actor, fields.pole_id)
    day = command.opened_on or today()
    refuse_future(day, field="opened_on")
    referent_id = command.referent_id
    if referent_id is None and actor.scope.role is Role.REFERENT:
        referent_id = actor.user_id
    for _attempt in range(ATTEMPTS):
        twin = _just_opened(actor, fields)
        if twin is not None:
            return twin
        try:
            with db.session.begin_nested():
                household = Household(**asdict(fields))
                db.session.add(household)
                db.session.flush()
                dossier = Dossier(
                    number=next_number(day.year),
                    household_id=household.id,
                    opened_on=day,
                    referent_id=referent_id,
                )
                db.session.add(dossier)
        except IntegrityError:
            continue
        break
    else:
        raise Refused("dossier.number", _("Trop de dossiers s’ouvrent au même instant. Réessayez."))
    record(
        "dossier.opened",
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        to_state=dossier.state,
        data={"number": dossier.number},
    )
    index_dossier(dossier.id)
    commit()
    return dossier


def edit_household(actor: Actor, command: EditHousehold) -> Household:
    """Correct what is held about the family; the history keeps the names of the fields, not their values."""
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(command.dossier_id)
    household = take_household(dossier, command.version)
    fields = asdict(_cleaned(command.household, household.phone))
    if fields["pole_id"] != household.pole_id:
        _check_pole(actor, fields["pole_id"])
    changed = [name for name, value in fields.items() if getattr(household, name) != value]
    if not changed:
        return household
    for name in changed:
        setattr(household, name, fields[name])
    db.session.flush()
    record(
        "dossier.household_changed",
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        data={"fields": changed},
    )
    index_dossier(dossier.id)
    commit()
    return household
