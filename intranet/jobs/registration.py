"""What the outbox offers the core."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from intranet.database import now
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import MAX_ATTEMPTS, sweep
from intranet.jobs.worker import jobs_command, worker_command
from intranet.plugin_api import HealthCheck, Job

LATE = timedelta(minutes=15)

_LATE = (
    select(func.count())
    .select_from(OutboxRow)
    .where(OutboxRow.done_at.is_(None), OutboxRow.attempts < MAX_ATTEMPTS)
)
_GIVEN_UP = (
    select(func.count())
    .select_from(OutboxRow)
    .where(OutboxRow.done_at.is_(None), OutboxRow.attempts >= MAX_ATTEMPTS)
)


def check_outbox() -> str | None:
    """Whether a worker keeps up, and whether something was given up."""
    late = db.session.scalar(_LATE.where(OutboxRow.due_at < now() - LATE)) or 0
    given_up = db.session.scalar(_GIVEN_UP) or 0
    if late:
        return f"{late} jobs wait for more than {LATE}: is `intranet worker` running?"
    if given_up:
        return f"{given_up} jobs were given up: see `intranet jobs list`"
    return None


JOBS = (Job("jobs.sweep", sweep, every_seconds=24 * 3600),)
HEALTH_CHECKS = (HealthCheck("outbox", check_outbox),)
COMMANDS = (worker_command, jobs_command)
