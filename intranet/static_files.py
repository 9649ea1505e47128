"""Static files: served by WhiteNoise before Flask is asked, kept a year by browsers, renewed by their address."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

YEAR = 365 * 24 * 3600


def serve(app: Flask) -> None:
    """Serve the core's static files and add ``?v=`` with their digest to every ``url_for('static', …)``."""
    folder = Path(str(app.static_folder))

    @lru_cache(maxsize=None)
    def digest(name: str) -> str | None:
        path = folder / name
        return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else None

    @app.url_defaults
    def _version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            version = digest(values["filename"])
            if version:
                values["v"] = version

    app.wsgi_app = WhiteNoise(app.wsgi_app, root=str(folder), prefix="static/", max_age=YEAR)  # type: ignore[method-assign]
