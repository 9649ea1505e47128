"""What the works partner's portal gives the core: its pages, its place in the menu, its home, its search."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from intranet import permissions as p
from intranet.plugin_api import NavItem, OrganisationKind, Portal, SearchSource, hookimpl
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
def register_search() -> Sequence[SearchSource]:
    return (CHANTIERS,)
