"""Contracts of the demonstration: established, signed with strokes that no hand drew, sealed."""

from __future__ import annotations

import math
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import select

from intranet.access import Actor
from intranet.demo.days import on, working_days_ago
from intranet.demo.housed import Path
from intranet.demo.people import COMPAGNONS
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.signatures.commands import Draw, Signer
from intranet.signatures.finishing import seal_contract
from intranet.signatures.queries import document_digest
from intranet.signatures.rules import PAD_HEIGHT, PAD_WIDTH, Strokes, needed_sides
from intranet.signatures.service import sign_drawn
from intranet.works import contract as contracts
from intranet.works.commands import IssueContract
from intranet.works.terms import Side

ADDRESS = "192.0.2.18"  # of the range kept for examples
POINTS = 70


SUPPORT_TECHNICAL = (
    "L’animateur technique des Compagnons Bâtisseurs est présent chaque jour de chantier ; "
    "outils et protections sont prêtés."
)
SUPPORT_VOLUNTEERS = "Des voisins de la résidence se sont proposés pour le samedi, outils prêtés par ALC."
INSURANCE = "Mutuelle des Trois Corniches, multirisque habitation, attestation remise"
SUPPORT_SOCIAL = "La référente passe une fois par semaine et reste joignable aux heures de bureau."
SIX_WEEKS = timedelta(weeks=6)


def issue(path: Path, days: int, first: date | None = None) -> None:
    """The contract is established, and its document made. ``first``: the day its works are to begin."""
    with on(working_days_ago(days), 9, 30) as day:
        split = path.split
        contracts.issue(
            path.follower,
            IssueContract(
                split.id,
                SUPPORT_TECHNICAL,
                SUPPORT_SOCIAL,
                starts_on=first or day + timedelta(days=12),
                ends_on=(first or day + timedelta(days=12)) + SIX_WEEKS,
                partner_id=db.session.scalars(
                    select(Organisation.id).where(Organisation.name == COMPAGNONS)
                ).one(),
                support_volunteers=SUPPORT_VOLUNTEERS,
                insurance=INSURANCE,
                insured_until=day + timedelta(days=300),
                image_consent=None if path.family.under_3 else True,
            ),
        )
    with on(working_days_ago(days), 9, 31):
        contracts.render({"contract_id": path.contract.id})  # the worker's part: nobody signs before it


def sign(path: Path, days: int, first: date | None = None) -> None:
    """The contract is established, then signed by household, bailleur, ALC and partner over five days."""
    issue(path, days, first)
    for later, side, who in (
        (1, Side.HOUSEHOLD, path.follower),  # the family signs on her phone
        (2, Side.ALC, path.cast.coordination),
        (4, Side.BAILLEUR, path.agent),
        (5, Side.PARTNER, path.cast.animator),
    ):
        if side in needed_sides(path.contract.lines):
            with on(working_days_ago(days - later), 16):
                sign_for(who, path.contract.id, side, path.family.name)
    with on(working_days_ago(days - 5), 16, 1):
        seal_contract({"contract_id": path.contract.id})  # the worker's part


def sign_for(actor: Actor, contract_id: int, side: Side, family: str) -> None:
    """``actor`` signs for her side, or has the family sign on her screen. Inside ``on``."""
    name = family if side is Side.HOUSEHOLD else actor.name
    signer = Signer(contract_id, side, name, document_digest(contract_id), ADDRESS)
    sign_drawn(actor, Draw(signer, flourish(name)))


def flourish(name: str) -> Strokes:
    """A signature that looks like one, always the same for a name: loops that run on, then a line below."""
    seed = sha256(name.encode()).digest()
    loops, lean, height = 4 + seed[0] % 4, 0.5 + seed[1] / 320, 70 + seed[2] % 70
    body = []
    for step in range(POINTS):
        along = step / (POINTS - 1)
        turn = along * loops * math.tau
        fade = 1 - 0.6 * along + 0.25 * math.sin(along * (3 + seed[3] % 5) * math.pi)
        x = 140 + 620 * along + 45 * math.sin(turn + lean)
        y = 190 - height * fade * math.cos(turn) + (seed[4] % 30) * math.sin(along * 7)
        body.append([_within(x, PAD_WIDTH), _within(y, PAD_HEIGHT)])
    start = 180 + seed[5] % 90
    line = [[start, 310 + seed[6] % 30], [start + 420, 290 + seed[7] % 30]]
    return [body, line]


def _within(value: float, most: int) -> int:
    return min(most, max(0, round(value)))
