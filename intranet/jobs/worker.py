"""``intranet worker``: the process that empties the outbox, and ``intranet jobs``: what is in it."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click
import structlog
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from intranet.current import this_app
from intranet.database import now
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import MAX_ATTEMPTS, drop, enqueue_intervals, lanes, retry, run_due

log = structlog.get_logger()

POLL_SECONDS = 1.0
LAST_JOB_SECONDS = 40.0  # longer than a mail server is waited for
PAUSE_AFTER_ERROR_SECONDS = 5.0


class Worker:
    """Runs due jobs until told to stop, each lane in a thread of its own. The jobs at hand are finished first."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping.set()

    def run(self) -> None:
        """Loop. A database that is away for a while is waited for, not died of."""
        app = this_app()
        log.info("worker started")
        beside = [
            threading.Thread(target=self._keep_on, args=(app, lane), name=lane, daemon=True)
            for lane in sorted(lanes() - {""})
        ]
        for thread in beside:
            thread.start()
        self._keep_on(app, "")
        for thread in beside:
            thread.join(LAST_JOB_SECONDS)
        log.info("worker stopped")

    def _keep_on(self, app: Flask, lane: str) -> None:
        while not self.stopping.is_set():
            try:
                with app.app_context():
                    busy = self.turn(lane)
            except SQLAlchemyError:
                log.exception("worker cannot reach the database")
                with app.app_context():
                    db.engine.dispose()  # connections opened while nothing could be written stay so
                self.stopping.wait(PAUSE_AFTER_ERROR_SECONDS)
                continue
            if not busy:
                self.stopping.wait(POLL_SECONDS)

    def turn(self, lane: str = "") -> bool:
        """Add what repeats, run one due job of the lane; whether there was one."""
        if not lane:
            enqueue_intervals(now())
        return run_due(limit=1, lane=lane) > 0


@click.command("worker")
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
@with_appcontext
def worker_command(once: bool) -> None:
    """Send mail and run jobs, until SIGTERM or Ctrl-C."""
    if once:
        enqueue_intervals(now())
        click.echo(f"{run_due(limit=10_000)} jobs run")
        return
    worker = Worker()
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()


@click.group("jobs")
def jobs_command() -> None:
    """The outbox."""


@jobs_command.command("list")
@with_appcontext
def list_command() -> None:
    """What waits, and what was given up with its last error."""
    rows = db.session.execute(
        select(OutboxRow.id, OutboxRow.job, OutboxRow.due_at, OutboxRow.attempts, OutboxRow.error)
        .where(OutboxRow.done_at.is_(None))
        .order_by(OutboxRow.due_at, OutboxRow.id)
    ).all()
    for row in rows:
        state = "given up" if row.attempts >= MAX_ATTEMPTS else f"due {row.due_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{row.id:>8}  {row.job:<28} {state:<26} attempts {row.attempts}  {row.error}".rstrip())
    click.echo(f"{len(rows)} jobs")


@jobs_command.command("retry")
@click.argument("row_id", type=int)
@with_appcontext
def retry_command(row_id: int) -> None:
    """Try a job again that was given up."""
    try:
        retry(row_id)
    except LookupError as forgotten:
        raise click.ClickException(
            f"{forgotten}: have it sent anew from the screen, then: intranet jobs drop {row_id}"
        ) from forgotten
    click.echo(f"job {row_id} will be tried again")


@jobs_command.command("drop")
@click.argument("row_id", type=int)
@with_appcontext
def drop_command(row_id: int) -> None:
    """Forget a job that is not done: it will not be tried again."""
    if not drop(row_id):
        raise click.ClickException(f"no job {row_id} waits or was given up")
    click.echo(f"job {row_id} is forgotten")
