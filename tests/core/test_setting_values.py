"""Settings changed on screen: declared, typed, cached, recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.access import Role, registry
from intranet.accounts.models import User
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.plugin_api import Setting
from intranet.settings.models import StoredSetting
from intranet.settings.service import set_value, value
from intranet.testing.factories import csrf_token, make_actor, make_user, sign_in
from intranet.timeline.models import TimelineEntry

DECLARED = (
    Setting("trial.days", "Délai", "7", int, owner="trial"),
    Setting("trial.word", "Mot", "bonjour", owner="trial"),
    Setting("trial.open", "Ouvert", "", bool, owner="trial"),
)


@pytest.fixture
def admin(app: Flask, db_session: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    replaced = dataclasses.replace(registry(), settings={each.key: each for each in DECLARED})
    monkeypatch.setitem(app.extensions, "intranet", replaced)
    return make_actor(make_user(Role.ADMIN))


def test_a_setting_has_its_default_then_its_value_then_its_default_again(admin: Any) -> None:
    assert value("trial.days") == 7
    set_value(admin, "trial.days", " 10 ")
    assert value("trial.days") == 10
    set_value(admin, "trial.days", "7")
    assert value("trial.days") == 7
    assert db.session.scalars(select(StoredSetting)).first() is None


def test_a_setting_reads_in_its_own_kind(admin: Any) -> None:
    assert value("trial.open") is False
    set_value(admin, "trial.open", "1")
    assert value("trial.open") is True
    assert value("trial.word") == "bonjour"


def test_a_number_that_is_none_is_refused_at_its_field(admin: Any) -> None:
    with pytest.raises(Refused) as refusal:
        set_value(admin, "trial.days", "sept")
    assert refusal.value.field == "trial.days"


def test_a_setting_nobody_declared_is_an_error(admin: Any) -> None:
    with pytest.raises(LookupError, match=r"trial\.none"):
        value("trial.none")


def test_only_administrators_change_settings(admin: Any) -> None:
    for role in Role:
        if role is not Role.ADMIN:
            with pytest.raises(NotAllowed):
                set_value(make_actor(make_user(role)), "trial.days", "9")


def test_reading_settings_costs_one_statement_then_none(
    admin: Any, count_statements: Callable[..., Any]
) -> None:
    with count_statements() as seen:
        for _time in range(20):
            value("trial.days")
            value("trial.word")
    assert seen.count == 1


def test_a_change_is_in_the_history(admin: Any) -> None:
    set_value(admin, "trial.days", "10")
    set_value(admin, "trial.days", "10")
    entry = db.session.scalars(select(TimelineEntry)).one()
    assert (entry.kind, entry.from_state, entry.to_state) == ("core.setting.changed", "7", "10")


def test_the_page_saves_one_setting_and_explains_a_wrong_one(client: FlaskClient, admin: Any) -> None:
    sign_in(client, db.session.get_one(User, admin.user_id))
    url = "/staff/administration/settings"

    def send(key: str, text: str | None) -> Any:
        data = {"key": key, "csrf_token": csrf_token(client, "/account/password")}
        return client.post(url, data=data if text is None else {**data, "value": text})

    assert send("trial.days", "12").status_code == 303
    assert 'value="12"' in client.get(url).text
    wrong = send("trial.days", "douze")
    assert wrong.status_code == 422
    assert 'value="douze"' in wrong.text
    assert "nombre entier" in wrong.text
    assert send("trial.open", "1").status_code == 303
    assert send("trial.open", None).status_code == 303, "an unticked box is sent as nothing"
    assert value("trial.open") is False
