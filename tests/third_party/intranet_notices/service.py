"""Pinning a notice."""

from __future__ import annotations

from intranet.access import require_may
from intranet.extensions import db
from intranet.mail.service import queue_mail
from intranet.plugin_api import Actor
from intranet.timeline.service import commit, record
from intranet_notices.models import Notice

PIN = "notices.pin"


def pin(actor: Actor, text: str, *, dossier_id: int, tell: str) -> Notice:
    """Pin ``text`` for a dossier and write to ``tell``."""
    require_may(actor, PIN)
    notice = Notice(text=text)
    db.session.add(notice)
    db.session.flush()
    record(
        "notices.pinned",
        actor=actor,
        subject="notice",
        subject_id=notice.id,
        dossier_id=dossier_id,
        data={"text": text},
    )
    queue_mail("notices/pinned", to=tell, language="fr", text=text)
    commit()
    return notice
