"""A split between two people with a browser each, for the tests of the portals' pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.dossiers.models import Dossier, Household
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_organisation, make_pole, make_user, sign_in
from intranet.testing.plain import plain
from intranet.testing.works import fresh, kind_id, lines_of, make_split
from intranet.works.models import Split, WorksLine
from intranet.works.terms import SplitState


@dataclass
class Browser:
    """A signed-in client that carries its token, so that a post reads like a form."""

    client: FlaskClient
    token: str = ""

    def get(self, url: str, **headers: str) -> TestResponse:
        return self.client.get(url, headers=headers)

    def post(self, url: str, data: dict[str, str] | None = None, *, htmx: bool = False) -> TestResponse:
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(url, data={"csrf_token": self.token, **(data or {})}, headers=headers)


@dataclass
class Scene:
    """One dossier whose split ALC and a bailleur negotiate."""

    app: Flask
    dossier: Dossier
    split_id: int
    coordinator: User
    agent: User

    @property
    def split(self) -> Split:
        return fresh(self.split_id)

    @property
    def lines(self) -> list[WorksLine]:
        return lines_of(self.split_id)

    def alc(self) -> Browser:
        return open_browser(self.app, self.coordinator)

    def bailleur(self) -> Browser:
        return open_browser(self.app, self.agent)


def open_browser(app: Flask, user: User) -> Browser:
    """A browser in which ``user`` is signed in."""
    client = app.test_client()
    sign_in(client, user)
    html = client.get("/account/profile").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    return Browser(client, found[1] if found else "")


def make_scene(app: Flask, state: SplitState = SplitState.PROPOSED, lines: int = 3) -> Scene:
    """A split in ``state``; the flat's reports are clear, so that nothing but its kind locks a line."""
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    coordinator = make_user(Role.COORDINATOR, name="Claire Coordination")
    agent = make_user(Role.AGENT, bailleur, name="Jean Agence")
    household: Household = make_household(make_pole("UIP"), contact_choice="SMS le soir")
    dwelling = make_dwelling(bailleur, asbestos=Survey.CLEAR, lead=Survey.CLEAR)
    dossier = make_dossier(dwelling=dwelling, state=DossierState.JOINED, household=household)
    split = make_split(dossier, lines=lines, state=state)
    return Scene(app, dossier, split.id, coordinator, agent)


def row_of(html: str, line_id: int) -> str:
    """The markup of one line of the table, every space a plain one."""
    found = re.search(rf'<tbody id="line-{line_id}".*?</tbody>', html, re.DOTALL)
    assert found, f"line {line_id} is not on the page"
    return plain(found[0])


def text_of(answer: TestResponse) -> str:
    """The page as people read it, entities resolved and every space a plain one."""
    return plain(unescape(answer.get_data(as_text=True)))


def split_of(dossier_id: int) -> Split:
    """The one split of the dossier, as the database has it now."""
    db.session.expire_all()
    return db.session.scalars(select(Split).where(Split.dossier_id == dossier_id)).one()


def visit_form(code: str = "III.a.4", **more: str) -> dict[str, str]:
    """What the form of the joint visit sends for a kind of the catalogue."""
    kind = str(kind_id(code)) if code else ""
    return {"room": "Cuisine", "need": "needed", "cause": "use", "kind_id": kind, **more}
