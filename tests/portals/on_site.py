"""Somebody signed in before a chantier's page, for the tests of the portals."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from intranet.access import Role
from intranet.accounts.models import User
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.chantiers import Cast
from intranet.testing.factories import csrf_token, make_user, sign_in


class Browser:
    """Somebody signed in, who sends the forms of one chantier's page."""

    def __init__(self, client: FlaskClient, user: User, portal: str, chantier_id: int) -> None:
        sign_in(client, user)
        self.client = client
        self.page = f"/{portal}/chantiers/{chantier_id}"

    def get(self, path: str = "") -> Any:
        return self.client.get(self.page + path)

    def post(self, path: str, **data: Any) -> Any:
        token = csrf_token(self.client, "/account/profile")
        return self.client.post(self.page + path, data={"csrf_token": token, **data})


def agent_of(cast: Cast) -> User:
    return make_user(Role.AGENT, db.session.get_one(Organisation, cast.bailleur_id))


def coordinator_of(cast: Cast) -> User:
    return db.session.get_one(User, cast.coordinator.user_id)
