"""The directory of associated sites and partners."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.database import now, writing
from intranet.dossiers.models import Household
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.organisations.models import Site
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import csrf_token, make_actor, make_organisation, make_user, sign_in
from intranet.timeline.models import TimelineEntry
from plugins.directory.commands import EntryFields
from plugins.directory.models import Engagement, Entry, EntryKind
from plugins.directory.service import add_entry, change_entry
from tests.conftest import Statements

NEW = EntryFields(EntryKind.PARTNER, "Régie de quartier", Engagement.SOUNDED_OUT, contact="Élodie Marceau")


@pytest.fixture
def coordinator(app: Flask) -> User:
    with app.app_context():
        user = make_user(Role.COORDINATOR)
        db.session.expunge_all()
        return user


@pytest.fixture
def browser(app: Flask, client: FlaskClient, coordinator: User) -> FlaskClient:
    with app.app_context():
        sign_in(client, db.session.merge(coordinator))
    return client


@pytest.fixture
def entry_id(app: Flask, coordinator: User) -> int:
    with app.test_request_context(), writing():
        return add_entry(make_actor(db.session.merge(coordinator)), NEW).id


def form(client: FlaskClient, page: str, **values: str) -> dict[str, str]:
    return {
        "csrf_token": csrf_token(client, page),
        "name": "Maison des familles",
        "kind": "partner",
        "engagement": "mobilised",
        **values,
    }


def test_the_coordinator_adds_an_entry_and_reads_it(browser: FlaskClient) -> None:
    answer = browser.post("/directory/new", data=form(browser, "/directory/new", phone="04 93 00 00 01"))
    assert answer.status_code == 303
    page = browser.get(answer.location).get_data(as_text=True)
    assert "Maison des familles" in page
    assert "Mobilisé" in page
    assert "04 93 00 00 01" in page


def test_a_name_already_taken_is_refused_and_nothing_typed_is_lost(
    browser: FlaskClient, entry_id: int
) -> None:
    data = form(browser, "/directory/new", name="Régie de quartier", services="Jardinage")
    answer = browser.post("/directory/new", data=data)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "déjà une fiche à ce nom" in page
    assert "Jardinage" in page


def test_a_bank_account_in_the_notes_is_refused_at_its_field(browser: FlaskClient) -> None:
    data = form(browser, "/directory/new", notes="RIB FR76 3000 6000 0112 3456 7890 189")
    answer = browser.post("/directory/new", data=data)
    assert answer.status_code == 422
    assert 'id="notes-error"' in answer.get_data(as_text=True)


def test_an_entry_saved_by_two_people_is_kept_as_the_first_left_it(
    app: Flask, browser: FlaskClient, entry_id: int
) -> None:
    page = f"/directory/{entry_id}/edit"
    data = form(browser, page, version="1")
    assert browser.post(page, data={**data, "name": "Premier"}).status_code == 303
    answer = browser.post(page, data={**form(browser, page, version="1"), "name": "Second"})
    assert answer.status_code == 409
    assert 'value="Second"' in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.get_one(Entry, entry_id).name == "Premier"


def test_accents_do_not_matter_to_the_search(browser: FlaskClient, entry_id: int) -> None:
    assert "Régie de quartier" in browser.get("/directory/?q=regie").get_data(as_text=True)
    assert "Régie de quartier" in browser.get("/directory/?q=elod").get_data(as_text=True)
    assert "Régie de quartier" not in browser.get("/directory/?q=zzz").get_data(as_text=True)
    assert "Régie de quartier" in browser.get("/search?q=regie").get_data(as_text=True)


def test_filters_leave_what_they_say(browser: FlaskClient, entry_id: int) -> None:
    assert "Régie" in browser.get("/directory/?kind=partner&engagement=sounded_out").get_data(as_text=True)
    assert "Régie" not in browser.get("/directory/?kind=site").get_data(as_text=True)


def test_the_export_holds_what_the_filters_leave(browser: FlaskClient, entry_id: int) -> None:
    full = browser.get("/exports/directory.csv?kind=partner&q=regie").get_data(as_text=True)
    assert "Régie de quartier" in full
    empty = browser.get("/exports/directory.csv?kind=site").get_data(as_text=True)
    assert "Régie de quartier" not in empty


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_takes_a_constant_number_of_statements(
    count: int,
    app: Flask,
    browser: FlaskClient,
    count_statements: Callable[[], AbstractContextManager[Statements]],
) -> None:
    with app.app_context(), writing():
        db.session.add_all(
            Entry(kind=EntryKind.SITE, name=f"Site {number:02}", engagement=Engagement.MOBILISED)
            for number in range(count)
        )
        db.session.commit()
    browser.get("/directory/")
    with count_statements() as seen:
        assert browser.get("/directory/").status_code == 200
    assert seen.count == 3  # who is asking, the rows, how many


def test_the_panel_shows_the_site_of_the_household_and_nobody_elses(
    app: Flask, browser: FlaskClient, coordinator: User
) -> None:
    with app.test_request_context(), writing():
        mine, other = Site(name="Les Lucioles"), Site(name="Ac.Sé")
        db.session.add_all((mine, other))
        dossier = make_dossier()
        db.session.flush()
        db.session.get_one(Household, dossier.household_id).site_id = mine.id
        db.session.add_all(
            Entry(kind=EntryKind.SITE, name=f"Contact {site.name}", site_id=site.id, changed_at=now())
            for site in (mine, other)
        )
        db.session.commit()
        dossier_id = dossier.id
    page = browser.get(f"/staff/dossiers/{dossier_id}").get_data(as_text=True)
    assert "Contact Les Lucioles" in page
    assert "Contact Ac.Sé" not in page


def test_the_service_itself_refuses_who_may_not(app: Flask, entry_id: int) -> None:
    with app.test_request_context(), writing():
        referent = make_actor(make_user(Role.REFERENT))
        with pytest.raises(NotAllowed):
            add_entry(referent, NEW)
        with pytest.raises(NotAllowed):
            change_entry(referent, entry_id, 1, NEW)


def test_changes_are_in_the_history(app: Flask, browser: FlaskClient, entry_id: int) -> None:
    page = f"/directory/{entry_id}/edit"
    browser.post(page, data=form(browser, page, version="1"))
    with app.app_context():
        kinds = db.session.scalars(
            select(TimelineEntry.kind).where(TimelineEntry.subject == "directory")
        ).all()
    assert sorted(kinds) == ["directory.entry.added", "directory.entry.changed"]


def test_an_unknown_number_in_the_version_is_stale_not_an_error(browser: FlaskClient, entry_id: int) -> None:
    page = f"/directory/{entry_id}/edit"
    assert browser.post(page, data=form(browser, page, version="²")).status_code == 409


def test_demonstration_entries_are_the_partners_and_associated_sites(app: Flask) -> None:
    from plugins.directory import demo

    with app.test_request_context(), writing():
        make_organisation(OrganisationKind.CCAS, "CCAS de Nice")
        db.session.add(Site(name="115", associated=True))
        db.session.commit()
        demo.load()
        names = set(db.session.scalars(select(Entry.name)))
    assert names == {"CCAS de Nice", "115"}


def test_refusals_name_their_rule(app: Flask, coordinator: User, entry_id: int) -> None:
    with app.test_request_context(), writing():
        with pytest.raises(Refused) as caught:
            add_entry(make_actor(db.session.merge(coordinator)), NEW)
        assert caught.value.rule == "directory.name"
