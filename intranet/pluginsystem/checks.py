"""What must hold before the application serves anyone. Every problem is listed, each with how to mend it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from flask import Flask
from jinja2 import FileSystemLoader
from werkzeug.routing import Rule as UrlRule

from intranet.access import PUBLIC, SIGNED_IN
from intranet.database import Model
from intranet.plugin_api import NavItem, Portal
from intranet.pluginsystem import gate
from intranet.pluginsystem.errors import StartRefused
from intranet.pluginsystem.manager import CORE, owner_of_module
from intranet.pluginsystem.registry import Registry
from intranet.search.models import first_of

SLOTS = frozenset({"dossier", "dwelling", "chantier"})
AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
SEARCH_KIND = re.compile(r"[a-z][a-z0-9_.]{0,39}")
CONVERTER = re.compile(r"<(?:([^:>]+):)?[^>]+>")


def run(app: Flask, registry: Registry) -> None:
    """Raise ``StartRefused`` with all that is wrong."""
    problems = [problem for check in CHECKS for problem in check(app, registry)]
    if problems:
        raise StartRefused("\n".join(problems))


def blueprints_bear_their_owners_name(_app: Flask, registry: Registry) -> Iterator[str]:
    """The core's own names are checked too: none is a plugin's."""
    for owner, blueprint in registry.blueprints:
        if owner != CORE and blueprint.name != owner:
            yield (
                f"{owner}: the blueprint {blueprint.name!r} must be called {owner!r}. "
                "Put every view of the plugin on one blueprint of that name."
            )


def endpoints_are_marked(app: Flask, registry: Registry) -> Iterator[str]:
    for endpoint in app.view_functions:
        mark = gate.mark_of(app, endpoint)
        if mark is None:
            yield (
                f"The endpoint {endpoint} does not say who may reach it. Put @requires(permission), "
                "@signed_in or @public under its route decorator."
            )
        elif mark not in (PUBLIC, SIGNED_IN) and mark not in registry.permissions:
            yield _unknown_permission(f"The endpoint {endpoint}", mark)


def permissions_bear_their_owners_name(_app: Flask, registry: Registry) -> Iterator[str]:
    for name, owner in registry.permission_owners.items():
        if not name.startswith(f"{owner}."):
            yield f"{owner}: the permission {name} must begin with {owner!r} and a dot. Rename it."


def items_name_known_permissions(_app: Flask, registry: Registry) -> Iterator[str]:
    for key, policies in registry.policies.items():
        if key[0] not in registry.permissions:
            yield _unknown_permission(f"A policy on {policies[0].model.__name__}", key[0])
    for nav in registry.nav:
        if nav.permission not in registry.permissions:
            yield _unknown_permission(f"{nav.owner}: the menu entry of {nav.endpoint}", nav.permission)
    for what, items in _named_items(registry):
        for item in items:
            if item.permission not in registry.permissions:
                yield _unknown_permission(f"{item.owner}: the {what} {_name(item)}", item.permission)


def endpoints_named_exist(app: Flask, registry: Registry) -> Iterator[str]:
    leading: list[NavItem | Portal] = [*registry.nav, *registry.portals]
    for item in leading:
        if item.endpoint not in app.view_functions:
            yield (
                f"{item.owner}: {type(item).__name__} leads to the endpoint {item.endpoint}, which does not "
                "exist. Name a view of the plugin's blueprint, as blueprint.function."
            )


def names_are_used_once(_app: Flask, registry: Registry) -> Iterator[str]:
    groups: list[tuple[str, Iterable[str]]] = [
        (what, (_name(item) for item in items)) for what, items in _named_items(registry)
    ]
    groups += [
        ("portal", (item.name for item in registry.portals)),
        ("demonstration", (item.name for item in registry.demos)),
        ("health check", (item.name for item in registry.health_checks)),
    ]
    for what, names in groups:
        for name, times in Counter(names).items():
            if times > 1:
                yield f"The {what} {name} is registered {times} times. Rename all but one."


def plugins_prefix_their_keys(_app: Flask, registry: Registry) -> Iterator[str]:
    """Jobs, settings and events outlive the plugin in the database: their names say whose they are."""
    keyed = [("job", name, job.owner) for name, job in registry.jobs.items()]
    keyed += [("setting", key, setting.owner) for key, setting in registry.settings.items()]
    keyed += [("event wording", kind, each.owner) for kind, each in registry.event_wordings.items()]
    for what, name, owner in keyed:
        if owner != CORE and not name.startswith(f"{owner}."):
            yield f"{owner}: the {what} {name} must begin with {owner!r} and a dot. Rename it."


def panels_fill_known_slots(_app: Flask, registry: Registry) -> Iterator[str]:
    for panel in registry.panels:
        if panel.slot not in SLOTS:
            yield f"{panel.owner}: no page has the slot {panel.slot}. Use {', '.join(sorted(SLOTS))}."


def tables_bear_their_owners_name(_app: Flask, registry: Registry) -> Iterator[str]:
    for mapper in Model.registry.mappers:
        owner = owner_of_module(mapper.class_.__module__, registry.plugins.enabled)
        table = str(mapper.local_table)
        if owner is not None and not table.startswith(f"{owner}_"):
            yield f"{owner}: the table {table} must be called {owner}_{table}. Change its __tablename__."


def addresses_do_not_clash(app: Flask, _registry: Registry) -> Iterator[str]:
    by_shape: dict[str, list[UrlRule]] = {}
    for rule in app.url_map.iter_rules():
        by_shape.setdefault(CONVERTER.sub(r"<\1>", rule.rule), []).append(rule)
    for rules in by_shape.values():
        for one, other in combinations(rules, 2):
            shared = ((one.methods or set()) & (other.methods or set())) - AUTOMATIC
            if one.endpoint != other.endpoint and shared:
                yield (
                    f"{one.endpoint} and {other.endpoint} both answer {' and '.join(sorted(shared))} {one.rule}. "
                    "Change the address of one of them."
                )


def templates_stay_in_their_folder(app: Flask, registry: Registry) -> Iterator[str]:
    """A plugin fills slots; only the site's own templates replace one."""
    core = set(app.jinja_loader.list_templates()) if app.jinja_loader else set()
    for owner, blueprint in registry.blueprints:
        if owner == CORE or not isinstance(blueprint.jinja_loader, FileSystemLoader):
            continue
        for name in blueprint.jinja_loader.list_templates():
            if not name.startswith(f"{owner}/"):
                yield f"{owner}: the template {name} must be in the folder templates/{owner}/. Move it."
            elif name in core and not _overridden_by_site(app, name):
                yield f"{owner}: the template {name} is also one of the core's. Rename the plugin's."


