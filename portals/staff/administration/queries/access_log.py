"""Who signed in, who tried to, who opened which dossier."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from intranet.access import Scope
from intranet.accounts.models import SignInAttempt, User
from intranet.database import UtcDateTime
from intranet.dossiers.models import Dossier
from intranet.rows import Statement
from intranet.search.folding import holds
from intranet.timeline.models import DossierRead
from portals.staff.administration.queries.paging import Asked, page

SIGN_IN, READ = "sign_in", "read"


def _log(asked: Asked) -> Any:
    """Attempts to sign in and dossiers opened, as one table ``at, what, who, detail, address``."""
    attempts = select(
        SignInAttempt.at,
        SignInAttempt.outcome.label("what"),
        func.coalesce(User.name, SignInAttempt.email).label("who"),
        cast(null(), String).label("detail"),
        SignInAttempt.address,
    ).outerjoin(User, User.id == SignInAttempt.user_id)
    reads = (
        select(
            DossierRead.first_at.label("at"),
            literal(READ).label("what"),
            User.name.label("who"),
            Dossier.number.label("detail"),
            literal("").label("address"),
        )
        .join(User, User.id == DossierRead.user_id)
        .join(Dossier, Dossier.id == DossierRead.dossier_id)
    )
    parts = {SIGN_IN: [attempts], READ: [reads]}.get(
        next((a for a in asked if a in (SIGN_IN, READ)), ""), [attempts, reads]
    )
    wanted = []
    for part in parts:
        columns = part.selected_columns
        if "q" in asked:
            part = part.where(holds(columns["who"], func.coalesce(columns["detail"], "")))
        if "since" in asked:
            part = part.where(columns["at"] >= bindparam("since", type_=UtcDateTime()))
        if "until" in asked:
            part = part.where(columns["at"] < bindparam("until", type_=UtcDateTime()))
        wanted.append(part)
    return union_all(*wanted).subquery() if len(wanted) > 1 else wanted[0].subquery()


def access_log(_scope: Scope, asked: Asked) -> Statement:
    """The access log, the newest first, a page at a time."""
    log = _log(asked)
    return page(
        select(log.c.at, log.c.what, log.c.who, log.c.detail, log.c.address).order_by(
            log.c.at.desc(), log.c.who, log.c.what
        )
    )


def access_log_count(_scope: Scope, asked: Asked, most: int) -> Statement:
    """How many entries, counted up to one more than ``most``."""
    return select(func.count()).select_from(select(_log(asked).c.at).limit(most + 1).subquery())
