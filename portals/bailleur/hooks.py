"""What the bailleur's portal gives the core: its pages, its place in the menu, its home."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint

from intranet import permissions as p
from intranet.plugin_api import Exporter, NavItem, OrganisationKind, Panel, Portal, SearchSource, hookimpl
from intranet.translation import lazy_gettext as _l
from portals.bailleur import (
    chantiers,
    commitments,
    contracts,
    dwellings,
    guests,
    home,
    papers,
    past,
    portfolio,
    splits,
)
from portals.bailleur.blueprint import bp
from portals.bailleur.search import DWELLINGS

PAGES = (home, portfolio, dwellings, splits, guests, papers, past, contracts, commitments, chantiers)
"""The modules whose routes stand on the blueprint."""


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    return (bp,)


@hookimpl
def register_portals() -> Sequence[Portal]:
    return (
        Portal(
            "bailleur",
            _l("Espace bailleur"),
            "bailleur.home",
            frozenset({OrganisationKind.BAILLEUR}),
            weight=20,
        ),
    )


@hookimpl
def register_nav() -> Sequence[NavItem]:
    here = ("bailleur",)
    return (
        NavItem(_l("Accueil"), "bailleur.home", p.SPLIT_READ, "house", 10, here),
        NavItem(_l("Répartitions"), "bailleur.splits", p.SPLIT_READ, "list-check", 20, here),
        NavItem(_l("Engagements"), "bailleur.commitments", p.COMMITMENT_READ, "calendar-check", 22, here),
        NavItem(_l("Vue d’ensemble"), "bailleur.portfolio", p.DWELLING_READ, "diagram-3", 25, here),
        NavItem(_l("Logements"), "bailleur.dwellings", p.DWELLING_READ, "building", 30, here),
    )


@hookimpl
def register_panels() -> Sequence[Panel]:
    return (
        Panel(
            "dwelling-commitments",
            "dwelling",
            _l("Vos engagements"),
            p.COMMITMENT_READ,
            commitments.commitments_panel,
            portals=("bailleur",),
        ),
    )


@hookimpl
def register_search() -> Sequence[SearchSource]:
    return (DWELLINGS,)


@hookimpl
def register_exporters() -> Sequence[Exporter]:
    return (portfolio.EXPORTER,)
