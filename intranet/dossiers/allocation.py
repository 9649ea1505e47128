"""Dwellings: recorded by hand or together with an allocation. Référent, coordinator."""

from __future__ import annotations

import re
from dataclasses import asdict

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.chantiers.findings import follow_finding
from intranet.dossiers.commands import Allocate, DwellingFields
from intranet.dossiers.dates import refuse_future, today
from intranet.dossiers.loading import take_dwelling
from intranet.dossiers.models import Dossier, Dwelling
from intranet.dossiers.search import index_dossier, index_dwelling
from intranet.dossiers.terms import Survey
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked, clean
from intranet.organisations.models import Organisation
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.facts import dwelling_facts
from intranet.works.service.reassessing import hold_splits

KINDS = ("T1", "T2", "T3", "T4", "T5", "T6")
DPE_CLASSES = ("A", "B", "C", "D", "E", "F", "G")
OLDEST_PERMIT = 1700
POSTCODE = re.compile(r"\d{5}", re.ASCII)


def _check(fields: DwellingFields, known: str = "") -> None:
    """What must hold of a dwelling, whoever typed it. ``known``: the postcode that is kept already."""
    if not fields.address.strip():
        raise Refused("dwelling.address", _("Indiquez l’adresse du logement."), field="address")
    if not POSTCODE.fullmatch(fields.postcode) and fields.postcode != known:
        raise Refused(
            "dwelling.postcode", _("Le code postal a cinq chiffres, comme 06300."), field="postcode"
        )
    if fields.kind not in KINDS:
        raise Refused("dwelling.kind", _("Choisissez le type, de T1 à T6."), field="kind")
    if fields.dpe_class and fields.dpe_class not in DPE_CLASSES:
        raise Refused("dwelling.dpe", _("La classe énergie va de A à G."), field="dpe_class")
    if fields.surface_m2 is not None and not 5 <= fields.surface_m2 <= 999:
        raise Refused("dwelling.surface", _("La surface se compte entre 5 et 999 m²."), field="surface_m2")
    if fields.permit_year is not None and not OLDEST_PERMIT <= fields.permit_year <= today().year:
        raise Refused(
            "dwelling.permit_year",
            _(
                "L’année du permis de construire doit être comprise entre %(first)s et aujourd’hui.",
                first=OLDEST_PERMIT,
            ),
            field="permit_year",
        )
    for name, survey, day in (
        ("asbestos_on", fields.asbestos, fields.asbestos_on),
        ("lead_on", fields.lead, fields.lead_on),
    ):
        if day is not None:
            refuse_future(day, field=name)
            if survey is Survey.MISSING:
                raise Refused(
                    "dwelling.report", _("Une date est donnée mais le rapport est dit absent."), field=name
                )
    bailleur = db.session.get(Organisation, fields.bailleur_id)
    if bailleur is None or bailleur.kind is not OrganisationKind.BAILLEUR:
        raise Refused("dwelling.bailleur", _("Choisissez un bailleur."), field="bailleur_id")


def _write(dwelling: Dwelling, fields: DwellingFields) -> None:
    _check(fields, dwelling.postcode)
    limits = {"address": 255, "postcode": 10, "town": 80, "floor": 40}
    for name, value in asdict(fields).items():
        text = name in limits
        setattr(dwelling, name, checked(value, limits[name], field=name, multiline=False) if text else value)


def _insert(fields: DwellingFields) -> Dwelling:
    dwelling = Dwelling()
    _write(dwelling, fields)
    db.session.add(dwelling)
    db.session.flush()
    index_dwelling(dwelling)
    return dwelling


def put_dwelling(actor: Actor, command: Allocate) -> Dwelling:
    """The dwelling an allocation names, or the new one it describes. Does not commit."""
    if command.dwelling is not None:
        require_may(actor, p.DWELLING_MANAGE)
        return _insert(command.dwelling)
    if command.dwelling_id is None:
        raise Refused(
            "dossier.dwelling_missing", _("Choisissez un logement, ou décrivez-le."), field="dwelling_id"
        )
    return take_dwelling(command.dwelling_id)


def record_dwelling(actor: Actor, fields: DwellingFields) -> Dwelling:
    """Record a dwelling that a bailleur offers, before anyone is given it.

    The same address, floor and kind sent twice (a double click) is the same dwelling.
    """
    require_may(actor, p.DWELLING_MANAGE)
    same = db.session.scalar(
        select(Dwelling)
        .where(
            Dwelling.bailleur_id == fields.bailleur_id,
            Dwelling.address == clean(fields.address, 255, field="address", multiline=False),
            Dwelling.floor == clean(fields.floor, 40, field="floor", multiline=False),
            Dwelling.kind == fields.kind,
        )
        .limit(1)
    )
    if same is not None:
        return same
    dwelling = _insert(fields)
    _tell("dwelling.recorded", actor, dwelling)
    commit()
    return dwelling


def change_dwelling(actor: Actor, dwelling_id: int, version: int, fields: DwellingFields) -> Dwelling:
    """Correct a dwelling. Its bailleur stays once a household has been given it.

    What becomes known of its safety is followed at once by its splits and its chantiers, and told to those concerned.
    """
    require_may(actor, p.DWELLING_MANAGE)
    hold_splits(dwelling_id)
    dwelling = take_dwelling(dwelling_id, version)
    known = dwelling_facts(dwelling)
    dossiers = list(db.session.scalars(select(Dossier.id).where(Dossier.dwelling_id == dwelling.id)))
    if dossiers and fields.bailleur_id != dwelling.bailleur_id:
        raise Refused(
            "dwelling.bailleur_fixed",
            _("Un ménage a reçu ce logement : son bailleur ne peut plus changer."),
            field="bailleur_id",
        )
    _write(dwelling, fields)
    db.session.flush()
    index_dwelling(dwelling)
    for dossier_id in dossiers:
        index_dossier(dossier_id)
    _tell("dwelling.changed", actor, dwelling)
    follow_finding(actor, dwelling, known)
    commit()
    return dwelling


def _tell(kind: str, actor: Actor, dwelling: Dwelling) -> None:
    record(
        kind,
        actor=actor,
        subject="dwelling",
        subject_id=dwelling.id,
        data={"address": dwelling.address},
        audience=("alc", "bailleur"),
    )
