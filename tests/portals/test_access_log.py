"""What the access log holds: each reading of each kind, whoever reads, and what was refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.chantiers.models import SitePhoto
from intranet.chantiers.terms import ChantierState, Moment
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.chantiers import Cast, add_photo, make_chantier
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import (
    csrf_token,
    make_actor,
    make_organisation,
    make_pole,
    make_user,
    sign_in,
)
from intranet.testing.guests import let_in, make_access
from intranet.testing.works import make_split
from intranet.timeline.models import AccessLogEntry
from intranet.works.models import Contract
from intranet.works.terms import SplitState
from tests.portals.splits import open_browser

pytestmark = pytest.mark.usefixtures("db_session")


def logged(dossier_id: int) -> set[tuple[str, str, int, bool]]:
    """Who, what, which, whether refused; of one dossier."""
    db.session.rollback()
    columns = (
        AccessLogEntry.who,
        AccessLogEntry.subject,
        AccessLogEntry.subject_id,
        AccessLogEntry.refused,
    )
    rows = db.session.execute(select(*columns).where(AccessLogEntry.dossier_id == dossier_id))
    return {tuple(row) for row in rows}  # type: ignore[misc]


def client_of(app: Flask, user: User) -> FlaskClient:
    client = app.test_client()
    sign_in(client, user)
    return client


@pytest.fixture
def cast() -> Cast:
    return make_chantier(ChantierState.OPEN)


def pages_of(cast: Cast) -> dict[str, tuple[str, int]]:
    """The staff's pages about a dossier, each with what it shows and the number of that."""
    dossier, contract = cast.dossier.id, db.session.get_one(Contract, cast.chantier.contract_id)
    photo = db.session.get_one(SitePhoto, add_photo(cast, Moment.AFTER)).document_id
    return {
        f"/staff/dossiers/{dossier}": ("dossier", dossier),
        f"/staff/dossiers/{dossier}/people": ("dossier", dossier),
        f"/staff/dossiers/{dossier}/edit": ("household", dossier),
        f"/staff/dossiers/{dossier}/notes": ("notes", dossier),
        f"/staff/dossiers/{dossier}/personal-data": ("personal_data", dossier),
        f"/staff/splits/{contract.split_id}": ("split", contract.split_id),
        f"/staff/splits/{contract.split_id}/versions": ("split", contract.split_id),
        f"/staff/contracts/{contract.id}": ("contract", contract.id),
        f"/staff/chantiers/{cast.chantier.id}": ("chantier", cast.chantier.id),
        f"/staff/dwellings/{cast.dossier.dwelling_id}": ("dwelling", cast.dossier.dwelling_id or 0),
        f"/files/{photo}": ("file", photo),
    }


def test_each_page_about_a_dossier_is_noted_by_what_it_shows(app: Flask, cast: Cast) -> None:
    reader = make_user(Role.COORDINATOR, name="Une lectrice")
    client, pages = client_of(app, reader), pages_of(cast)
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        answer.close()
    assert logged(cast.dossier.id) == {(reader.name, *shown, False) for shown in pages.values()}


def test_what_is_taken_away_by_a_form_is_noted_as_read(app: Flask, cast: Cast) -> None:
    reader = make_user(Role.COORDINATOR)
    client = client_of(app, reader)
    page, dossier_id = f"/staff/dossiers/{cast.dossier.id}/personal-data", cast.dossier.id
    token = csrf_token(client, "/staff/dossiers")
    answer = client.post(f"{page}/archive", data={"csrf_token": token})
    assert answer.status_code == 200
    answer.close()
    assert (reader.name, "personal_data", dossier_id, False) in logged(dossier_id)


def test_what_was_refused_is_noted_and_what_does_not_exist_is_not(app: Flask, cast: Cast) -> None:
    agent = make_user(Role.AGENT, make_organisation(OrganisationKind.BAILLEUR), name="Un curieux")
    chantier_id, dossier_id = cast.chantier.id, cast.dossier.id
    split_id = db.session.get_one(Contract, cast.chantier.contract_id).split_id
    client = client_of(app, agent)
    refused = {
        f"/bailleur/splits/{split_id}": ("split", split_id),
        f"/bailleur/chantiers/{chantier_id}": ("chantier", chantier_id),
        f"/staff/dossiers/{dossier_id}": ("dossier", dossier_id),
    }
    for page in (*refused, "/bailleur/splits/999999", "/staff/dossiers/999999"):
        answer = client.get(page)
        assert answer.status_code == 404, page
        answer.close()
    assert logged(dossier_id) == {("Un curieux", *what, True) for what in refused.values()}
    assert len(db.session.scalars(select(AccessLogEntry)).all()) == len(refused)


