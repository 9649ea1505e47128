"""The programme's figures by phase and its calendar: core's, plugins', and nobody else's."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.access import Role
from intranet.accounts.models import User
from intranet.chantiers.models import ChantierState, HoursRole
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import Household
from intranet.dossiers.terms import DossierState as S
from intranet.extensions import db
from intranet.organisations.models import Phase
from intranet.plugin_api import CalendarSource, Indicator
from intranet.programme import INDICATORS, done_with, family_hours, withheld
from intranet.testing.chantiers import enter, make_chantier, tasks_of
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_pole, make_user, sign_in

PHASE = (date(2018, 9, 1), date(2018, 12, 31))


@pytest.fixture
def person(app: Flask) -> Callable[[Role], FlaskClient]:
    def come(role: Role) -> FlaskClient:
        with app.app_context():
            pole = make_pole("UIP") if role in (Role.DIRECTOR, Role.REFERENT) else None
            email = make_user(role, pole=pole).email
        client = app.test_client()
        sign_in(client, User(email=email))
        return client

    return come


def cells(html: str, label: str) -> list[str]:
    row = html.split(f'<th scope="row">{label}</th>')[1].split("</tr>")[0]
    return [cell.split(">", 1)[1].split("</td>")[0] for cell in row.split("<td")[1:]]


def test_figures_are_told_for_each_phase_and_few_families_are_not_counted_out(
    app: Flask, person: Callable[[Role], FlaskClient]
) -> None:
    with app.app_context():
        db.session.add(Phase(name="Phase 1", starts_on=PHASE[0], ends_on=PHASE[1], goals=[]))
        for number in range(10):
            make_dossier(opened_on=PHASE[0] if number < 5 else PHASE[1] + timedelta(days=1))
        make_dossier(state=S.JOINED, opened_on=PHASE[1], joined_on=PHASE[1])
    page = person(Role.COORDINATOR).get("/staff/indicators").text
    assert cells(page, "Familles repérées") == ["6", "11"]
    assert cells(page, "Familles adhérentes") == ["moins de 5", "moins de 5"]
    assert cells(page, "Contrats signés") == ["0", "0"]
    assert cells(page, "Part faite avec la famille") == ["—", "—"]


@pytest.mark.parametrize(
    ("parts", "total", "hidden", "total_hidden"),
    [
        ((6, 5), 11, set(), False),
        ((3, 0), 3, {0}, True),
        ((3, 8), 11, {0, 1}, False),  # the total less the other would tell it
        ((3, 8, 20), 31, {0, 1}, False),  # the smaller of the others is enough
        ((1, 2, 9, 20), 32, {0, 1, 2}, False),  # two that come to three are no better
        ((6, 7), 16, {0}, False),  # three fall in no phase
        ((6,), 9, {0}, False),
        ((0, 0), 0, set(), False),
    ],
)
def test_what_is_of_few_is_withheld_with_what_would_tell_it(
    parts: tuple[float, ...], total: float, hidden: set[int], total_hidden: bool
) -> None:
    assert withheld(parts, total) == (frozenset(hidden), total_hidden)


def test_hours_and_shares_of_few_families_are_not_told(
    app: Flask, person: Callable[[Role], FlaskClient]
) -> None:
    with app.test_request_context(), writing():
        for _family in range(4):
            cast = make_chantier(ChantierState.OPEN)
            enter(cast, tasks_of(cast.chantier)[0], 180, role=HoursRole.FAMILY)
    coordinator = person(Role.COORDINATOR)
    for label in ("Heures des familles et des proches", "Part faite avec la famille"):
        assert cells(coordinator.get("/staff/indicators").text, label) == ["non publié"]
    assert cells(coordinator.get("/staff/indicators").text, "Contrats signés") == ["moins de 5"]
    with app.test_request_context(), writing():
        cast = make_chantier(ChantierState.OPEN)
        enter(cast, tasks_of(cast.chantier)[0], 180, role=HoursRole.FAMILY)
    assert cells(coordinator.get("/staff/indicators").text, "Part faite avec la famille") == ["100\u00a0%"]


def test_a_family_that_came_back_under_another_dossier_counts_once(app: Flask) -> None:
    spotted = next(each for each in INDICATORS if each.name == "spotted")
    with app.app_context():
        first = make_dossier(state=S.CLOSED, opened_on=PHASE[0])
        family = db.session.get_one(Household, first.household_id)
        make_dossier(household=family, opened_on=PHASE[1])
        assert spotted.value(*PHASE) == 1
        make_dossier(opened_on=PHASE[1])
        assert spotted.value(*PHASE) == 2


def test_the_share_done_with_the_family_is_of_all_hours(app: Flask) -> None:
    with app.test_request_context(), writing():
        cast = make_chantier(ChantierState.OPEN)
        task = tasks_of(cast.chantier)[0]
        enter(cast, task, 180, role=HoursRole.FAMILY)
        enter(cast, task, 60, role=HoursRole.PARTNER)
        assert family_hours(today(), today()) == 3
        assert done_with(today(), today()) == 75
        assert done_with(PHASE[0], PHASE[1]) is None


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COORDINATOR, 200),
        (Role.ADMIN, 200),
        (Role.DIRECTOR, 200),
        (Role.REFERENT, 403),
        (Role.TISF, 403),
        (Role.AGENT, 404),
        (Role.ANIMATOR, 404),
    ],
)
def test_figures_are_for_those_who_answer_for_the_programme(
    person: Callable[[Role], FlaskClient], role: Role, status: int
) -> None:
    assert person(role).get("/staff/indicators").status_code in {status, 403 if status == 404 else status}


def test_the_calendar_shows_the_months_dates_of_the_dossiers_one_may_open(
    app: Flask, person: Callable[[Role], FlaskClient]
) -> None:
    with app.app_context(), writing():
        mine = make_dossier(make_pole("UIP"), state=S.ALLOCATED, entry_on=date(2019, 3, 14))
        theirs = make_dossier(make_pole("PEP"), state=S.ALLOCATED, entry_on=date(2019, 3, 14))
        here, there = f"/staff/dossiers/{mine.id}", f"/staff/dossiers/{theirs.id}"
        cast = make_chantier(dossier=make_dossier(make_pole("UIP"), state=S.JOINED))
        cast.chantier.planned_start, cast.chantier.planned_end = date(2019, 2, 20), date(2019, 3, 5)
        site = f"/staff/chantiers/{cast.chantier.id}"
        db.session.commit()
    referent = person(Role.REFERENT)
    march = referent.get("/staff/calendar?month=2019-03").text
    assert here in march
    assert there not in march
    assert site in march, "begun the month before, still under way"
    assert "du 20\u00a0février 2019 au 5\u00a0mars 2019" in march
    assert "mars 2019" in march
    april = referent.get("/staff/calendar?month=2019-04").text
    assert here not in april
    assert site not in april
    assert 'href="/staff/calendar?month=2019-03"' in april


@pytest.mark.parametrize("month", ["", "2019-13", "x", "0000-00", "2019-3-1", "999999-01"])
def test_a_month_nobody_can_read_is_this_one(person: Callable[[Role], FlaskClient], month: str) -> None:
    answer = person(Role.TISF).get("/staff/calendar", query_string={"month": month})
    assert answer.status_code == 200
    assert str(today().year) in answer.text


@pytest.mark.parametrize("month", ["0001-01", "9999-12"])
def test_the_ends_of_time_are_no_error(person: Callable[[Role], FlaskClient], month: str) -> None:
    assert person(Role.TISF).get("/staff/calendar", query_string={"month": month}).status_code == 200


def test_a_plugins_figures_and_dates_stand_with_the_others(
    app: Flask, person: Callable[[Role], FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = app.extensions["intranet"]
    watts = Indicator(
        "watts", "Énergie", "", "core.indicator.read", lambda since, until: 42.0, owner="energy"
    )
    saved = dataclasses.replace(watts, name="saved", label="Économie", unit="percent")
    noon = datetime(2019, 3, 20, 12, tzinfo=UTC)
    visit = CalendarSource(
        "visits", "Visite", "core.dossier.read", lambda *_: [(noon, None, "Relevé", "/energy/1")], "energy"
    )
    more = dataclasses.replace(
        kept, indicators=(*kept.indicators, watts, saved), calendar=(*kept.calendar, visit)
    )
    monkeypatch.setitem(app.extensions, "intranet", more)
    coordinator = person(Role.COORDINATOR)
    page = coordinator.get("/staff/indicators").text
    assert cells(page, "Énergie") == ["42"]
    assert cells(page, "Économie") == ["—"], "a share of nobody knows how many is not told"
    assert 'href="/energy/1">Relevé</a>' in coordinator.get("/staff/calendar?month=2019-03").text


def test_the_calendar_takes_as_many_statements_for_fifty_dates_as_for_one(
    app: Flask, person: Callable[[Role], FlaskClient], count_statements: Callable[[], object]
) -> None:
    client = person(Role.COORDINATOR)
    counts = []
    for many in (1, 49):
        with app.app_context():
            for _each in range(many):
                make_dossier(state=S.ALLOCATED, entry_on=date(2019, 3, 14))
        client.get("/staff/calendar?month=2019-03")
        with count_statements() as seen:  # type: ignore[attr-defined]
            client.get("/staff/calendar?month=2019-03")
        counts.append(seen.count)
    assert counts[0] == counts[1]
