"""What core, portals and plugins registered: collected once, stamped with its owner, sorted, then only read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from intranet.plugin_api import (
    CalendarSource,
    Demo,
    Event,
    EventWording,
    Exporter,
    GuestRole,
    HealthCheck,
    Indicator,
    Job,
    NavItem,
    OrganisationKind,
    Panel,
    Permission,
    Plugin,
    Policy,
    Portal,
    Role,
    SearchSource,
    Setting,
    Widget,
)
from intranet.pluginsystem.errors import StartRefused
from intranet.pluginsystem.manager import CORE, Plugins

if TYPE_CHECKING:
    from click import Command
    from flask import Blueprint

    from intranet.database import Model

T = TypeVar("T")
log = structlog.get_logger("intranet.plugins")


@dataclass(frozen=True)
class Registry:
    """Everything registered for one application."""

    plugins: Plugins
    blueprints: tuple[tuple[str, Blueprint], ...]
    permissions: Mapping[str, Permission]
    permission_owners: Mapping[str, str]
    policies: Mapping[tuple[str, type[Model]], tuple[Policy, ...]]
    nav: tuple[NavItem, ...]
    widgets: tuple[Widget, ...]
    portals: tuple[Portal, ...]
    panels: tuple[Panel, ...]
    search: tuple[SearchSource, ...]
    event_wordings: Mapping[str, EventWording]
    exporters: Mapping[str, Exporter]
    indicators: tuple[Indicator, ...]
    calendar: tuple[CalendarSource, ...]
    jobs: Mapping[str, Job]
    settings: Mapping[str, Setting]
    demos: tuple[Demo, ...]
    health_checks: tuple[HealthCheck, ...]
    commands: tuple[tuple[str, Command], ...]

    @property
    def enabled(self) -> Mapping[str, Plugin]:
        """The manifests of the enabled portals and plugins, by name."""
        return {name: each.plugin for name, each in self.plugins.enabled.items()}

    def config(self, owner: str) -> Any:
        """The owner's settings from the environment: an instance of its manifest's ``config``."""
        return self.plugins.configs[owner]

    @cached_property
    def _by_role(self) -> Mapping[Role | GuestRole, frozenset[str]]:
        return {
            role: frozenset(name for name, each in self.permissions.items() if role in each.roles)
            for role in (*Role, *GuestRole)
        }

    def role_permissions(self, role: Role | GuestRole) -> frozenset[str]:
        """The names of the permissions that ``role`` holds."""
        return self._by_role[role]

    @cached_property
    def portal_kinds(self) -> Mapping[str, frozenset[OrganisationKind]]:
        """For each owner of a portal, the kinds of organisation whose people may enter it."""
        kinds: dict[str, frozenset[OrganisationKind]] = {}
        for portal in self.portals:
            kinds[portal.owner] = kinds.get(portal.owner, frozenset()) | portal.kinds
        return kinds

    def portal_of(self, kind: OrganisationKind) -> Portal | None:
        """The home of people of such an organisation: the lightest portal that takes them."""
        return next((portal for portal in self.portals if kind in portal.kinds), None)

    def emit(self, event: Event) -> None:
        """Tell every ``on_event``. An error is logged with its owner and stops nobody else."""
        for owner, listen in self._listeners:
            try:
                listen(event)
            except Exception:
                log.exception("event_listener_failed", owner=owner, event_kind=event.kind)
                _forget_half_done_work()

    @cached_property
    def _listeners(self) -> tuple[tuple[str, Callable[[Event], None]], ...]:
        return tuple(self.implementations("on_event"))

    def implementations(self, hook: str) -> list[tuple[str, Callable[..., Any]]]:
        """Each owner's function for a hook, sorted by owner."""
        caller = getattr(self.plugins.manager.hook, hook)
        return sorted(
            ((impl.plugin_name, impl.function) for impl in caller.get_hookimpls()), key=lambda pair: pair[0]
        )


def _forget_half_done_work() -> None:
    """A listener that failed in the middle of a transaction must not leave it to the next."""
    from intranet.extensions import db

    db.session.rollback()


def collect(plugins: Plugins) -> Registry:
    """Ask every owner what it registers. Raises ``StartRefused`` when two register the same name."""

    def gather(hook: str) -> list[tuple[str, Any]]:
        pairs: list[tuple[str, Any]] = []
        for impl in getattr(plugins.manager.hook, hook).get_hookimpls():
            pairs += [(impl.plugin_name, item) for item in impl.function() or ()]
        return sorted(pairs, key=lambda pair: pair[0])

    def stamped(hook: str) -> list[Any]:
        return [dataclasses.replace(item, owner=owner) for owner, item in gather(hook)]

    permissions = gather("register_permissions")
    return Registry(
        plugins=plugins,
        blueprints=tuple(gather("register_blueprints")),
        permissions=_by_name("permission", [(owner, item.name, item) for owner, item in permissions]),
        permission_owners={item.name: owner for owner, item in permissions},
        policies=_policies(item for _owner, item in gather("register_policies")),
        nav=_sorted(stamped("register_nav")),
        widgets=_sorted(stamped("register_widgets")),
        portals=_sorted(stamped("register_portals")),
        panels=_sorted(stamped("register_panels")),
        search=_sorted(stamped("register_search")),
        event_wordings=_by_name(
            "event wording", [(i.owner, i.kind, i) for i in stamped("register_event_wordings")]
        ),
        exporters=_by_name("exporter", [(i.owner, i.name, i) for i in stamped("register_exporters")]),
        indicators=_sorted(stamped("register_indicators")),
        calendar=_sorted(stamped("register_calendar")),
        jobs=_by_name("job", [(i.owner, i.name, i) for i in stamped("register_jobs")]),
        settings=_by_name("setting", [(i.owner, i.key, i) for i in stamped("register_settings")]),
        demos=_sorted(stamped("register_demo")),
        health_checks=tuple(stamped("register_health_checks")),
        commands=tuple(gather("register_commands")),
    )


def _sorted(items: list[T]) -> tuple[T, ...]:
    """By weight, then label, then owner: the order of loading means nothing."""

    def place(item: Any) -> tuple[int, str, str]:
        label = getattr(item, "label", None) or item.name
        return getattr(item, "weight", 50), _untranslated(label), item.owner

    return tuple(sorted(items, key=place))


def _untranslated(label: Any) -> str:
    """The source string of a lazy label: sorting happens outside any request, hence in no language."""
    arguments = getattr(label, "_args", None)
    return str(arguments[0]) if arguments else str(label)


def _by_name(what: str, items: Iterable[tuple[str, str, T]]) -> Mapping[str, T]:
    named: dict[str, T] = {}
    owners: dict[str, str] = {}
    for owner, name, item in items:
        if name in named:
            raise StartRefused(
                f"The {what} {name} is registered twice: by {owners[name]} and by {owner}. Rename one of them."
            )
        named[name], owners[name] = item, owner
    return MappingProxyType(named)


def _policies(items: Iterable[Policy]) -> Mapping[tuple[str, type[Model]], tuple[Policy, ...]]:
    found: dict[tuple[str, type[Model]], tuple[Policy, ...]] = {}
    for policy in items:
        key = (policy.permission, policy.model)
        found[key] = (*found.get(key, ()), policy)
    return MappingProxyType(found)


__all__ = ["CORE", "Registry", "collect"]
