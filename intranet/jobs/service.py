"""The outbox: what must happen after a commit, written in the transaction that decides it.

There is no second queue beside it. A row commits with the change that asked for it or not at all; a worker
takes it by a lease and marks it done, so a worker killed at any instant leaves a row that another finishes.
A job runs at least once: it must be harmless when run again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

import structlog
from sqlalchemy import Table, and_, bindparam, delete, or_, select, update

from intranet.access import registry
from intranet.current import this_app
from intranet.database import insert_new, now, writing
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.plugin_api import Job
from intranet.redaction import without_values

log = structlog.get_logger()

MAX_ATTEMPTS = 8
FORGOTTEN = "forgotten"
"""Stands in the payload of a job that was given up and cannot be run again: what it needed is gone."""

LEASE = timedelta(minutes=5)
KEEP_DONE = timedelta(days=7)
KEEP_GIVEN_UP = timedelta(days=90)
KEEP_UNIQUE = timedelta(days=400)
"""How long a finished row with a ``unique_key`` goes on refusing a second of the same."""

_ROW = cast(Table, OutboxRow.__table__)
_DUE = (
    select(OutboxRow.id, OutboxRow.job, OutboxRow.payload, OutboxRow.attempts)
    .where(OutboxRow.done_at.is_(None))
    .where(OutboxRow.job.in_(bindparam("jobs", expanding=True)))
    .where(OutboxRow.due_at <= bindparam("at"))
    .where(OutboxRow.attempts < MAX_ATTEMPTS)
    .where(or_(OutboxRow.taken_until.is_(None), OutboxRow.taken_until < bindparam("at")))
    .order_by(OutboxRow.due_at, OutboxRow.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)


class PermanentFailure(Exception):
    """Raised by a job that would fail the same way each time: it is given up at once."""


class Claimed(NamedTuple):
    """A row this worker holds until its lease ends."""

    id: int
    job: str
    payload: dict[str, Any]
    attempt: int


def enqueue(
    job: str,
    payload: dict[str, Any],
    *,
    unique_key: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Have ``job`` run with ``payload`` once the current transaction is committed, not before ``due_at``.

    ``unique_key`` (120 characters at most): when a row with this key exists, finished or not, nothing is
    added. Raises ``LookupError`` for a job nobody registered.
    """
    if job not in registry().jobs:
        raise LookupError(f"no job is named {job!r}")
    at = now()
    connection = db.session.connection()
    connection.execute(
        insert_new(connection, OutboxRow),
        {
            "job": job,
            "payload": payload,
            "unique_key": unique_key,
            "created_at": at,
            "due_at": due_at or at,
            "attempts": 0,
            "error": "",
        },
    )


def lanes() -> set[str]:
    """The lanes of the registered jobs: the worker runs each beside the others."""
    return {job.lane for job in registry().jobs.values()}


def run_due(limit: int = 50, lane: str | None = None) -> int:
    """Run what is due now, one after the other, at most ``limit``; return how many were run. ``None``: every lane.

    Ends the caller's transaction first: only committed work is the outbox's to do.
    """
    db.session.rollback()
    done = 0
    while done < limit and (claimed := claim(lane)) is not None:
        run(claimed)
        done += 1
    db.session.rollback()
    return done


def claim(lane: str | None = None) -> Claimed | None:
    """Take the oldest due row of that lane, or ``None``. What no enabled owner can run waits for its owner.

    On SQLite the write lock, on PostgreSQL the row lock excludes others. The attempt is counted now: a job that kills
    its worker is given up like one that fails.
    """
    at = now()
    jobs = [job.name for job in registry().jobs.values() if lane is None or job.lane == lane]
    with writing(), db.engine.begin() as connection:
        row = connection.execute(_DUE, {"at": at, "jobs": jobs}).first()
        if row is None:
            return None
        connection.execute(
            update(_ROW).where(_ROW.c.id == row.id).values(taken_until=at + LEASE, attempts=row.attempts + 1)
        )
    return Claimed(row.id, row.job, row.payload, row.attempts + 1)


