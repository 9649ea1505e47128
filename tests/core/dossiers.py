"""Who is at work, a household's fields and its history, for the tests of dossiers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select

from intranet.access import Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers import commands as c
from intranet.extensions import db
from intranet.search.models import SearchEntry
from intranet.testing.factories import make_actor, make_pole, make_user
from intranet.timeline.models import TimelineEntry

DAY = today() - timedelta(days=3)


@contextmanager
def at_work(app: Flask) -> Iterator[SimpleNamespace]:
    """A coordinator and a référent at work, in one application context."""
    with app.test_request_context(), writing():
        uip, pep = make_pole("UIP"), make_pole("PEP")
        yield SimpleNamespace(
            uip=uip,
            pep=pep,
            coordinator=make_actor(make_user(Role.COORDINATOR)),
            referent=make_actor(make_user(Role.REFERENT, pole=uip)),
            director=make_actor(make_user(Role.DIRECTOR, pole=uip)),
        )


def fields(pole_id: int, **changes: Any) -> c.HouseholdFields:
    return c.HouseholdFields(**{"name": "Awa Diop", "pole_id": pole_id, "phone": "06 11 22 33 44", **changes})


def story(dossier_id: int) -> list[TimelineEntry]:
    return list(
        db.session.scalars(
            select(TimelineEntry).where(TimelineEntry.dossier_id == dossier_id).order_by(TimelineEntry.id)
        )
    )


def words(kind: str, dossier_id: int) -> str:
    found = db.session.scalar(
        select(SearchEntry.words).where(SearchEntry.kind == kind, SearchEntry.object_id == dossier_id)
    )
    return found or ""
