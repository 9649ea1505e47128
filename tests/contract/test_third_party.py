"""A plugin in a distribution of its own: found by its entry point, shown everywhere, and under contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.access import Role
from intranet.config import Settings, SettingsError
from intranet.database import writing
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.testing.contract import PluginContract, running
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_user, sign_in
from intranet.timeline.queries import entries
from intranet.timeline.wordings import sentence
from intranet.web import navigation


@pytest.mark.usefixtures("third_party")
class TestNotices(PluginContract):
    name = "notices"


@pytest.fixture
def board(third_party: None, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    with running(make_settings(INTRANET_PLUGINS="notices", NOTICES_SHOWN="2")) as app:
        yield app


@pytest.fixture
def reader(board: Flask) -> FlaskClient:
    with board.app_context():
        user = make_user(Role.COORDINATOR)
        client = board.test_client()
        sign_in(client, user)
    return client


def test_it_is_found_by_its_entry_point(board: Flask) -> None:
    found = board.extensions["intranet"].plugins.enabled["notices"]
    assert found.source == "the distribution intranet-notices"


def test_its_page_shows_its_rows_and_obeys_its_setting(board: Flask, reader: FlaskClient) -> None:
    from intranet_notices.models import Notice

    with board.app_context():
        db.session.add_all(Notice(text=f"Avis {number}") for number in range(3))
        db.session.commit()
    page = reader.get("/notices/").get_data(as_text=True)
    assert "Avis 2" in page
    assert "Avis 1" in page
    assert "Avis 0" not in page


def test_its_menu_entry_is_in_the_menu(reader: FlaskClient) -> None:
    assert 'href="/notices/"' in reader.get("/notices/").get_data(as_text=True)


def test_its_panel_and_widget_are_shown_to_the_staff_and_to_nobody_else(board: Flask) -> None:
    contract = TestNotices()
    with contract.acting(board, Role.COORDINATOR):
        assert "Punaisé au dossier 7" in str(navigation.panels("dossier", 7))
        assert "Un mot du tableau" in str(navigation.widgets())
    with contract.acting(board, Role.AGENT):
        assert navigation.panels("dossier", 7) == []
        assert "Un mot du tableau" not in str(navigation.widgets())


def test_its_event_is_told_in_its_own_words_and_its_mail_leaves(
    board: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    from intranet_notices.service import pin

    with board.app_context(), writing():
        dossier_id = make_dossier().id
        pin(make_actor(make_user(Role.COORDINATOR)), "Clé au 3ᵉ", dossier_id=dossier_id, tell="x@example.org")
        assert run_due() == 1
    printed = capsys.readouterr().out
    assert "Subject: Bonjour, Clé au 3ᵉ" in printed
    assert "Au tableau : Clé au 3ᵉ" in printed
    with TestNotices().acting(board, Role.COORDINATOR):
        assert [entry.sentence for entry in entries(dossier_id, "alc")] == ["a épinglé « Clé au 3ᵉ »"]


def test_without_the_plugin_its_events_stay_in_general_words(
    third_party: None, make_settings: Callable[..., Settings]
) -> None:
    with running(make_settings(INTRANET_PLUGINS="")) as app, TestNotices().acting(app, Role.COORDINATOR):
        assert sentence("notices.pinned", {"text": "Clé"}) == "a fait avancer le dossier"


@pytest.mark.usefixtures("third_party")
def test_an_unknown_setting_of_a_plugin_stops_the_start(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(INTRANET_PLUGINS="notices", NOTICES_SHOWNN="2")
    with pytest.raises(SettingsError, match=r"NOTICES_SHOWNN.*Did you mean NOTICES_SHOWN"), running(settings):
        pass
