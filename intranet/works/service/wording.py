"""The history of a line: every wording it has had is kept, with who wrote it, when and by what act."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import bindparam, func, inspect, select

from intranet.access import Actor
from intranet.clock import now
from intranet.extensions import db
from intranet.works.facts import wording_of
from intranet.works.models import LineWording, WorksLine
from intranet.works.rules import side_of, wording_data
from intranet.works.terms import Side

Act = Literal["added", "changed", "adopted", "dropped", "amended", "reused"]
"""What gives a line a wording. ``amended`` and ``reused`` open a line taken from another split."""

_LAST = select(func.max(LineWording.number)).where(LineWording.line_id == bindparam("line_id"))


def note_wording(line: WorksLine, act: Act, actor: Actor | None) -> LineWording:
    """Keep the line's present wording in its history. Part of the command that wrote it; does not commit.

    Without an ``actor`` it is ALC's doing, nobody's in particular.
    """
    new = not inspect(line).has_identity
    if new:
        db.session.add(line)
    db.session.flush()
    last = None if new else db.session.scalar(_LAST, {"line_id": line.id})
    kept = LineWording(
        line_id=line.id,
        number=(last or 0) + 1,
        digest=line.digest,
        wording=wording_data(wording_of(line)),
        act=act,
        by_id=actor.user_id if actor else None,
        by_name=actor.name if actor else "",
        side=(side_of(actor.scope) if actor else None) or Side.ALC,
        at=now(),
    )
    db.session.add(kept)
    return kept
