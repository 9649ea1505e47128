"""What every page stands on: its look, forms, lists, errors and headers."""

from __future__ import annotations

from flask import Flask

from intranet import translation
from intranet.web import (
    assets,
    compression,
    errors,
    formatting,
    kept,
    maintenance,
    navigation,
    security,
    submissions,
    tokens,
    unavailable,
)

# Answers pass the last of these first: compressed at the very end, after every header is known.
PARTS = (
    assets,
    formatting,
    kept,
    translation,
    tokens,
    errors,
    unavailable,
    maintenance,
    compression,
    security,
    submissions,
)


def init_app(app: Flask) -> None:
    """Give ``app`` its filters, globals, error pages and headers. Call it after the blueprints."""
    app.jinja_env.globals.update(
        menu=navigation.menu,
        home_url=navigation.home_url,
        slot_panels=navigation.panels,
        widgets=navigation.widgets,
    )
    for part in PARTS:
        part.init_app(app)
