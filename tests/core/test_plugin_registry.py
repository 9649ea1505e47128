"""What is registered is owned, sorted and only read; and one plugin's error is its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from intranet.access import Role
from intranet.config import Settings
from intranet.database import now
from intranet.plugin_api import Event, hookimpl
from intranet.pluginsystem.manager import Plugins
from intranet.pluginsystem.registry import Registry, collect

HAPPENED = Event("works.split.proposed", now(), None, None, "split", 1)


def registry_with(settings: Settings, **modules: Callable[..., object]) -> Registry:
    plugins = Plugins(settings)
    for name, on_event in modules.items():
        module = ModuleType(name)
        module.on_event = hookimpl(on_event)  # type: ignore[attr-defined]
        plugins.manager.register(module, name=name)
    return collect(plugins)


def test_an_error_in_one_listener_is_logged_with_its_owner_and_stops_nobody_else(
    app: Flask, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: list[Event] = []

    def fails(event: Event) -> None:
        raise RuntimeError("out of order")

    def listens(event: Event) -> None:
        heard.append(event)

    registry = registry_with(settings, broken=fails, sound=listens)
    with app.app_context():
        registry.emit(HAPPENED)
    assert heard == [HAPPENED]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    failure = next(line for line in lines if line["event"] == "event_listener_failed")
    assert failure["owner"] == "broken"
    assert "out of order" in failure["exception"]


def test_every_item_bears_its_owner(app: Flask) -> None:
    registry: Registry = app.extensions["intranet"]
    assert {item.owner for item in registry.nav} <= {"core", *registry.enabled}
    assert next(item for item in registry.nav if item.endpoint == "directory.index").owner == "directory"


def test_items_are_sorted_by_weight_then_label(app: Flask) -> None:
    registry: Registry = app.extensions["intranet"]
    weights = [item.weight for item in registry.nav]
    assert weights == sorted(weights)


def test_roles_hold_the_permissions_that_name_them(app: Flask) -> None:
    registry: Registry = app.extensions["intranet"]
    assert "directory.manage" in registry.role_permissions(Role.COORDINATOR)
    assert "directory.manage" not in registry.role_permissions(Role.REFERENT)
    assert "directory.read" not in registry.role_permissions(Role.AGENT)


def test_what_is_registered_cannot_be_changed(app: Flask) -> None:
    registry: Registry = app.extensions["intranet"]
    with pytest.raises(TypeError):
        registry.permissions["core.new"] = next(iter(registry.permissions.values()))  # type: ignore[index]


def test_two_applications_share_no_plugin_manager(settings: Settings) -> None:
    assert Plugins(settings).manager is not Plugins(settings).manager
