"""The read-access log: who opened which dossier, once a day for each person. Kept 6 to 12 months."""

from __future__ import annotations

from datetime import date

from flask import current_app
from sqlalchemy.engine import Connection

from intranet.access import Actor
from intranet.afterwards import write_afterwards
from intranet.clock import now, today
from intranet.database import insert_new
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

    def write(connection: Connection) -> None:
        connection.execute(
            insert_new(connection, DossierRead),
            {"user_id": reading[0], "dossier_id": reading[1], "on": reading[2], "first_at": now()},
        )

    write_afterwards(write)
