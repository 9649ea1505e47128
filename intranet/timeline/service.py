"""Writing the history: what a command did, recorded in its own transaction and told after its commit.

Every command ends the same way: change, ``record``, then ``commit`` once.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, event, insert, inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from intranet.access import Actor, GuestRole, OrganisationKind, registry
from intranet.database import Model, UtcDateTime, now
from intranet.dossiers.models import Dossier
from intranet.errors import Stale
from intranet.extensions import db
from intranet.plugin_api import Event
from intranet.rows import write
from intranet.timeline.models import TimelineEntry
from intranet.translation import gettext as _

SIDES = {
    OrganisationKind.ASSOCIATION: "alc",
    OrganisationKind.BAILLEUR: "bailleur",
    OrganisationKind.WORKS_PARTNER: "partner",
}
"""The side of each kind of organisation; any other kind is its own side, named after it."""

GUEST_SIDES = {GuestRole.AGENT: "bailleur", GuestRole.HOUSEHOLD: "household"}
"""The side of those who have no account."""

NEVER_RECORDED = frozenset({"version", "password_hash", "totp_secret", "totp_last_step"})

_PENDING = "intranet.timeline.pending"
_INSERT = insert(TimelineEntry).values(
    {
        column.name: bindparam(f"new_{column.name}")
        for column in TimelineEntry.__table__.columns
        if column.name != "id"
    }
)
# The columns of the core, not the object: being moved up a list is not an edit of the dossier.
_TOUCH = (
    update(Dossier)
    .where(Dossier.id == bindparam("of_dossier"))
    .values(changed_at=bindparam("moved_at", type_=UtcDateTime()))
)


def record(
    kind: str,
    *,
    actor: Actor | None,
    subject: str,
    subject_id: int,
    dossier_id: int | None = None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    audience: Iterable[str] = ("alc",),
) -> None:
    """Add a row to the history, in the current transaction. ``actor`` is ``None`` when the clock did it.

    ``audience`` holds the sides that may read it. The dossier's ``changed_at`` moves with it. The event is
    told to plugins only by ``commit``, and forgotten by a rollback.
    """
    at = now()
    plain = {key: _plain(value) for key, value in (data or {}).items()}
    write(
        _INSERT,
        new_at=at,
        new_kind=kind,
        new_actor_id=actor.author_id if actor else None,
        new_actor_name=actor.name if actor else "",
        new_side=side_name(actor) if actor else "",
        new_dossier_id=dossier_id,
        new_subject=subject,
        new_subject_id=subject_id,
        new_from_state=from_state,
        new_to_state=to_state,
        new_reason=reason,
        new_data=plain,
        new_audience=f" {' '.join(audience)} ",
    )
    if dossier_id is not None:
        write(_TOUCH, of_dossier=dossier_id, moved_at=at)
    db.session.info.setdefault(_PENDING, []).append(
        Event(
            kind=kind,
            at=at,
            actor_id=actor.author_id if actor else None,
            dossier_id=dossier_id,
            subject=subject,
            subject_id=subject_id,
            from_state=from_state,
            to_state=to_state,
            reason=reason,
            data=plain,
        )
    )


def side_name(actor: Actor) -> str:
    """The side of a person as the history names it."""
    kind, role = actor.scope
    return GUEST_SIDES[role] if isinstance(role, GuestRole) else SIDES.get(kind, kind.value)


def commit() -> None:
    """Commit the transaction, then tell ``on_event`` what was recorded in it.

    Raises ``Stale`` when another transaction changed the same object first. What listens to an event cannot
    undo it: its errors are logged with their owner and stop nobody else.
    """
    try:
        db.session.commit()
    except StaleDataError as error:
        db.session.rollback()
        raise Stale(
            _("Quelqu’un d’autre vient d’enregistrer une modification. Rien n’a été écrasé.")
        ) from error
    events = db.session.info.pop(_PENDING, ())
    for happened in events:
        registry().emit(happened)


@event.listens_for(Session, "after_rollback")
def _forget_pending(session: Session) -> None:
    session.info.pop(_PENDING, None)


def field_changes(obj: Model) -> dict[str, tuple[Any, Any]]:
    """What the next flush would change on ``obj``: column → (old, new). Empty for an object not yet stored.

    ``obj`` must have been read in this transaction: the old value of a column never read is not known.
    Call it before the flush and give it to ``record`` as ``data={"changes": field_changes(obj)}``. Secrets and
    the version counter are left out.
    """
    state = inspect(obj)
    if not state.persistent:
        return {}
    changes: dict[str, tuple[Any, Any]] = {}
    for column in state.mapper.column_attrs:
        if column.key in NEVER_RECORDED:
            continue
        history = state.attrs[column.key].history
        if not history.added:
            continue
        old = history.deleted[0] if history.deleted else None
        new = history.added[0]
        if old != new:
            changes[column.key] = (old, new)
    return changes


def _plain(value: Any) -> Any:
    """``value`` in terms JSON knows: enumerations by value, dates in ISO, decimals as text."""
    match value:
        case enum.Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)
