"""What the staff portal gives the core: its pages, its place in the menu, its home."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint

from intranet import permissions as p
from intranet.plugin_api import (
    CalendarSource,
    Exporter,
    NavItem,
    OrganisationKind,
    Panel,
    Portal,
    SearchSource,
    Widget,
    hookimpl,
)
from intranet.translation import lazy_gettext as _l
from portals.staff import (
    administration,
    chantiers,
    commitments,
    dossiers,
    dwellings,
    home,
    households,
    insurance,
    offers,
    path,
    people,
    personal_data,
    programme,
    splits,
)
from portals.staff.administration.navigation import NAV as ADMINISTRATION
from portals.staff.administration.undelivered import WIDGETS
from portals.staff.administration.views_access_log import EXPORTER as ACCESS_LOG
from portals.staff.blueprint import bp

PAGES = (
    home,
    dossiers,
    households,
    path,
    people,
    insurance,
    personal_data,
    dwellings,
    splits,
    chantiers,
    commitments,
    programme,
    administration,
)
"""The modules whose routes stand on the staff blueprint."""


@hookimpl
def register_widgets() -> Sequence[Widget]:
    return WIDGETS


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    return (bp,)


@hookimpl
def register_portals() -> Sequence[Portal]:
    return (
        Portal("staff", _l("Équipe ALC"), "staff.home", frozenset({OrganisationKind.ASSOCIATION}), weight=10),
    )


@hookimpl
def register_nav() -> Sequence[NavItem]:
    here = ("staff",)
    return (
        NavItem(_l("Accueil"), "staff.home", p.DOSSIER_READ, "house", 10, here),
        NavItem(_l("Dossiers"), "staff.dossiers", p.DOSSIER_READ, "folder2-open", 20, here),
        NavItem(_l("Logements"), "staff.dwellings", p.DWELLING_READ, "building", 30, here),
        NavItem(_l("Chantiers"), "staff.chantiers", p.CHANTIER_READ, "hammer", 40, here),
        NavItem(_l("Engagements"), "staff.commitments", p.COMMITMENT_READ, "calendar-check", 45, here),
        NavItem(_l("Calendrier"), "staff.calendar", p.DOSSIER_READ, "calendar3", 50, here),
        NavItem(_l("Chiffres"), "staff.indicators", p.INDICATOR_READ, "clipboard-check", 60, here),
        *ADMINISTRATION,
    )


@hookimpl
def register_panels() -> Sequence[Panel]:
    return (
        Panel(
            "commitments",
            "dossier",
            _l("Engagements du bailleur"),
            p.COMMITMENT_READ,
            commitments.commitments_panel,
            portals=("staff",),
        ),
        Panel(
            "insurance",
            "dossier",
            _l("Assurance du locataire"),
            p.DOSSIER_READ,
            insurance.render_panel,
            portals=("staff",),
            weight=30,
        ),
    )


@hookimpl
def register_calendar() -> Sequence[CalendarSource]:
    return programme.CALENDAR


@hookimpl
def register_search() -> Sequence[SearchSource]:
    return offers.SEARCH


@hookimpl
def register_exporters() -> Sequence[Exporter]:
    return (*offers.EXPORTERS, ACCESS_LOG)
