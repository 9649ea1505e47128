"""The menu and where a person's home is.

The menu of a person depends only on portal, permissions, language and the page open: its markup is made once
for each and kept. What a person may not do is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask import render_template, url_for
from markupsafe import Markup

from intranet.access import Actor, actor, registry
from intranet.current import this_request
from intranet.plugin_api import NavItem, Portal
from intranet.web.kept import kept


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries under one heading (``""``: no heading)."""

    label: str
    items: tuple[NavItem, ...]


def portal_of(person: Actor) -> Portal | None:
    """The home of the person's organisation: the lightest portal that welcomes its kind."""
    return registry().portal_of(person.scope.kind)


def home_url(person: Actor) -> str:
    """Where the person lands after signing in: her portal's home, else her account."""
    portal = portal_of(person)
    return url_for(portal.endpoint) if portal else url_for("accounts.profile")


def entries(person: Actor) -> tuple[NavItem, ...]:
    """The menu entries of the person's portal that she may open, in order."""
    portal = portal_of(person)
    name = portal.name if portal else ""
    return tuple(
        item
        for item in registry().nav
        if item.permission in person.permissions and (not item.portals or name in item.portals)
    )


def _groups(items: Iterable[NavItem]) -> tuple[MenuGroup, ...]:
    """Entries by heading; a heading stands where its first entry does."""
    items = tuple(items)
    order: dict[str, int] = {}
    for item in items:
        order.setdefault(str(item.group), len(order))
    ordered = sorted(items, key=lambda item: order[str(item.group)])
    return tuple(MenuGroup(label, tuple(found)) for label, found in groupby(ordered, lambda i: str(i.group)))


def active_endpoint(items: Iterable[NavItem], endpoint: str | None) -> str:
    """The entry that the open page belongs to: its own, else the one its name begins with.

    ``staff.dossier`` belongs to ``staff.dossiers``; ``staff.dossier_new`` too.
    """
    if not endpoint:
        return ""
    best = ""
    for item in items:
        stem = item.endpoint.removesuffix("s")
        same = endpoint == item.endpoint or endpoint.startswith((f"{stem}_", f"{stem}s_")) or endpoint == stem
        if same and len(item.endpoint) > len(best):
            best = item.endpoint
    return best


def menu() -> Markup:
    """The markup of the signed-in person's menu."""
    person = actor()
    asked = this_request()
    key = ("menu", person.scope.kind, person.permissions, asked.endpoint, asked.root_path)

    def make() -> Markup:
        items = entries(person)
        return Markup(  # noqa: S704 (our own template)
            render_template(
                "components/menu.html",
                groups=_groups(items),
                active=active_endpoint(items, asked.endpoint),
                home=home_url(person),
            )
        )

    return kept(key, make)


def panels(slot: str, object_id: int) -> list[tuple[str, str, Markup]]:
    """What plugins add to a record: ``(name, label, markup)``; a panel with nothing to say is left out."""
    person = actor()
    if not person.is_authenticated:
        return []
    portal = portal_of(person)
    name = portal.name if portal else ""
    shown = []
    for panel in registry().panels:
        if panel.slot != slot or panel.permission not in person.permissions:
            continue
        if panel.portals and name not in panel.portals:
            continue
        markup = panel.render(person, object_id)
        if markup:
            shown.append((panel.name, str(panel.label), Markup(markup)))  # noqa: S704 (contract of Panel)
    return shown


def widgets() -> list[tuple[str, str, Markup]]:
    """The blocks of the person's home page: ``(name, label, markup)``; empty ones are left out."""
    person = actor()
    portal = portal_of(person)
    name = portal.name if portal else ""
    shown = []
    for widget in registry().widgets:
        if widget.permission not in person.permissions or (widget.portals and name not in widget.portals):
            continue
        markup = widget.render(person)
        if markup:
            shown.append((widget.name, str(widget.label), Markup(markup)))  # noqa: S704 (contract of Widget)
    return shown