def test_partner_and_bailleur_are_noted_as_staff_is_and_a_thumbnail_is_part_of_its_page(
    app: Flask, cast: Cast
) -> None:
    agent = make_user(Role.AGENT, db.session.get_one(Organisation, cast.bailleur_id))
    photo = db.session.get_one(SitePhoto, add_photo(cast, Moment.AFTER)).document_id
    chantier_id, dossier_id = cast.chantier.id, cast.dossier.id
    people = {"partner": cast.animator_user, "bailleur": agent}
    names = {portal: user.name for portal, user in people.items()}
    for portal, user in people.items():
        client = client_of(app, user)
        client.get(f"/{portal}/chantiers/{chantier_id}").close()
        client.get(f"/files/{photo}/thumbnail").close()
    assert logged(dossier_id) == {(name, "chantier", chantier_id, False) for name in names.values()}


def test_who_comes_with_a_code_is_noted_by_her_name(app: Flask) -> None:
    split = make_split(
        make_dossier(dwelling=make_dwelling(), state=DossierState.JOINED), state=SplitState.PROPOSED
    )
    access = make_access(make_actor(make_user(Role.COORDINATOR)), split.id)
    client, dossier_id, split_id = app.test_client(), split.dossier_id, split.id
    let_in(client, access, "Jeanne Roux")
    answer = client.get("/acces/repartition")
    assert answer.status_code == 200
    answer.close()
    who = {
        name
        for name, subject, number, _refused in logged(dossier_id)
        if (subject, number) == ("split", split_id)
    }
    assert any(name.startswith("Jeanne Roux") for name in who), who


def test_the_log_costs_one_statement_the_first_time_of_the_day_and_none_after(
    app: Flask, cast: Cast, count_statements: Callable[[], AbstractContextManager[Any]]
) -> None:
    client = client_of(app, make_user(Role.COORDINATOR))
    page = f"/staff/chantiers/{cast.chantier.id}"
    counts = []
    for _time in range(3):
        with count_statements() as seen:
            client.get(page).close()
        counts.append([text for text in seen.texts if "core_access_log" in text])
    assert [len(texts) for texts in counts] == [1, 0, 0]


def test_the_log_of_a_protected_dossier_is_for_those_who_may_open_it(app: Flask) -> None:
    coordinator, admin = make_user(Role.COORDINATOR), make_user(Role.ADMIN)
    protected = make_dossier(make_pole("PEP"))
    number, dossier_id = protected.number, protected.id
    client_of(app, coordinator).get(f"/staff/dossiers/{dossier_id}").close()
    client_of(app, admin).get(f"/staff/dossiers/{dossier_id}").close()
    assert {refused for _who, _what, _id, refused in logged(dossier_id)} == {False, True}
    log = "/staff/administration/access-log"
    shown = open_browser(app, coordinator).get(log).text
    assert shown.count(number) == 2
    assert re.search(r"Lecture refusée\s: le dossier", shown)
    browser = open_browser(app, admin)
    for page in (log, f"{log}?kind=refused", "/exports/access-log.csv"):
        assert number not in browser.get(page).text, page
    assert db.session.get_one(Dossier, dossier_id).number == number


def test_a_table_taken_away_stands_in_the_log(app: Flask) -> None:
    coordinator = make_user(Role.COORDINATOR)
    browser = open_browser(app, coordinator)
    browser.get("/exports/dossiers.csv").get_data()
    shown = browser.get("/staff/administration/access-log?kind=export").text
    assert re.search(r"Tableau téléchargé\s: Dossiers", shown)
    assert coordinator.name in shown


def test_a_reading_that_could_not_be_written_is_written_with_the_next(app: Flask, cast: Cast) -> None:
    coordinator = make_user(Role.COORDINATOR)
    client, dossier = client_of(app, coordinator), cast.dossier.id
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE core_access_log RENAME TO away"))
    assert client.get(f"/staff/dossiers/{dossier}", buffered=True).status_code == 200
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO core_access_log"))
    assert logged(dossier) == set()
    assert client.get(f"/staff/dossiers/{dossier}", buffered=True).status_code == 200

    assert logged(dossier) == {(coordinator.name, "dossier", dossier, False)}
