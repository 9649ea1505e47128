"""What the directory adds to the pages of others: a panel, a widget, the search, a download, demonstration data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import render_template, url_for

from intranet.plugin_api import Actor, Exporter, Panel, SearchResult, SearchSource, Setting, Widget
from intranet.rows import fetch_all
from intranet.settings.service import value
from intranet.translation import lazy_gettext as _l
from intranet.web.listing import Filter
from plugins.directory import queries
from plugins.directory.permissions import MANAGE, READ
from plugins.directory.search import SEARCH_KIND
from plugins.directory.wordings import ENGAGEMENTS, KINDS

STAFF = ("staff",)
SHOW_PANEL = "directory.show_panel"


def render_panel(_person: Actor, dossier_id: int) -> str:
    """The contacts useful to the household, unless the setting hides them."""
    if not value(SHOW_PANEL):
        return ""
    contacts = queries.household_contacts(dossier_id)
    return render_template("directory/panel.html", contacts=contacts, kinds=KINDS) if contacts else ""


def render_widget(_person: Actor) -> str:
    """How many sites and partners were only sounded out, for who can do something about it."""
    count = queries.count_sounded_out()
    return render_template("directory/widget.html", count=count) if count else ""


def find(_person: Actor, query: str, limit: int) -> Sequence[SearchResult]:
    """Entries that hold the words."""
    prefix = url_for("directory.index")
    return [
        SearchResult(row.name, " · ".join(filter(None, (row.contact, row.phone))), f"{prefix}{row.id}")
        for row in fetch_all(queries.found, q=query, limit=limit)
    ]


def export(_person: Actor, filters: Mapping[str, str]) -> Iterable[Sequence[Any]]:
    """The entries that the list's filters leave. An unknown filter or value counts as none."""
    known: dict[str, frozenset[str]] = {"kind": frozenset(KINDS), "engagement": frozenset(ENGAGEMENTS)}
    params = {name: filters[name] for name in known if filters.get(name) in known[name]}
    if filters.get("q"):
        params["q"] = filters["q"]
    for row in fetch_all(queries.entry_export, tuple(params), **params):
        yield (
            str(KINDS[row.kind]),
            row.name,
            str(ENGAGEMENTS[row.engagement].label),
            row.contact,
            row.phone,
            row.email,
            row.services,
        )


PANELS = (Panel("directory", "dossier", _l("Contacts utiles"), READ, render_panel, STAFF, 80),)
WIDGETS = (Widget("directory", _l("Annuaire"), MANAGE, render_widget, STAFF, 90),)
SEARCH = (SearchSource(SEARCH_KIND, _l("Annuaire"), READ, find, queries.index_entries, STAFF, 90),)
FILTERS = (
    Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Nom, personne, service")),
    Filter("kind", _l("Nature"), tuple(KINDS.items())),
    Filter("engagement", _l("Engagement"), tuple((key, word.label) for key, word in ENGAGEMENTS.items())),
)
EXPORTERS = (
    Exporter(
        "directory",
        _l("Annuaire"),
        READ,
        (
            _l("Nature"),
            _l("Nom"),
            _l("Engagement"),
            _l("Personne à demander"),
            _l("Téléphone"),
            _l("Courriel"),
            _l("Services"),
        ),
        export,
        filters=lambda: FILTERS,
    ),
)
SETTINGS = (
    Setting(
        SHOW_PANEL,
        _l("Montrer les contacts utiles sur la page d’un dossier"),
        "1",
        bool,
        _l("Le site du ménage et le partenaire de son chantier."),
    ),
)
