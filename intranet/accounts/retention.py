"""How long the traces of accounts are kept (``domain.md`` §6: an access log is kept 6 to 12 months)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from intranet.accounts.models import SignInAttempt, SingleUseLink, UserSession
from intranet.database import now
from intranet.extensions import db
from intranet.timeline.models import AccessLogEntry

ACCESS_LOG = timedelta(days=365)
ENDED = timedelta(days=30)
"""How long after their end sessions and links are kept."""


def sweep(_payload: dict[str, Any]) -> None:
    """The daily job: forget old attempts, readings, ended sessions and spent links."""
    at = now()
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - ACCESS_LOG))
    db.session.execute(delete(AccessLogEntry).where(AccessLogEntry.at < at - ACCESS_LOG))
    db.session.execute(delete(UserSession).where(UserSession.expires_at < at - ENDED))
    db.session.execute(delete(SingleUseLink).where(SingleUseLink.expires_at < at - ENDED))
    db.session.commit()
