"""Short writes the answer does not wait for: that a session was seen, that a dossier was opened.

A page that reads runs in a transaction that only reads. What it must note down is written once the answer
is sent, in a transaction of its own, and a failure there is logged and spoils nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import after_this_request, has_request_context
from flask.wrappers import Response
from sqlalchemy.engine import Connection

from intranet.current import this_app
from intranet.database import writing
from intranet.extensions import db

log = structlog.get_logger()


def write_afterwards(write: Callable[[Connection], Any]) -> None:
    """Call ``write(connection)`` in a transaction of its own after the answer; at once outside a request."""
    app = this_app()

    def run() -> None:
        try:
            with app.app_context(), writing(), db.engine.begin() as connection:
                write(connection)
        except Exception:
            log.exception("could not write after the answer")

    if not has_request_context():
        run()
        return

    @after_this_request
    def _on_close(response: Response) -> Response:
        response.call_on_close(run)
        return response
