"""What every page stands on: its look, forms, lists, errors and headers."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from intranet.web import assets, errors, formatting, navigation, security, submissions, translation


def init_app(app: Flask) -> None:
    """Give ``app`` its filters, globals, error pages and headers. Call it last, after the blueprints."""
    app.extensions["intranet.menus"] = dict[object, Markup]()
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        menu=navigation.menu,
        home_url=navigation.home_url,
        slot_panels=navigation.panels,
        widgets=navigation.widgets,
    )
    for part in (assets, formatting, translation, submissions, errors, security):
        part.init_app(app)
