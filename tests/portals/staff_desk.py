"""A coordinator at her desk, for the tests of the staff's pages."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from flask import Flask
from flask.testing import FlaskClient

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.clock import today
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import csrf_token, make_organisation, make_pole, make_user, sign_in

YESTERDAY = today() - timedelta(days=1)


def desk_of(app: Flask, client: FlaskClient) -> SimpleNamespace:
    """A coordinator signed in, and the token of her forms."""
    with app.app_context():
        email = make_user(Role.COORDINATOR, name="Claire Martin").email
        uip = make_pole("UIP")
        uip_id = uip.id
        bailleur_id = make_organisation(OrganisationKind.BAILLEUR, "Azur Habitat").id
    sign_in(client, User(email=email))
    return SimpleNamespace(
        client=client, uip=uip_id, bailleur=bailleur_id, token=csrf_token(client, "/staff/")
    )


def household(desk: SimpleNamespace, **changes: object) -> dict[str, object]:
    return {
        "name": "Awa Diop",
        "phone": "06 11 22 33 44",
        "adults": "1",
        "children": "2",
        "children_under_3": "1",
        "lone_parent": "y",
        "pole_id": desk.uip,
        "site_id": "",
        "opened_on": YESTERDAY.isoformat(),
        "csrf_token": desk.token,
        **changes,
    }


def made(app: Flask, **what: object) -> int:
    with app.app_context():
        return make_dossier(make_pole("UIP"), **what).id  # type: ignore[arg-type]
