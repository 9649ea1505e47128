"""What the directory adds."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint

from intranet.plugin_api import (
    Demo,
    Exporter,
    NavItem,
    Panel,
    Permission,
    SearchSource,
    Setting,
    Widget,
    hookimpl,
)
from intranet.translation import lazy_gettext as _l
from plugins.directory import demo, offers
from plugins.directory.permissions import PERMISSIONS, READ
from plugins.directory.views import bp


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    return (bp,)


@hookimpl
def register_permissions() -> Sequence[Permission]:
    return PERMISSIONS


@hookimpl
def register_nav() -> Sequence[NavItem]:
    return (NavItem(_l("Annuaire"), "directory.index", READ, "telephone", 80, offers.STAFF),)


@hookimpl
def register_panels() -> Sequence[Panel]:
    return offers.PANELS


@hookimpl
def register_widgets() -> Sequence[Widget]:
    return offers.WIDGETS


@hookimpl
def register_search() -> Sequence[SearchSource]:
    return offers.SEARCH


@hookimpl
def register_exporters() -> Sequence[Exporter]:
    return offers.EXPORTERS


@hookimpl
def register_settings() -> Sequence[Setting]:
    return offers.SETTINGS


@hookimpl
def register_demo() -> Sequence[Demo]:
    return (Demo("directory", demo.load, 90),)
