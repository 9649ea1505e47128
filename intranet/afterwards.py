"""Short writes the answer does not wait for: that a session was seen, that a dossier was opened.

A page that reads runs in a transaction that only reads. What it must note down is written once the answer
is sent, in a transaction of its own, and a failure there is logged and spoils nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import structlog
from flask import after_this_request, has_request_context
from flask.wrappers import Response
from sqlalchemy.engine import Connection
from werkzeug.wsgi import ClosingIterator

from intranet.current import this_app
from intranet.database import writing
from intranet.extensions import db

log = structlog.get_logger()


def write_afterwards(
    write: Callable[[Connection], Any],
    answer: Response | None = None,
    written: Callable[[], None] = lambda: None,
) -> None:
    """Call ``write(connection)`` in a transaction of its own after the answer; at once outside a request.

    ``answer`` is given by what runs once it is made. ``written`` is called once the transaction is committed.
    """
    app = this_app()

    def run() -> None:
        try:
            with app.app_context(), writing():
                with db.engine.begin() as connection:
                    write(connection)
                written()
        except Exception:
            log.exception("could not write after the answer")

    if answer is not None:
        _when_sent(answer, run)
        return
    if not has_request_context():
        run()
        return

    @after_this_request
    def _on_close(response: Response) -> Response:
        _when_sent(response, run)
        return response


def _when_sent(answer: Response, run: Callable[[], None]) -> None:
    """Call ``run`` once the answer has left. A file that is passed through is never told that it was closed."""
    if answer.direct_passthrough:
        answer.response = ClosingIterator(cast(Iterable[bytes], answer.response), run)
    else:
        answer.call_on_close(run)
