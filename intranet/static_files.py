"""Static files, served by WhiteNoise before Flask is asked.

Pages ask for them under an address that carries their digest (``intranet.web.assets``), so browsers may keep
them for a year.
"""

from __future__ import annotations

from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

YEAR = 365 * 24 * 3600


def serve(app: Flask) -> None:
    """Put the folder ``static`` before the application."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(app.static_folder),
        prefix="static/",
        max_age=YEAR,
        add_headers_function=_add_headers,
    )


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