def _overridden_by_site(app: Flask, name: str) -> bool:
    from intranet.config import settings

    with app.app_context():
        return (settings().instance / "templates" / name).is_file()


def _named_items(registry: Registry) -> list[tuple[str, Iterable[Any]]]:
    return [
        ("widget", registry.widgets),
        ("panel", registry.panels),
        ("search source", registry.search),
        ("exporter", registry.exporters.values()),
        ("indicator", registry.indicators),
        ("calendar source", registry.calendar),
    ]


def search_kinds_have_numbers_of_their_own(_app: Flask, registry: Registry) -> Iterator[str]:
    """Each kind's entries are numbered from what its name gives: two names might give the same.

    Its name is a word of the index, too, and the key of a column of forty letters.
    """
    for source in registry.search:
        if not SEARCH_KIND.fullmatch(source.kind):
            yield (
                f"{source.owner}: the search source {source.kind!r} must be called by at most 40 small letters, "
                "figures, dots and underscores."
            )
    for one, other in combinations({source.kind: source for source in registry.search}, 2):
        if first_of(one) == first_of(other):
            yield f"The search sources {one} and {other} would mix their entries. Give one another kind."


def _name(item: Any) -> str:
    return str(item.kind if hasattr(item, "kind") else item.name)


def _unknown_permission(what: str, name: str) -> str:
    return f"{what} asks for the permission {name}, which nobody registers. Add it to register_permissions."


CHECKS = (
    blueprints_bear_their_owners_name,
    endpoints_are_marked,
    permissions_bear_their_owners_name,
    items_name_known_permissions,
    endpoints_named_exist,
    names_are_used_once,
    search_kinds_have_numbers_of_their_own,
    plugins_prefix_their_keys,
    panels_fill_known_slots,
    tables_bear_their_owners_name,
    addresses_do_not_clash,
    templates_stay_in_their_folder,
)
