"""What the stories left in the outbox: their mails were for invented people, their pictures are wanted."""

from __future__ import annotations

from sqlalchemy import update

from intranet.clock import now
from intranet.database import writing
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import run_due
from intranet.mail.service import JOB as MAIL_JOB


def settle_outbox() -> None:
    """Call every mail of the past sent, then run the rest (thumbnails): the first page shows them."""
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.job == MAIL_JOB, OutboxRow.done_at.is_(None))
        .values(done_at=now(), payload={})
    )
    db.session.commit()
    with writing():
        run_due(limit=500)
