"""What each side reads of a chantier, and in how many statements."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from intranet.access import OrganisationKind, Role
from intranet.chantiers import service
from intranet.chantiers.commands import WriteNote
from intranet.chantiers.terms import ChantierState, Moment
from intranet.clock import today
from intranet.dossiers.models import DossierState
from intranet.extensions import db
from intranet.organisations.models import Site
from intranet.testing.chantiers import Cast, add_photo, enter, make_chantier, tasks_of
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_pole, make_user, sign_in
from tests.portals.on_site import Browser, agent_of, coordinator_of

Counting = Callable[[], AbstractContextManager[Any]]

pytestmark = pytest.mark.usefixtures("db_session")


# What each side sees


CANARIES = {
    "pole": "CANARYPOLE",
    "site": "CANARYSITE",
    "email": "canary@example.org",
    "dossier_number": "CANARYNUM",
}


@pytest.fixture
def watched(db_session: scoped_session[Session]) -> Cast:
    """A chantier with something in every field that somebody must not see."""
    pole = make_pole("CANARYP")
    pole.name = CANARIES["pole"]
    site = Site(name=CANARIES["site"], pole_id=pole.id, associated=True)
    db.session.add(site)
    db.session.flush()
    family = make_household(
        pole, site_id=site.id, email=CANARIES["email"], phone="06 99 99 99 99", contact_choice="SMS le soir"
    )
    dossier = make_dossier(
        household=family,
        state=DossierState.JOINED,
        number=CANARIES["dossier_number"],
        dwelling=make_dwelling(dpe_class="E"),
    )
    cast = make_chantier(ChantierState.OPEN, dossier=dossier)
    cast.chantier.safety_note = "CANARYDUST"
    db.session.commit()
    tasks = tasks_of(cast.chantier)
    service.move_task(cast.animator, tasks[0].id, "block", tasks[0].version, "CANARYREASON")
    enter(cast, tasks[1], 85)
    service.write_note(cast.animator, WriteNote(cast.chantier.id, today(), "CANARYNOTE"))
    add_photo(cast, Moment.BEFORE, "CANARYBEFORE")
    add_photo(cast, Moment.AFTER, "VISIBLEAFTER")
    return cast


def test_the_partner_sees_the_site_not_where_the_family_comes_from(
    client: FlaskClient, watched: Cast
) -> None:
    browser = Browser(client, watched.animator_user, "partner", watched.chantier.id)
    pages = [
        browser.get(),
        browser.get("/handover"),
        client.get("/partner/"),
        client.get("/partner/chantiers"),
    ]
    for page in pages:
        assert page.status_code == 200
        for canary in (*CANARIES.values(), "Pôle", "CANARYP"):
            assert canary not in page.text, canary
    for shown in (
        "06 99 99 99 99",
        "SMS le soir",
        "CANARYDUST",
        "CANARYREASON",
        "CANARYNOTE",
        "CANARYBEFORE",
    ):
        assert shown in pages[0].text, shown


def test_the_bailleur_sees_progress_and_what_was_done_not_hours_notes_nor_reasons(
    client: FlaskClient, watched: Cast
) -> None:
    browser = Browser(client, agent_of(watched), "bailleur", watched.chantier.id)
    page = browser.get().text
    hidden = (
        *CANARIES.values(),
        "06 99 99 99 99",
        "CANARYDUST",
        "CANARYREASON",
        "CANARYNOTE",
        "CANARYBEFORE",
        "1 h 25",
        "1\u00a0h\u00a025",
        watched.animator_user.name,
    )
    for canary in hidden:
        assert canary not in page, canary
    for shown in ("VISIBLEAFTER", "0 / 3", "Bloquée", tasks_of(watched.chantier)[0].label):
        assert shown in page, shown
    stranger = Browser(client, make_user(Role.AGENT), "bailleur", watched.chantier.id)
    assert stranger.get().status_code == 404


def test_a_bailleur_reads_no_hours_nor_notes_even_when_asked_for(app: Any, watched: Cast) -> None:
    """The statements themselves hold nothing for it, whatever a page would do."""
    from intranet.access import Scope
    from intranet.chantiers import journal_statements, statements

    bailleur = Scope(OrganisationKind.BAILLEUR, Role.AGENT)
    params = {"chantier_id": watched.chantier.id, "actor_organisation_id": watched.bailleur_id}
    for builder in (
        journal_statements.hours_totals,
        journal_statements.hours_entries,
        journal_statements.notes,
        journal_statements.start_checks,
    ):
        assert db.session.execute(builder(bailleur), params).all() == []
    row = db.session.execute(statements.tasks(bailleur), params).first()
    assert row is not None
    assert not {"minutes", "blocked_reason", "planned_minutes"} & set(row._fields)


# Statements


@pytest.mark.parametrize(
    ("portal", "page"), [("partner", ""), ("partner", "/handover"), ("staff", ""), ("bailleur", "")]
)
def test_a_page_takes_as_many_statements_for_1_task_as_for_50(
    client: FlaskClient, count_statements: Counting, portal: str, page: str
) -> None:
    counts = []
    for size in (1, 50):
        cast = make_chantier(ChantierState.OPEN, lines=size)
        for number, task in enumerate(tasks_of(cast.chantier)):
            enter(cast, task, 10, key=f"k{number}")
            add_photo(cast, Moment.AFTER, f"vue {number}")
        user = {"partner": cast.animator_user, "staff": coordinator_of(cast), "bailleur": None}[portal]
        browser = Browser(client, user or agent_of(cast), portal, cast.chantier.id)
        browser.get(page)
        with count_statements() as seen:
            assert browser.get(page).status_code == 200
        counts.append(seen.count)
    assert counts[0] == counts[1]
    assert counts[0] <= 11


@pytest.mark.parametrize("path", ["/partner/", "/partner/chantiers", "/staff/chantiers"])
def test_a_list_takes_as_many_statements_for_1_chantier_as_for_25(
    client: FlaskClient, count_statements: Counting, path: str
) -> None:
    cast = make_chantier(lines=1)
    sign_in(client, cast.animator_user if path.startswith("/partner") else coordinator_of(cast))
    counts = []
    for more in (0, 24):
        for _ in range(more):
            make_chantier(lines=1, partner=cast.partner, animator=cast.animator_user)
        client.get(path)
        with count_statements() as seen:
            assert client.get(path).status_code == 200
        counts.append(seen.count)
    assert counts[0] == counts[1]
    assert counts[0] <= 6


def test_the_page_of_50_tasks_stays_light(client: FlaskClient) -> None:
    import gzip

    cast = make_chantier(ChantierState.OPEN, lines=50)
    browser = Browser(client, cast.animator_user, "partner", cast.chantier.id)
    assert len(gzip.compress(browser.get().data)) < 30_000
