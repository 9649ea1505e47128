"""What the outbox offers the core."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, func, select

from intranet.access import registry
from intranet.database import now
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import MAX_ATTEMPTS, PermanentFailure, sweep
from intranet.jobs.worker import jobs_command, worker_command
from intranet.plugin_api import HealthCheck, Job

LATE = timedelta(minutes=15)
REMEMBERED = timedelta(hours=24)
"""How long a job that was given up is news: who watches was told, and `intranet jobs list` still shows it."""

_LATE = (
    select(func.count())
    .select_from(OutboxRow)
    .where(OutboxRow.done_at.is_(None), OutboxRow.attempts < MAX_ATTEMPTS)
    .where(OutboxRow.job.in_(bindparam("jobs", expanding=True)))
)
_GIVEN_UP = (
    select(func.count())
    .select_from(OutboxRow)
    .where(OutboxRow.done_at.is_(None), OutboxRow.attempts >= MAX_ATTEMPTS)
    .where(OutboxRow.error.not_like(f"{PermanentFailure.__name__}:%"))
)


def check_outbox() -> str | None:
    """Whether a worker keeps up, and whether something was given up of late.

    What was refused for good (an address that does not exist) is told to who can correct it, on her home page.
    """
    late = _LATE.where(OutboxRow.due_at < now() - LATE)
    late_jobs = db.session.scalar(late, {"jobs": list(registry().jobs)}) or 0
    given_up = db.session.scalar(_GIVEN_UP.where(OutboxRow.due_at > now() - REMEMBERED)) or 0
    if late_jobs:
        return f"{late_jobs} jobs wait for more than {LATE}: is `intranet worker` running?"
    if given_up:
        return f"{given_up} jobs were given up: see `intranet jobs list`"
    return None


JOBS = (Job("jobs.sweep", sweep, every_seconds=24 * 3600),)
HEALTH_CHECKS = (HealthCheck("outbox", check_outbox),)
COMMANDS = (worker_command, jobs_command)
