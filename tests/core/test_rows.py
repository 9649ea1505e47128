"""Rows come by kept statements, on the request's own connection or on the session's."""

from __future__ import annotations

import enum
import sqlite3
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from intranet.access import OrganisationKind, Scope
from intranet.database import UtcDateTime, writing
from intranet.dossiers.models import Dossier
from intranet.extensions import db
from intranet.organisations.models import Organisation, Phase
from intranet.rows import (
    MOST_RESTING,
    Kept,
    Reading,
    Statement,
    begin_reading,
    end_reading,
    fetch_all,
    fetch_one,
    fetch_value,
    reader,
    write,
)
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_organisation

PARTNERS = (OrganisationKind.BAILLEUR, OrganisationKind.WORKS_PARTNER)


def _of_kind(_scope: Scope | None, *kinds: OrganisationKind) -> Statement:
    return select(Organisation.name, Organisation.kind).where(Organisation.kind.in_(kinds)).order_by("name")


_NAMED = select(Organisation.id, Organisation.active).where(Organisation.name == bindparam("called"))


def test_columns_have_their_own_types(db_session: scoped_session[Session]) -> None:
    db_session.add(Phase(name="un", starts_on=date(2018, 9, 1), ends_on=date(2018, 12, 31), goals=["a", "é"]))
    dossier = make_dossier()
    db_session.commit()
    row = fetch_one(select(Phase.starts_on, Phase.goals, Phase.id.label("index")))
    assert row is not None
    assert (row.starts_on, row.goals) == (date(2018, 9, 1), ["a", "é"])
    assert row.index == row[2]
    since = fetch_value(select(Dossier.state_since).where(Dossier.id == dossier.id))
    assert isinstance(since, datetime)
    assert since.tzinfo is UTC
    state = fetch_value(select(Dossier.state).where(Dossier.id == bindparam("it")), it=dossier.id)
    assert isinstance(state, enum.Enum)


def test_a_list_of_constants_is_part_of_the_statement(app: Flask) -> None:
    with app.test_request_context():
        names = {kind: make_organisation(kind).name for kind in OrganisationKind}
        for kinds in (PARTNERS, PARTNERS[:1], tuple(OrganisationKind)):
            found = {row.kind: row.name for row in fetch_all(_of_kind, *kinds)}
            assert found == {kind: names[kind] for kind in kinds}
        assert len([key for key in reader().kept if key[0] is _of_kind]) == 3


def test_a_parameter_that_was_forgotten_is_named(db_session: scoped_session[Session]) -> None:
    with pytest.raises(KeyError, match="called"):
        fetch_one(_NAMED)


def test_text_is_a_parameter_whatever_it_holds(db_session: scoped_session[Session]) -> None:
    make_organisation(OrganisationKind.OTHER)
    db_session.commit()
    assert fetch_one(_NAMED, called="' OR 1=1 --") is None


def test_the_session_s_own_changes_are_seen_before_they_are_saved(
    db_session: scoped_session[Session],
) -> None:
    with writing():
        db_session.add(Organisation(kind=OrganisationKind.OTHER, name="Neuve", active=True))
        db_session.flush()
        row = fetch_one(_NAMED, called="Neuve")
        assert row is not None
        assert row.active is True
        db_session.rollback()
    assert fetch_one(_NAMED, called="Neuve") is None


def test_a_request_that_reads_does_not_see_what_is_not_saved(db_session: scoped_session[Session]) -> None:
    with writing():
        db_session.add(Organisation(kind=OrganisationKind.OTHER, name="Neuve", active=True))
        db_session.flush()
        begin_reading()
        assert fetch_value(_NAMED, called="Neuve") is None
        end_reading()
        assert fetch_value(_NAMED, called="Neuve") is not None
        db_session.rollback()


def test_an_error_of_the_database_is_sqlalchemy_s(db_session: scoped_session[Session]) -> None:
    from sqlalchemy import literal_column

    with pytest.raises(DBAPIError):
        fetch_value(select(literal_column("no_such_column")))


def test_a_request_that_reads_may_not_write(db_session: scoped_session[Session]) -> None:
    name = make_organisation(OrganisationKind.BAILLEUR).name
    db_session.commit()
    begin_reading()
    with pytest.raises(RuntimeError, match="may not write"):
        write(update(Organisation).values(name=bindparam("new")), new="Autre")
    end_reading()
    assert fetch_one(_NAMED, called=name) is not None


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_goes_in_and_out_as_sqlalchemy_has_it(instant: datetime) -> None:
    dialect = sqlite.dialect()
    kind = UtcDateTime().dialect_impl(dialect)
    put, got = kind.bind_processor(dialect), kind.result_processor(dialect, None)
    assert put is not None
    assert got is not None
    try:
        kept = put(instant)
    except OverflowError:  # the first and last hours of the calendar have no UTC
        assume(False)
    kept_statement = Kept(select(Dossier.state_since).where(Dossier.state_since == bindparam("at")), dialect)
    assert kept_statement.parameters({"at": instant}) == [kept]
    assert kept_statement.rows([(kept,), (None,)]) == [(got(kept),), (None,)]


def test_an_instant_without_a_time_zone_is_refused() -> None:
    statement = Kept(select(Dossier.id).where(Dossier.state_since == bindparam("at")), sqlite.dialect())
    with pytest.raises(ValueError, match="needs a time zone"):
        statement.parameters({"at": datetime(2019, 3, 14)})  # noqa: DTZ001 (that is the point)


@pytest.mark.sqlite_only
def test_a_connection_rests_between_readings_and_is_closed_with_the_others(
    db_session: scoped_session[Session],
) -> None:
    resting = reader().resting
    for _ in range(2):
        begin_reading()
        assert fetch_one(_NAMED, called="Neuve") is None
        assert resting == []
        end_reading()
        assert len(resting) == 1
    waiting = resting[0].driver_connection
    assert waiting is not None
    db.engine.dispose()
    assert resting == []
    with pytest.raises(sqlite3.ProgrammingError):
        waiting.cursor()


@pytest.mark.sqlite_only
def test_only_so_many_connections_rest(app: Flask) -> None:
    with app.app_context():
        readings = [Reading(reader()) for _ in range(MOST_RESTING + 2)]
        for reading in readings:
            reading.driver().execute("SELECT 1").fetchone()
        for reading in readings:
            reading.end()
        assert len(reader().resting) == MOST_RESTING
