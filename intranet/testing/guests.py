"""Accesses without an account for tests: opened by the real service, entered through the real page."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intranet.access import Actor
from intranet.database import writing
from intranet.guests.service import OpenedAccess, open_access
from intranet.testing.factories import csrf_token
from intranet.works.terms import Side


def make_access(actor: Actor, split_id: int, side: Side = Side.BAILLEUR, **more: object) -> OpenedAccess:
    """An access to that split, opened by ``actor``, committed."""
    with writing():
        return open_access(actor, split_id, side, **more)  # type: ignore[arg-type]


def knock(client: FlaskClient, reference: str, code: str) -> TestResponse:
    """Send the form of the door, as a browser would."""
    token = csrf_token(client, "/acces")
    return client.post("/acces", data={"reference": reference, "code": code, "csrf_token": token})


def let_in(client: FlaskClient, access: OpenedAccess, name: str = "", function: str = "Gestionnaire") -> str:
    """Enter, and say who one is if a ``name`` is given; return the token of the session's forms."""
    answer = knock(client, access.reference, access.code)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    token = csrf_token(client, "/acces/qui")
    if name:
        said = {"name": name, "function": function, "csrf_token": token}
        assert client.post("/acces/qui", data=said).status_code == 303
    return token