def run(claimed: Claimed) -> None:
    """Run one claimed row in a context and a session of its own, and write down how it went."""
    app = this_app()
    try:
        with app.app_context(), writing():
            registry().jobs[claimed.job].run(claimed.payload)
    except Exception as error:
        log.exception("job failed", job=claimed.job, row=claimed.id, attempt=claimed.attempt)
        told = without_values(f"{type(error).__name__}: {error}")[:2000]
        if isinstance(error, PermanentFailure) or claimed.attempt >= MAX_ATTEMPTS:
            kept = _forgotten(claimed.job, claimed.payload)
            _write(
                claimed.id, taken_until=None, due_at=now(), attempts=MAX_ATTEMPTS, error=told, payload=kept
            )
        else:
            _write(claimed.id, taken_until=None, due_at=now() + delay_after(claimed.attempt), error=told)
    else:
        # What was sent need not be kept: a mail's payload holds its reader's address and perhaps a link.
        _write(claimed.id, taken_until=None, done_at=now(), payload={}, error="")


def delay_after(attempt: int) -> timedelta:
    """How long to wait after a failure: 30 s, then four times as long each time, at most six hours."""
    return timedelta(seconds=min(30 * 4 ** (attempt - 1), 6 * 3600))


def _forgotten(job: str, payload: dict[str, Any]) -> dict[str, Any]:
    """What may stay of the payload of a job that is given up."""
    known = registry().jobs.get(job)
    return known.forget(payload) if known is not None and known.forget is not None else payload


def drop(row_id: int) -> bool:
    """Forget a row that is not done; whether there was one. For whoever may use the command line."""
    with writing(), db.engine.begin() as connection:
        found = connection.execute(delete(_ROW).where(_ROW.c.id == row_id, _ROW.c.done_at.is_(None)))
    return found.rowcount > 0


def retry(row_id: int) -> None:
    """Give a row that was given up its attempts back. For whoever may use the command line.

    Raises ``LookupError`` when what it needed was forgotten.
    """
    payload = db.session.scalar(select(_ROW.c.payload).where(_ROW.c.id == row_id)) or {}
    db.session.rollback()
    if FORGOTTEN in payload:
        raise LookupError(f"what job {row_id} needed was forgotten when it was given up")
    _write(row_id, attempts=0, due_at=now(), taken_until=None)


def enqueue_intervals(at: datetime) -> None:
    """Add the row of the current interval for every job that repeats; of several workers one adds it."""
    due = [(job, _slot(job, at)) for job in registry().jobs.values() if job.every_seconds]
    known: dict[str, int] = this_app().extensions.setdefault("intranet.intervals", {})
    fresh = [(job, slot) for job, slot in due if known.get(job.name) != slot]
    if not fresh:
        return
    with writing(), db.engine.begin() as connection:
        for job, slot in fresh:
            values = {
                "job": job.name,
                "payload": {},
                "unique_key": f"every:{job.name}:{slot}",
                "created_at": at,
                "due_at": at,
                "attempts": 0,
                "error": "",
            }
            connection.execute(insert_new(connection, OutboxRow), values)
    known.update({job.name: slot for job, slot in fresh})


def sweep(_payload: dict[str, Any]) -> None:
    """Forget finished rows: after a week, or 400 days when their key must go on refusing a second.

    Those given up are forgotten after 90 days; one that killed its worker forgets here what it may not keep.
    """
    at = now()
    given_up = _ROW.c.done_at.is_(None), _ROW.c.attempts >= MAX_ATTEMPTS
    db.session.execute(delete(_ROW).where(*given_up, _ROW.c.due_at < at - KEEP_GIVEN_UP))
    for row in db.session.execute(select(_ROW.c.id, _ROW.c.job, _ROW.c.payload).where(*given_up)).all():
        kept = _forgotten(row.job, row.payload)
        if kept != row.payload:
            db.session.execute(update(_ROW).where(_ROW.c.id == row.id).values(payload=kept))
    lasting = and_(_ROW.c.unique_key.is_not(None), _ROW.c.unique_key.not_like("every:%"))
    db.session.execute(
        delete(_ROW)
        .where(_ROW.c.done_at.is_not(None))
        .where(or_(_ROW.c.done_at < at - KEEP_UNIQUE, and_(_ROW.c.done_at < at - KEEP_DONE, ~lasting)))
    )
    db.session.commit()


def _slot(job: Job, at: datetime) -> int:
    return int(at.timestamp()) // (job.every_seconds or 1)


def _write(row_id: int, **values: Any) -> None:
    with writing(), db.engine.begin() as connection:
        connection.execute(update(_ROW).where(_ROW.c.id == row_id).values(**values))
