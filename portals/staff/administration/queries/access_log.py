"""Who signed in, who tried to, who read what of which dossier or was refused it, who took which table away."""

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

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.accounts.models import SignInAttempt, User
from intranet.database import UtcDateTime
from intranet.dossiers.models import Dossier
from intranet.rows import Statement
from intranet.search.folding import holds
from intranet.timeline.models import AccessLogEntry, TimelineEntry
from portals.staff.administration.queries.paging import Asked, page

KINDS = SIGN_IN, READ, REFUSED, EXPORT = "sign_in", "read", "refused", "export"


def _attempts() -> Statement:
    return select(
        SignInAttempt.at,
        SignInAttempt.outcome.label("what"),
        func.coalesce(User.name, SignInAttempt.email).label("who"),
        literal("").label("side"),
        cast(null(), String).label("detail"),
        SignInAttempt.address,
    ).outerjoin(User, User.id == SignInAttempt.user_id)


def _readings(scope: Scope, refused: bool) -> Statement:
    """What was read, or refused, of the dossiers that the person may read: a protected one is not told by its log."""
    statement = (
        select(
            AccessLogEntry.at,
            (literal(REFUSED if refused else READ) + "." + AccessLogEntry.subject).label("what"),
            AccessLogEntry.who,
            AccessLogEntry.side,
            Dossier.number.label("detail"),
            literal("").label("address"),
        )
        .join(Dossier, Dossier.id == AccessLogEntry.dossier_id)
        .where(AccessLogEntry.refused.is_(refused))
    )
    return visible(scope, statement, p.DOSSIER_READ, Dossier)


def _exports() -> Statement:
    return select(
        TimelineEntry.at,
        (literal(EXPORT) + "." + TimelineEntry.data["name"].as_string()).label("what"),
        TimelineEntry.actor_name.label("who"),
        TimelineEntry.side,
        literal("").label("detail"),
        literal("").label("address"),
    ).where(TimelineEntry.kind == "core.exported")


def _log(scope: Scope, asked: Asked) -> Any:
    """Attempts to sign in, readings, refusals and exports as one table ``at, what, who, side, detail, address``."""
    kinds = {
        SIGN_IN: _attempts(),
        READ: _readings(scope, refused=False),
        REFUSED: _readings(scope, refused=True),
        EXPORT: _exports(),
    }
    chosen = next((kind for kind in KINDS if kind in asked), None)
    parts = [kinds[chosen]] if chosen else list(kinds.values())
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


def access_log(scope: Scope, asked: Asked) -> Statement:
    """The access log, the newest first, a page at a time."""
    log = _log(scope, asked)
    return page(
        select(log.c.at, log.c.what, log.c.who, log.c.side, log.c.detail, log.c.address).order_by(
            log.c.at.desc(), log.c.who, log.c.what
        )
    )


def access_log_count(scope: Scope, asked: Asked, most: int) -> Statement:
    """How many entries, counted up to one more than ``most``."""
    return select(func.count()).select_from(select(_log(scope, asked).c.at).limit(most + 1).subquery())
