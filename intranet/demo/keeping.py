"""What is promised and kept: more time for a bailleur that asked, and its commitments, done, confirmed or late."""

from __future__ import annotations

import io
from datetime import date, timedelta

from sqlalchemy import Row, select

from intranet.chantiers.models import Chantier
from intranet.chantiers.terms import ChantierState, Moment
from intranet.commitments import service as commitments
from intranet.commitments.commands import Confirm, MarkDone
from intranet.commitments.models import Commitment
from intranet.demo.days import days_ago, on
from intranet.demo.papers import send
from intranet.demo.people import Cast
from intranet.demo.pictures import Room, draw_room
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.works import service as splits
from intranet.works.commands import GrantTime
from intranet.works.models import Split
from intranet.works.terms import Side, SplitState

OVER = (ChantierState.FINISHED, ChantierState.HANDED_OVER)
NOTES = ("Fait par notre entreprise, contrôlé le jour même.", "Terminé ce matin. La facture suivra.")


def load_keeping() -> None:
    """More time for the answer waited for longest; then what became of the bailleurs' works."""
    cast = Cast()
    _give_time(cast)
    promised = db.session.execute(
        select(Commitment.id, Commitment.due_on, Chantier.state, Organisation.name)
        .join(Organisation, Organisation.id == Commitment.bailleur_id)
        .outerjoin(Chantier, Chantier.contract_id == Commitment.contract_id)
        .where(Commitment.withdrawn_on.is_(None))
        .order_by(Commitment.id)
    ).all()
    late = 0
    for row in promised:
        if row.state in OVER:
            _do(cast, row, confirmed=True)
        elif row.due_on < days_ago(2):
            late += 1
            if late % 2:
                _do(cast, row, confirmed=False)


def _give_time(cast: Cast) -> None:
    waiting = db.session.scalars(
        select(Split).where(Split.state == SplitState.PROPOSED).order_by(Split.turn_since, Split.id)
    ).first()
    if waiting is None:
        return
    with on(days_ago(1), 15):
        splits.grant_time(
            cast.coordination,
            GrantTime(
                waiting.id,
                waiting.version,
                days_ago(-20),
                "L’agence déménage : elle a demandé par téléphone deux semaines de plus.",
            ),
        )


def _do(cast: Cast, row: Row[int, date, ChantierState, str], *, confirmed: bool) -> None:
    """The agent says it is done, with a picture; somebody confirms three days later, the family every other time."""
    day = min(row.due_on, days_ago(5)) if confirmed else days_ago(1)
    drawn = draw_room(Room("kitchen", row.id), Moment.AFTER)
    with on(day, 16):
        done = commitments.mark_done(
            cast.agent_of(row.name),
            MarkDone(row.id, _version(row.id), day, NOTES[row.id % 2]),
            send(io.BytesIO(drawn), "travaux.jpg"),
        )
    if confirmed:
        with on(day + timedelta(days=3), 11):
            side = Side.HOUSEHOLD if row.id % 2 else Side.ALC
            commitments.confirm(cast.technical, Confirm(done.id, _version(done.id), side))


def _version(commitment_id: int) -> int:
    return db.session.get_one(Commitment, commitment_id, populate_existing=True).version
