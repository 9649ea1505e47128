"""Settings and plugins. For administrators."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, packages_distributions, version
from itertools import groupby
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, registry, requires
from intranet.errors import Refused
from intranet.extensions import db
from intranet.pluginsystem.discovery import Found
from intranet.settings import service
from intranet.translation import gettext as _
from intranet.web.answering import DONE, UNPROCESSABLE
from intranet.web.forms import tidy
from portals.staff.blueprint import bp


class PluginRow(NamedTuple):
    """One portal or plugin, as the list shows it."""

    name: str
    label: Any
    description: Any
    portal: bool
    enabled: bool
    version: str
    api: int
    tables: tuple[str, ...]


@bp.get("/administration/settings")
@requires(p.SETTING_MANAGE)
def settings() -> ResponseReturnValue:
    """Every declared setting, grouped by its owner."""
    return _settings({}, {}, 200)


@bp.post("/administration/settings")
@requires(p.SETTING_MANAGE)
def setting_save() -> ResponseReturnValue:
    """Save one setting."""
    key = request.form.get("key", "")
    text = tidy(request.form.get("value", ""))
    if key not in registry().settings:
        abort(404)
    try:
        service.set_value(actor(), key, text)
    except Refused as refused:
        db.session.rollback()
        return _settings({key: text}, {key: str(refused.message)}, UNPROCESSABLE)
    flash(_("Le réglage est enregistré."), "success")
    return redirect(url_for("staff.settings"), DONE)


def _settings(typed: dict[str, str], errors: dict[str, str], status: int) -> ResponseReturnValue:
    declared = sorted(registry().settings.values(), key=lambda setting: (setting.owner, setting.key))
    values = {setting.key: service.value(setting.key) for setting in declared}
    groups = [
        (_owner_label(owner), list(items)) for owner, items in groupby(declared, key=lambda each: each.owner)
    ]
    return (
        render_template(
            "staff/administration/settings.html", groups=groups, values=values, typed=typed, errors=errors
        ),
        status,
    )


def _owner_label(owner: str) -> Any:
    found = registry().plugins.found.get(owner)
    return found.plugin.label if found else _("Programme")


@bp.get("/administration/plugins")
@requires(p.PLUGIN_READ)
def plugins() -> str:
    """What is installed: enabled or not, version, tables. Changed by ``INTRANET_PLUGINS``, not on screen."""
    return render_template("staff/administration/plugins.html", plugins=_plugins())


def _plugins() -> list[PluginRow]:
    found = registry().plugins
    tables = sorted(db.metadata.tables)
    rows = []
    for name, each in sorted(found.found.items()):
        plugin = each.plugin
        rows.append(
            PluginRow(
                name=name,
                label=plugin.label,
                description=plugin.description,
                portal=plugin.portal,
                enabled=name in found.enabled,
                version=_version(each),
                api=plugin.api,
                tables=tuple(table for table in tables if table.startswith(f"{name}_")),
            )
        )
    return rows


def _version(found: Found) -> str:
    """The version of the distribution the package came in; nothing when it was not installed."""
    distributions = packages_distributions().get(found.package.partition(".")[0], ["intranet"])
    try:
        return version(distributions[0])
    except PackageNotFoundError:
        return ""
