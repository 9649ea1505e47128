"""Commitments for tests, made by a contract that everyone really signed."""

from __future__ import annotations

import io
from datetime import date

from PIL import Image
from sqlalchemy import select

from intranet.access import Actor
from intranet.commitments import service
from intranet.commitments.commands import MarkDone
from intranet.commitments.models import Commitment
from intranet.database import writing
from intranet.dossiers.models import Dossier
from intranet.extensions import db
from intranet.testing.files import received
from intranet.testing.works import bring_split, make_split
from intranet.works.commands import AddLine
from intranet.works.service import add_line
from intranet.works.terms import Holder, Need, Payer, SplitState

SINK, WALL = "Remplacer l’évier", "Refaire le mur"


def make_commitments(
    alc: Actor, dossier: Dossier, due_on: date | None = None
) -> tuple[Commitment, Commitment]:
    """A signed contract with one line of the family, one of the bailleur and one they share; the last two."""
    split_id = make_split(dossier, lines=1).id
    with writing():
        for label, holder, share in ((SINK, Holder.BAILLEUR, None), (WALL, Holder.SHARED, 40)):
            add_line(
                alc,
                AddLine(
                    split_id,
                    "Cuisine",
                    Need.NEEDED,
                    label=label,
                    holder=holder,
                    tenant_share_pct=share,
                    materials_payer=Payer.BAILLEUR,
                    due_on=due_on,
                ),
            )
    bring_split(split_id, SplitState.SIGNED)
    found = commitments_of(dossier.id)
    return found[SINK], found[WALL]


def commitments_of(dossier_id: int) -> dict[str, Commitment]:
    """Those alive, by their works, as the database has them now."""
    alive = select(Commitment).where(Commitment.dossier_id == dossier_id, Commitment.withdrawn_on.is_(None))
    return {each.label: each for each in db.session.scalars(alive.execution_options(populate_existing=True))}


def reread(commitment: Commitment) -> Commitment:
    """The commitment as the database has it now."""
    return db.session.get_one(Commitment, commitment.id, populate_existing=True)


def a_photo() -> io.BytesIO:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (8, 6), "white").save(file, "JPEG")
    file.seek(0)
    return file


def say_done(agent: Actor, commitment: Commitment, done_on: date, note: str = "") -> Commitment:
    """The bailleur's agent says it is done, with a picture."""
    command = MarkDone(commitment.id, reread(commitment).version, done_on, note)
    with writing():
        return service.mark_done(agent, command, received(a_photo(), "evier.jpg"))
