"""What the core holds about a household, in words: its right of access (RGPD, art. 15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select

from intranet.accounts.models import User
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier, DossierNote, Dwelling, Household
from intranet.dossiers.wordings import LEAVING, STATES
from intranet.extensions import db
from intranet.organisations.models import Pole, Site
from intranet.plugin_api import PersonalData
from intranet.privacy.erasing import dossiers_of
from intranet.privacy.terms import Said
from intranet.privacy.works import contracted, negotiated, on_site
from intranet.timeline.models import TimelineEntry
from intranet.timeline.wordings import sentence
from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.web.formatting import day, instant


def held(household: Household) -> list[PersonalData]:
    """Everything, told by what it is. As many statements whatever there is."""
    dossiers = dossiers_of(household)
    parts = (
        _family(household),
        _dossiers(dossiers),
        _notes(dossiers),
        negotiated(dossiers),
        contracted(dossiers),
        on_site(dossiers),
        _files(dossiers),
        _story(dossiers),
    )
    return [PersonalData(label, value) for part in parts for label, value in part if value]


def _rows(statement: Any) -> Any:
    return db.session.execute(statement).all()


def _family(household: Household) -> Iterator[Said]:
    yield _("Nom"), household.name
    yield _("Téléphone"), household.phone
    yield _("Courriel"), household.email
    yield _("Contact choisi"), household.contact_choice
    people = ngettext("%(num)d adulte", "%(num)d adultes", household.adults)
    children = ngettext("%(num)d enfant", "%(num)d enfants", household.children)
    small = _("dont %(num)d de moins de 3 ans", num=household.children_under_3)
    yield _("Composition"), ", ".join([people, children, *([small] if household.children_under_3 else [])])
    yield _("À savoir"), _("Parent seul") if household.lone_parent else ""
    yield _("Pôle"), db.session.scalar(select(Pole.name).where(Pole.id == household.pole_id)) or ""
    yield _("Site"), db.session.scalar(select(Site.name).where(Site.id == household.site_id)) or ""


def _dossiers(dossiers: Select[int]) -> Iterator[Said]:
    statement = (
        select(Dossier, Dwelling.address, Dwelling.town)
        .outerjoin(Dwelling, Dwelling.id == Dossier.dwelling_id)
        .where(Dossier.id.in_(dossiers))
        .order_by(Dossier.id)
    )
    for dossier, address, town in _rows(statement):
        yield (
            _("Dossier %(number)s", number=dossier.number),
            f"{STATES[dossier.state].label}, {day(dossier.opened_on)}",
        )
        yield _("Logement"), f"{address}, {town}" if address else ""
        yield _("Attribué le"), day(dossier.allocated_on)
        yield _("Entrée dans les lieux"), day(dossier.entry_on)
        yield _("Adhésion"), day(dossier.joined_on)
        yield _("Visite commune"), day(dossier.visited_on)
        yield _("Raison du départ"), str(LEAVING[dossier.left_reason]) if dossier.left_reason else ""


def _notes(dossiers: Select[int]) -> Iterator[Said]:
    statement = (
        select(DossierNote.at, User.name, DossierNote.text)
        .join(User, User.id == DossierNote.author_id)
        .where(DossierNote.dossier_id.in_(dossiers))
        .order_by(DossierNote.at)
    )
    for at, author, text in _rows(statement):
        yield _("Note de l’équipe"), f"{instant(at)}, {author} : {text}"


def _files(dossiers: Select[int]) -> Iterator[Said]:
    statement = select(Document.name, Document.uploaded_at).where(Document.dossier_id.in_(dossiers))
    for name, at in _rows(statement.order_by(Document.id)):
        yield _("Fichier"), f"{name}, {day(at)}"


def _story(dossiers: Select[int]) -> Iterator[Said]:
    statement = select(TimelineEntry).where(TimelineEntry.dossier_id.in_(dossiers)).order_by(TimelineEntry.id)
    for entry in db.session.scalars(statement):
        facts = {**entry.data, "from_state": entry.from_state, "to_state": entry.to_state}
        said = f"{instant(entry.at)}, {entry.actor_name} {sentence(entry.kind, facts)}"
        yield _("Historique"), f"{said} ({entry.reason})" if entry.reason else said
