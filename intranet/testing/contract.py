"""The contract every portal and plugin keeps, as tests that its author runs.

    from intranet.testing.contract import PluginContract

    class TestMine(PluginContract):
        name = "mine"

It asks for one fixture, ``make_settings(**environment) -> Settings``: settings of a database of the test's own
(``intranet.testing.fixtures`` has one on SQLite; run it on PostgreSQL too).
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from flask_login import login_user
from sqlalchemy import Table, func, inspect, select
from werkzeug.routing import IntegerConverter, Rule

from intranet import migrate, revisions
from intranet.access import PUBLIC, SIGNED_IN, Role
from intranet.app import create_app
from intranet.config import Settings
from intranet.database import Model, writing
from intranet.extensions import db
from intranet.plugin_api import API_VERSION
from intranet.pluginsystem import checks, gate
from intranet.pluginsystem.discovery import NAME, discover
from intranet.pluginsystem.registry import Registry
from intranet.testing.factories import make_actor, make_user, sign_in
from intranet.testing.filling import fill_table
from intranet.timeline.wordings import sentence
from intranet.web import navigation

MakeSettings = Callable[..., Settings]
NOBODY = 987_654_321
"""The id of an object that no test makes."""


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """A migrated application, its connections closed on leaving."""
    app = create_app(settings)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    migrate.upgrade_all(app)
    try:
        yield app
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


class OwnerContract:
    """What portals and plugins alike keep."""

    name: ClassVar[str]

    @pytest.fixture
    def owner_app(self, make_settings: MakeSettings) -> Iterator[Flask]:
        with running(make_settings(INTRANET_PLUGINS=self.enabling())) as app:
            yield app

    @pytest.fixture
    def registry(self, owner_app: Flask) -> Registry:
        found: Registry = owner_app.extensions["intranet"]
        return found

    @classmethod
    def enabling(cls) -> str:
        """The plugin and all it requires, as INTRANET_PLUGINS names them."""
        found = discover()
        names: list[str] = []

        def add(name: str) -> None:
            for needed in found[name].plugin.requires:
                add(needed)
            names.append(name)

        add(cls.name)
        return ",".join(dict.fromkeys(names))

    def test_manifest_is_complete(self) -> None:
        plugin = discover()[self.name].plugin
        assert NAME.fullmatch(plugin.name)
        assert plugin.api == API_VERSION
        assert str(plugin.label)

    def test_manifest_is_cheap_to_read(self) -> None:
        """Reading it imports neither hooks nor models, so that a disabled plugin costs nothing."""
        found = discover()[self.name]
        package, hooks = found.package, found.plugin.hooks
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; import {package}; "
            f"sys.exit({hooks!r} in sys.modules or {package + '.models'!r} in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_every_check_of_the_start_passes(self, owner_app: Flask, registry: Registry) -> None:
        assert [problem for check in checks.CHECKS for problem in check(owner_app, registry)] == []

    def test_permissions_bear_its_name(self, registry: Registry) -> None:
        mine = [name for name, owner in registry.permission_owners.items() if owner == self.name]
        assert all(name.startswith(f"{self.name}.") for name in mine)

    def test_tables_bear_its_name(self, registry: Registry) -> None:
        package = registry.plugins.enabled[self.name].package
        mappers = [
            each for each in Model.registry.mappers if each.class_.__module__.startswith(f"{package}.")
        ]
        assert all(str(each.local_table).startswith(f"{self.name}_") for each in mappers)

    def test_migrations_match_its_models(self, owner_app: Flask) -> None:
        assert [line for line in migrate.check(owner_app) if line.startswith(f"{self.name}:")] == []

    def test_its_last_revision_is_the_one_of_the_highest_number(self, owner_app: Flask) -> None:
        with owner_app.app_context():
            assert revisions.newest(self.name) == migrate.head(self.name)

    def test_migrations_can_be_taken_back(self, owner_app: Flask) -> None:
        if not self.tables():
            with owner_app.app_context():
                assert not revisions.migrations_folder(self.name).is_dir()
            return
        migrate.downgrade(owner_app, self.name)
        assert not self.tables_of_database(owner_app)
        migrate.upgrade_all(owner_app)
        assert self.tables_of_database(owner_app) == {table.name for table in self.tables()}

    def test_pages_open_for_those_allowed_and_for_nobody_else(
        self, owner_app: Flask, registry: Registry
    ) -> None:
        """Every GET page, as every role and as nobody. An object that does not exist is 404, never an error."""
        for role in Role:
            client = self.client_of(owner_app, role)
            for rule in self.rules(owner_app):
                status = client.get(address_of(owner_app, rule)).status_code
                allowed = self.may_enter(owner_app, registry, rule.endpoint, role)
                expected = {200, 302, 303, 304, 404 if rule.arguments else 200} if allowed else {403, 404}
                assert status in expected, f"{role} on {rule.rule}: {status}"

    def test_strangers_are_sent_to_the_door(self, owner_app: Flask) -> None:
        client = owner_app.test_client()
        for rule in self.rules(owner_app):
            if gate.mark_of(owner_app, rule.endpoint) == PUBLIC:
                continue
            answer = client.get(address_of(owner_app, rule))
            assert answer.status_code == 303, rule.rule
            assert "/login" in answer.location

    def test_widgets_and_panels_obey_their_permission(self, owner_app: Flask, registry: Registry) -> None:
        widgets = [each for each in registry.widgets if each.owner == self.name]
        panels = [each for each in registry.panels if each.owner == self.name]
        for role in Role:
            with self.acting(owner_app, role) as person:
                shown = {name for name, _label, _markup in navigation.widgets()}
                for widget in widgets:
                    if widget.permission in person.permissions:
                        assert isinstance(widget.render(person), str)
                    else:
                        assert widget.name not in shown
                for panel in panels:
                    shown = {name for name, _label, _markup in navigation.panels(panel.slot, NOBODY)}
                    if panel.permission in person.permissions:
                        assert isinstance(panel.render(person, NOBODY), str)
                    else:
                        assert panel.name not in shown

    def test_searching_finds_nothing_rather_than_failing(self, owner_app: Flask, registry: Registry) -> None:
        sources = [each for each in registry.search if each.owner == self.name]
        for role in Role:
            with self.acting(owner_app, role) as person:
                for source in sources:
                    if source.permission in person.permissions:
                        assert list(source.find(person, "zzyzx \"' *", 5)) == []

    def test_its_index_can_be_rebuilt(self, owner_app: Flask, registry: Registry) -> None:
        with owner_app.app_context():
            for source in registry.search:
                if source.owner == self.name:
                    assert all(len(entry) == 3 for entry in source.index())

    def test_exports_have_as_many_cells_as_columns(self, owner_app: Flask, registry: Registry) -> None:
        exporters = [each for each in registry.exporters.values() if each.owner == self.name]
        for role in Role:
            with self.acting(owner_app, role) as person:
                for exporter in exporters:
                    if exporter.permission in person.permissions:
                        rows = list(exporter.rows(person, {"q": "nothing", "unknown": "x"}))
                        assert all(len(row) == len(exporter.columns) for row in rows)

    def test_its_events_have_words_even_when_a_fact_is_missing(
        self, owner_app: Flask, registry: Registry
    ) -> None:
        mine = [each for each in registry.event_wordings.values() if each.owner == self.name]
        with self.acting(owner_app, Role.COORDINATOR):
            general = sentence("nothing.at.all", {})
            for each in mine:
                assert sentence(each.kind, {}) not in ("", general)

    def test_each_of_its_mails_has_a_subject_a_text_and_a_page(self, owner_app: Flask) -> None:
        endings = (".subject.txt", ".txt", ".html")
        found = [
            name for name in owner_app.jinja_env.list_templates() if name.startswith(f"{self.name}/mail/")
        ]
        names = {name.removesuffix(".html").removesuffix(".txt").removesuffix(".subject") for name in found}
        assert sorted(found) == sorted(name + ending for name in names for ending in endings)

    # What the tests above are made of.

    def tables(self) -> list[Table]:
        return [table for table in Model.metadata.sorted_tables if table.name.startswith(f"{self.name}_")]

    def tables_of_database(self, app: Flask) -> set[str]:
        with app.app_context():
            return {name for name in inspect(db.engine).get_table_names() if name.startswith(f"{self.name}_")}

    def rules(self, app: Flask) -> list[Rule]:
        """Its GET addresses."""
        mine = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{self.name}.")]
        return [
            rule for rule in mine if "GET" in (rule.methods or ()) and not rule.endpoint.endswith(".static")
        ]

    def may_enter(self, app: Flask, registry: Registry, endpoint: str, role: Role) -> bool:
        mark = gate.mark_of(app, endpoint)
        if mark == PUBLIC:
            return True
        with app.app_context():
            kind = make_actor(make_user(role)).scope.kind
        kinds = registry.portal_kinds.get(self.name)
        if kinds is not None and kind not in kinds:
            return False
        return mark == SIGNED_IN or mark in registry.role_permissions(role)

    def client_of(self, app: Flask, role: Role) -> FlaskClient:
        with app.app_context():
            user = make_user(role)
            client = app.test_client()
            sign_in(client, user)
        return client

    @contextmanager
    def acting(self, app: Flask, role: Role) -> Iterator[Any]:
        """Inside a request of a person in that role."""
        with app.app_context():
            person = make_actor(make_user(role))
        with app.test_request_context("/"):
            login_user(person)
            yield person


class PortalContract(OwnerContract):
    """A portal's contract: it is somebody's home."""

    def test_it_is_the_home_of_somebody(self, registry: Registry) -> None:
        assert any(portal.owner == self.name and portal.kinds for portal in registry.portals)

    def test_safe_mode_keeps_it(self, make_settings: MakeSettings) -> None:
        with running(make_settings(INTRANET_PLUGINS="")) as app:
            assert self.name in app.extensions["intranet"].enabled


class PluginContract(OwnerContract):
    """A plugin's contract: the intranet goes on without it, and it comes back with all it had."""

    def test_disabling_loses_nothing(self, make_settings: MakeSettings) -> None:
        with running(make_settings(INTRANET_PLUGINS=self.enabling())) as app:
            before = self.fill(app)
        with running(make_settings(INTRANET_PLUGINS="")) as app:
            assert self.name not in app.extensions["intranet"].enabled
            assert self.tables_of_database(app) == set(before)
        with running(make_settings(INTRANET_PLUGINS=self.enabling())) as app:
            assert self.count(app) == before

    def test_other_pages_answer_without_it(self, make_settings: MakeSettings) -> None:
        with running(make_settings(INTRANET_PLUGINS=self.enabling())) as app:
            self.fill(app)
        with running(make_settings(INTRANET_PLUGINS="")) as app:
            for role in Role:
                client = self.client_of(app, role)
                home = client.get("/", follow_redirects=True)
                assert home.status_code == 200, role
                for path in set(re.findall(r'href="(/[^"#]*)"', home.get_data(as_text=True))):
                    if not path.startswith("/static/"):
                        assert client.get(path).status_code < 400, f"{role}: {path}"

    def fill(self, app: Flask) -> dict[str, int]:
        """One row in each of its tables that can stand alone; how many rows each then has."""
        with app.app_context(), writing():
            for table in self.tables():
                fill_table(db.session.connection(), table)
            db.session.commit()
        return self.count(app)

    def count(self, app: Flask) -> dict[str, int]:
        with app.app_context():
            connection = db.session.connection()
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in self.tables()
            }


def address_of(app: Flask, rule: Rule) -> str:
    """The rule's address, with an id that nothing has and a word that means nothing."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        values[name] = NOBODY if isinstance(converter, IntegerConverter) else _any(converter)
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def _any(converter: Any) -> str:
    items = getattr(converter, "items", None)
    return sorted(items)[0] if items else "nothing"
