"""What the works partner's portal gives the core: its pages, its place in the menu, its home, its search."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint

from intranet import permissions as p
from intranet.chantiers.search import reindex
from intranet.database import writing
from intranet.plugin_api import Event, NavItem, OrganisationKind, Portal, SearchSource, hookimpl
from intranet.translation import lazy_gettext as _l
from portals.partner import chantiers, home
from portals.partner.blueprint import bp
from portals.partner.search import CHANTIERS

PAGES = (home, chantiers)
"""The modules whose routes stand on the blueprint."""


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    return (bp,)


@hookimpl
def register_portals() -> Sequence[Portal]:
    return (
        Portal(
            "partner",
            _l("Espace compagnons"),
            "partner.home",
            frozenset({OrganisationKind.WORKS_PARTNER}),
            weight=30,
        ),
    )


@hookimpl
def register_nav() -> Sequence[NavItem]:
    here = ("partner",)
    return (
        NavItem(_l("Accueil"), "partner.home", p.CHANTIER_READ, "house", 10, here),
        NavItem(_l("Chantiers"), "partner.chantiers", p.CHANTIER_READ, "hammer", 20, here),
    )


@hookimpl
def on_event(event: Event) -> None:
    """A family whose name was corrected is found under it on site too."""
    if event.kind == "dossier.household_changed" and event.dossier_id is not None:
        with writing():
            reindex(event.dossier_id)


@hookimpl
def register_search() -> Sequence[SearchSource]:
    return (CHANTIERS,)
