"""What the registry holds is shown to those who may, and to nobody else: menu, panels, search, downloads."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Blueprint, Flask, redirect
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, Role, public, signed_in
from intranet.extensions import db
from intranet.plugin_api import Exporter, NavItem, Panel, Portal, SearchResult, SearchSource, Widget
from intranet.testing.factories import csrf_token, make_user, sign_in
from intranet.timeline.models import TimelineEntry
from intranet.timeline.service import commit, record
from intranet.web import kept, navigation


def _rows(_person: Actor, filters: Mapping[str, str]) -> Iterable[Sequence[Any]]:
    yield ("=1+1", filters.get("state", ""))


def _hits(_person: Actor, query: str, limit: int) -> list[SearchResult]:
    return [SearchResult(f"{query} <{number}>", "détail", f"/thing/{number}") for number in range(limit)]


def _nothing() -> Iterable[tuple[int, str, str]]:
    return ()


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with one item of each kind, for coordinators or for bailleurs' agents."""
    everyone, staff, agents = p.SEARCH_USE, p.DOSSIER_READ, p.SPLIT_ANSWER
    app.extensions["intranet"] = dataclasses.replace(
        app.extensions["intranet"],
        nav=(
            NavItem("Pour tous", "things.page", everyone, "house"),
            NavItem("Équipe", "things.notes", staff, "house", group="Groupe"),
            NavItem("Agence", "things.answers", agents, "house"),
            NavItem("Ailleurs", "things.page", everyone, "house", portals=("elsewhere",)),
        ),
        portals=(Portal("here", "Ici", "things.page", frozenset(OrganisationKind)),),
        panels=(
            Panel("shown", "dossier", "Affiché", staff, lambda _person, number: f"<b>{number}</b>"),
            Panel("silent", "dossier", "Muet", staff, lambda _person, _number: ""),
            Panel("agents", "dossier", "Agents", agents, lambda _person, _number: "no"),
            Panel("dwelling", "dwelling", "Logement", staff, lambda _person, _number: "no"),
        ),
        widgets=(Widget("w", "Bloc", staff, lambda person: person.name),),
        search=(
            SearchSource("thing", "Choses", staff, _hits, _nothing),
            SearchSource("secret", "Secrets", agents, _hits, _nothing),
            SearchSource("far", "Loin", everyone, _hits, _nothing, portals=("elsewhere",)),
        ),
        exporters={"things": Exporter("things", "Choses", staff, ("Nom", "État"), _rows)},
    )
    things = Blueprint("things", __name__, url_prefix="/things")
    for name in ("page", "notes", "answers"):
        things.add_url_rule(f"/{name}", name, public(lambda: ""))

    @things.post("/do")
    @signed_in
    def do() -> ResponseReturnValue:
        record("trial", actor=None, subject="trial", subject_id=1)
        commit()
        return redirect("/things/page", 303)

    app.register_blueprint(things)
    return app


def enter(app: Flask, client: FlaskClient, role: Role) -> FlaskClient:
    with app.app_context():
        sign_in(client, make_user(role))
    return client


def test_the_menu_holds_only_what_the_person_may_open(app: Flask, client: FlaskClient) -> None:
    page = enter(app, client, Role.COORDINATOR).get("/search").get_data(as_text=True)
    assert "Pour tous" in page
    assert "Équipe" in page
    assert "Agence" not in page
    assert "Ailleurs" not in page


def test_a_menu_is_made_once_for_people_alike(app: Flask) -> None:
    pieces = app.extensions["intranet.kept"]
    for _person in range(2):
        enter(app, app.test_client(), Role.COORDINATOR).get("/search")
    before = len(pieces)
    enter(app, app.test_client(), Role.COORDINATOR).get("/search")
    assert len(pieces) == before
    enter(app, app.test_client(), Role.AGENT).get("/search")
    assert len(pieces) > before


def test_the_kept_menus_are_bounded(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    person = enter(app, client, Role.COORDINATOR)
    for path in ("/search", "/account/profile", "/account/sessions", "/nowhere"):
        person.get(path)
    assert len(app.extensions["intranet.kept"]) <= 2


@pytest.mark.parametrize(
    ("open_page", "entry"),
    [("things.notes", "things.notes"), ("things.note_new", "things.notes"), ("things.other", ""), (None, "")],
)
def test_the_page_open_lights_its_entry(app: Flask, open_page: str | None, entry: str) -> None:
    assert navigation.active_endpoint(app.extensions["intranet"].nav, open_page) == entry


def test_panels_and_widgets_are_those_of_the_person(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        from intranet.testing.factories import make_actor

        user = make_user(Role.COORDINATOR)
        person = make_actor(user)
    with app.test_request_context():
        from flask import g

        g._login_user = person
        assert navigation.panels("dossier", 7) == [("shown", "Affiché", "<b>7</b>")]
        assert navigation.widgets() == [("w", "Bloc", person.name)]


def test_the_search_asks_only_the_sources_the_person_may_use(app: Flask, client: FlaskClient) -> None:
    page = enter(app, client, Role.COORDINATOR).get("/search?q=abc").get_data(as_text=True)
    assert "Choses" in page
    assert "Secrets" not in page
    assert "Loin" not in page
    assert page.count("/thing/") == 25
    assert "Plus de 25" in page
    assert "abc &lt;0&gt;" in page


class TestDownloads:
    def test_what_is_filtered_is_taken_away_and_told(self, app: Flask, client: FlaskClient) -> None:
        person = enter(app, client, Role.COORDINATOR)
        answer = person.get("/exports/things.csv?state=joined")
        assert answer.data.decode("utf-8-sig") == "Nom;État\r\n'=1+1;joined\r\n"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"
        with app.app_context():
            entry = db.session.scalars(
                select(TimelineEntry).where(TimelineEntry.kind == "core.exported")
            ).one()
            assert entry.data == {"name": "things", "form": "csv", "filters": {"state": "joined"}}

    def test_a_workbook_is_one(self, app: Flask, client: FlaskClient) -> None:
        answer = enter(app, client, Role.COORDINATOR).get("/exports/things.xlsx")
        assert answer.data.startswith(b"PK")

    def test_those_who_may_not_are_refused_and_what_is_not_is_not_found(
        self, app: Flask, client: FlaskClient
    ) -> None:
        person = enter(app, client, Role.AGENT)
        assert person.get("/exports/things.csv").status_code == 403
        assert person.get("/exports/nothing.csv").status_code == 404
        assert person.get("/exports/things.pdf").status_code == 404


def test_two_clicks_at_the_same_instant_act_once(app: Flask, client: FlaskClient) -> None:
    person = enter(app, client, Role.COORDINATOR)
    token = csrf_token(person, "/search")
    cookie = person.get_cookie("intranet")
    assert cookie is not None

    def click(_number: int) -> int:
        other = app.test_client()
        other.set_cookie("intranet", cookie.value)
        answer = other.post("/things/do", data={"csrf_token": token, "submission": "the-same-form"})
        assert answer.location == "/things/page"
        return answer.status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(click, range(4))) == [303] * 4
    with app.app_context():
        count = select(func.count()).select_from(TimelineEntry).where(TimelineEntry.kind == "trial")
        assert db.session.scalar(count) == 1
