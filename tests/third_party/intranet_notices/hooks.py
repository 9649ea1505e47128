"""What the notices add: a page, a menu entry, a panel, a widget, the words of its events."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template
from markupsafe import Markup
from sqlalchemy import bindparam, select

from intranet.access import Scope, registry
from intranet.plugin_api import (
    STAFF_ROLES,
    Actor,
    EventWording,
    NavItem,
    Panel,
    Permission,
    Widget,
    hookimpl,
    requires,
)
from intranet.rows import Statement, fetch_all
from intranet_notices.models import Notice
from intranet_notices.service import PIN

READ = "notices.read"
bp = Blueprint("notices", __name__, template_folder="templates")


def newest(_scope: Scope) -> Statement:
    return select(Notice.id, Notice.text).order_by(Notice.id.desc()).limit(bindparam("limit"))


@bp.get("/")
@requires(READ)
def index() -> str:
    shown = registry().config("notices").shown
    return render_template("notices/index.html", notices=fetch_all(newest, limit=shown))


def render_widget(_person: Actor) -> str:
    return Markup("<p>{}</p>").format("Un mot du tableau")


def render_panel(_person: Actor, object_id: int) -> str:
    return Markup("<p>{} {}</p>").format("Punaisé au dossier", object_id)


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    return (bp,)


@hookimpl
def register_permissions() -> Sequence[Permission]:
    return (
        Permission(READ, "Read the notices", STAFF_ROLES),
        Permission(PIN, "Pin a notice", STAFF_ROLES),
    )


@hookimpl
def register_nav() -> Sequence[NavItem]:
    return (NavItem("Tableau d’affichage", "notices.index", READ, "puzzle", 95),)


@hookimpl
def register_widgets() -> Sequence[Widget]:
    return (Widget("notices", "Tableau d’affichage", READ, render_widget),)


@hookimpl
def register_panels() -> Sequence[Panel]:
    return (Panel("notices", "dossier", "Tableau d’affichage", READ, render_panel),)


@hookimpl
def register_event_wordings() -> Sequence[EventWording]:
    return (EventWording("notices.pinned", "a épinglé « %(text)s »"),)
