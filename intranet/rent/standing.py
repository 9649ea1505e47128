"""The digest kept beside a clause follows the wording of its lines, so that lists know whose consent still holds."""

from __future__ import annotations

from sqlalchemy import update

from intranet.extensions import db
from intranet.rent.models import RentOffset
from intranet.rent.offsets import offset_of


def restate(split_id: int) -> None:
    """Write down the digest of the clause as its lines are worded now. Does not commit.

    The end of each command that rewords or removes a line. By columns: who writes the clause meanwhile has not been
    overtaken, its figures are the same. One statement when nothing comes off the rent.
    """
    db.session.flush()
    offset = offset_of(split_id)
    if offset is not None:
        db.session.execute(
            update(RentOffset).where(RentOffset.id == offset.id).values(digest=offset.digest),
            execution_options={"synchronize_session": False},
        )
