"""The families' dossiers, opened and followed as staff would, up to the day a dwelling is found."""

from __future__ import annotations

from itertools import cycle
from random import Random

from sqlalchemy import select

from intranet.access import Actor
from intranet.demo.days import on, working_days_ago
from intranet.demo.families import LEFT, SEED, Family, draw_families
from intranet.demo.people import Cast
from intranet.dossiers import service as dossiers
from intranet.dossiers.commands import Diagnose, HouseholdFields, Leave, OpenDossier
from intranet.dossiers.models import Dossier, DossierState, LeavingReason
from intranet.extensions import db
from intranet.organisations.models import Pole, Site

EXPLANATIONS = (
    "Situation stable depuis six mois, projet de logement clair, envie d’apprendre à bricoler.",
    "Famille demandeuse, disponible en semaine, prête à suivre les ateliers.",
    "Premier logement autonome : l’accompagnement aux travaux aidera à s’y sentir chez soi.",
    "Besoin d’un logement plus grand ; un proche peut aider pendant le chantier.",
    "Bonne participation aux ateliers collectifs, motivation confirmée en entretien.",
)
NOT_ELIGIBLE = "Solution de logement trouvée par la famille avant la fin de l’évaluation."
NOTES = (
    "Passage à l’atelier peinture : très à l’aise au rouleau.",
    "Rendez-vous pris pour visiter deux résidences du quartier.",
    "Préfère être appelée en fin de journée, après l’école.",
    "A proposé d’aider une autre famille le jour de son chantier.",
    "Demande de logement renouvelée, récépissé classé au dossier papier.",
)
CONTACT = ("", "", "SMS en journée", "appel après 17 h", "par la référente", "en personne, à la résidence")


def load_households() -> None:
    """Open the 94 dossiers, oldest first, then bring each as far as it has come."""
    cast, random = Cast(), Random(SEED)
    poles = {row.code: row.id for row in db.session.execute(select(Pole.code, Pole.id))}
    sites = list(db.session.scalars(select(Site.id).order_by(Site.id)))
    families = list(draw_families())
    opened = []
    for number, family in enumerate(families):
        day = working_days_ago(family.opened)
        with on(day, random.randint(9, 16), random.choice((0, 15, 20, 40))):
            dossier = dossiers.open_dossier(
                cast.follower_of(family.pole),
                OpenDossier(_fields(family, number, poles[family.pole], random.choice(sites), random)),
            )
        opened.append((family, dossier.id))
    notes, reasons = cycle(NOTES), cycle(LEFT)
    for family, dossier_id in opened:
        follow(cast.follower_of(family.pole), family, dossier_id, random)
        if not family.story and random.random() < 0.25:
            with on(working_days_ago(max(1, family.opened // 3)), 16, 30):
                dossiers.add_note(cast.follower_of(family.pole), dossier_id, next(notes))
        if family.reached is DossierState.LEFT:
            _leave(cast.follower_of(family.pole), family, dossier_id, next(reasons))


def _fields(family: Family, number: int, pole_id: int, site_id: int, random: Random) -> HouseholdFields:
    """Phones come from the ranges kept for fiction (06 39 98, 04 65 71)."""
    digits = f"{number * 37 % 100:02d} {number:02d}"
    return HouseholdFields(
        name=family.name,
        pole_id=pole_id,
        phone=f"06 39 98 {digits}" if number % 4 else f"04 65 71 {digits}",
        contact_choice=random.choice(CONTACT),
        adults=family.adults,
        children=family.children,
        children_under_3=family.under_3,
        lone_parent=family.lone_parent,
        site_id=site_id,
    )


def follow(actor: Actor, family: Family, dossier_id: int, random: Random) -> None:
    """Diagnosis, then the housing project, for those who came so far."""
    if family.reached is DossierState.SPOTTED:
        return
    diagnosed = family.opened - random.randint(2, 6)
    eligible = family.reached is not DossierState.LEFT or family.opened % 5 > 0
    with on(working_days_ago(diagnosed), 11):
        dossiers.diagnose(
            actor,
            Diagnose(
                dossier_id,
                _version(dossier_id),
                eligible,
                random.choice(EXPLANATIONS) if eligible else NOT_ELIGIBLE,
            ),
        )
    if family.reached is DossierState.PREPARING:
        with on(working_days_ago(diagnosed - random.randint(5, 20)), 14, 30):
            dossiers.prepare(actor, dossier_id, _version(dossier_id))


def _leave(actor: Actor, family: Family, dossier_id: int, reason: LeavingReason) -> None:
    dossier = db.session.get_one(Dossier, dossier_id)
    if dossier.state is DossierState.LEFT:
        return
    with on(working_days_ago(family.opened // 4), 15) as day:
        dossiers.leave(actor, Leave(dossier_id, dossier.version, reason, day))


def _version(dossier_id: int) -> int:
    return db.session.get_one(Dossier, dossier_id).version
