"""The read-access log: who opened which dossier, once a day for each person. Kept 6 to 12 months."""

from __future__ import annotations

from datetime import date

from flask import Flask, after_this_request, current_app
from flask.wrappers import Response

from intranet.access import Actor
from intranet.clock import now, today
from intranet.database import insert_new, writing
from intranet.extensions import db
from intranet.timeline.models import DossierRead

_NOTED = "intranet.reads"

Reading = tuple[int, int, date]
"""A person, a dossier, a day."""


def note_read(person: Actor, dossier_id: int) -> None:
    """Write down that the person opened the dossier today, once the answer has left.

    A reader waits for no write: the row has its own short transaction after the response, and the process
    remembers what it wrote today. Another process may write the same again: the unique key keeps one.
    """
    reading = (person.user_id, dossier_id, today())
    noted: set[Reading] = current_app.extensions.setdefault(_NOTED, set())
    if reading in noted:
        return
    if noted and next(iter(noted))[2] != reading[2]:
        noted.clear()
    noted.add(reading)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    @after_this_request
    def _once_sent(response: Response) -> Response:
        response.call_on_close(lambda: _write(app, reading))
        return response


def _write(app: Flask, reading: Reading) -> None:
    user_id, dossier_id, day = reading
    with app.app_context(), writing(), db.engine.begin() as connection:
        connection.execute(
            insert_new(connection, DossierRead.__table__).values(
                user_id=user_id, dossier_id=dossier_id, on=day, first_at=now()
            )
        )
