"""The history: recorded with the change, told after it, shown to the sides it is for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from intranet.access import Role, registry
from intranet.accounts.models import User
from intranet.clock import today
from intranet.dossiers.models import Dossier
from intranet.errors import Stale
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.plugin_api import Event
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_user, sign_in
from intranet.timeline.models import AccessLogEntry, TimelineEntry
from intranet.timeline.queries import entries, entries_about
from intranet.timeline.service import commit, field_changes, record
from intranet.timeline.wordings import WORDINGS, sentence


@pytest.fixture
def told(app: Flask, db_session: Any, monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events that plugins are told."""
    seen: list[Event] = []
    monkeypatch.setattr(type(registry()), "emit", lambda _registry, event: seen.append(event))
    return seen


def trial(**more: Any) -> None:
    record("core.site.added", actor=None, subject="site", subject_id=1, data={"name": "Maison"}, **more)


def test_an_event_is_told_after_the_commit_and_only_once(told: list[Event]) -> None:
    trial()
    assert told == []
    commit()
    assert [event.kind for event in told] == ["core.site.added"]
    commit()
    assert len(told) == 1


def test_an_event_rolled_back_is_neither_kept_nor_told(told: list[Event]) -> None:
    trial()
    db.session.rollback()
    commit()
    assert told == []
    assert db.session.scalars(select(TimelineEntry)).first() is None


def test_several_events_of_one_command_are_told_in_their_order(told: list[Event]) -> None:
    for number in (1, 2, 3):
        record("core.site.added", actor=None, subject="site", subject_id=number)
    commit()
    assert [event.subject_id for event in told] == [1, 2, 3]


def test_a_listener_that_fails_neither_undoes_the_change_nor_stops_the_others(
    app: Flask, db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def fail(_event: Event) -> None:
        raise RuntimeError("a plugin is broken")

    listeners = (("broken", fail), ("sound", lambda event: seen.append(event.kind)))
    monkeypatch.setitem(vars(registry()), "_listeners", listeners)
    trial()
    commit()
    assert seen == ["core.site.added"]
    assert db.session.scalars(select(TimelineEntry)).one().kind == "core.site.added"


def test_the_name_and_side_are_those_of_that_day(db_session: Any) -> None:
    agent = make_user(Role.AGENT, name="Une agente")
    record("core.site.added", actor=make_actor(agent), subject="site", subject_id=1)
    commit()
    agent.name = "Mariée depuis"
    db.session.commit()
    entry = db.session.scalars(select(TimelineEntry)).one()
    assert (entry.actor_name, entry.side) == ("Une agente", "bailleur")


def test_each_side_sees_what_is_for_it(db_session: Any, app: Flask) -> None:
    dossier = make_dossier()
    before = len(entries(dossier.id, "alc"))
    trial(dossier_id=dossier.id, audience=("alc", "bailleur"))
    trial(dossier_id=dossier.id)
    commit()
    assert len(entries(dossier.id, "alc")) - before == 2
    assert len(entries(dossier.id, "bailleur")) == 1
    assert entries(dossier.id, "partner") == []
    assert entries(dossier.id, "ail") == [], "a part of a name is not a side"


def test_reading_the_history_is_one_statement(db_session: Any, count_statements: Callable[..., Any]) -> None:
    dossier_id = make_dossier().id
    for _number in range(60):
        trial(dossier_id=dossier_id)
    commit()
    with count_statements() as seen:
        found = entries(dossier_id, "alc")
    assert seen.count == 1
    assert len(found) == 50
    assert found[0].sentence == "a ajouté le site Maison"


def test_a_dossier_moves_up_with_what_happens_to_it_without_becoming_stale(db_session: Any) -> None:
    dossier = make_dossier()
    version, before = dossier.version, dossier.changed_at
    trial(dossier_id=dossier.id)
    commit()
    stored = db.session.get_one(Dossier, dossier.id)
    assert stored.changed_at > before
    assert stored.version == version


def test_field_changes_say_old_and_new_but_no_secret(db_session: Any) -> None:
    user = make_user(Role.AGENT, name="Avant")
    db.session.refresh(user)
    user.name, user.password_hash, user.totp_secret = "Après", "x", "y"
    user.phone = user.phone
    assert field_changes(user) == {"name": ("Avant", "Après")}
    assert field_changes(User(email="new@example.org", name="X")) == {}


def test_what_is_recorded_is_plain_json(db_session: Any) -> None:
    data = {
        "on": date(2019, 3, 14),
        "role": Role.ADMIN,
        "m2": Decimal("12.50"),
        "pair": (1, None),
        "set": {1},
    }
    record("core.site.added", actor=None, subject="site", subject_id=1, data=data)
    commit()
    entry = db.session.scalars(select(TimelineEntry)).one()
    assert entry.data == {"on": "2019-03-14", "role": "admin", "m2": "12.50", "pair": [1, None], "set": [1]}


def test_two_who_save_at_once_the_second_is_told(app: Flask, db_session: Any) -> None:
    organisation_id = make_organisation().id
    mine = db.session.get_one(Organisation, organisation_id)
    db.session.commit()
    assert mine.name
    db.session.expunge(mine)
    db.session.rollback()
    with Session(db.engine) as other:
        other.get_one(Organisation, organisation_id).name = "Par un autre"
        other.commit()
    db.session.add(mine)
    mine.name = "Par moi"
    with app.test_request_context(), pytest.raises(Stale):
        commit()


def test_every_wording_reads_even_when_a_fact_is_missing(app: Flask) -> None:
    with app.test_request_context():
        for kind in WORDINGS:
            assert sentence(kind, {}).strip(), kind
        assert sentence("plugin.unknown.kind", {})


def test_the_history_of_an_object_is_its_own(db_session: Any) -> None:
    trial()
    record("core.site.added", actor=None, subject="site", subject_id=2)
    commit()
    assert len(entries_about("site", 1, "alc")) == 1


def test_opening_a_dossier_is_noted_once_a_day_for_each_person(client: FlaskClient, db_session: Any) -> None:
    coordinator = make_user(Role.COORDINATOR)
    dossier = make_dossier()
    dossier_id = dossier.id
    sign_in(client, coordinator)
    for _time in range(3):
        client.get(f"/staff/dossiers/{dossier_id}").close()
    of = AccessLogEntry
    reads = db.session.execute(select(of.dossier_id, of.user_id, of.on)).all()
    assert reads == [(dossier_id, coordinator.id, today())]
