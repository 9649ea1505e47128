"""Closing the intranet for a while: a file named ``maintenance`` in the instance folder.

``intranet maintenance on`` makes it; while it is there every page answers 503 with words and a time to come back.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import click
from flask import Flask, request
from flask.cli import with_appcontext
from flask.typing import ResponseReturnValue

from intranet.config import settings
from intranet.current import this_app
from intranet.web import errors

FILE = "maintenance"
LOOK_EVERY = 2.0  # seconds: a page does not pay for a look at the disk
RETRY_AFTER = "300"  # seconds
ALWAYS_OPEN = frozenset({"static", "operations.healthz", "operations.metrics", "web.service_worker"})


class Door:
    """Whether the intranet is closed, looked at every two seconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._next_look = 0.0
        self._closed = False

    def closed(self) -> bool:
        if monotonic() >= self._next_look:
            self._closed = self.path.exists()
            self._next_look = monotonic() + LOOK_EVERY
        return self._closed


def _answer_closed() -> ResponseReturnValue | None:
    door: Door = this_app().extensions["intranet.door"]
    if not door.closed() or request.endpoint in ALWAYS_OPEN:
        return None
    body, code = errors.page(503)
    return body, code, {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}


@click.command("maintenance")
@click.argument("state", type=click.Choice(["on", "off"]))
@with_appcontext
def maintenance_command(state: str) -> None:
    """Close the intranet, or open it again."""
    path = settings().instance / FILE
    if state == "on":
        path.touch()
    else:
        path.unlink(missing_ok=True)
    click.echo(f"maintenance: {state}")


def init_app(app: Flask) -> None:
    """Look at the door before each request."""
    app.extensions["intranet.door"] = Door(app.extensions["intranet.settings"].instance / FILE)
    app.before_request(_answer_closed)
