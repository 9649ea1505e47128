"""Static files: served by WhiteNoise before Flask is asked, kept a year by browsers, renewed by their address.

``./dev setup`` leaves a ``.gz`` beside each; one older than its file (somebody edited a style sheet) is not served.
The addresses with their digest are ``static_url``'s (``intranet.web.assets``).
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

from intranet.web.security import STATIC_HEADERS

YEAR = 365 * 24 * 3600


class StaticFiles(WhiteNoise):  # type: ignore[misc]
    """WhiteNoise that compares dates before it trusts a compressed file."""

    def add_file_to_dictionary(
        self, url: str, path: str, stat_cache: dict[str, os.stat_result] | None = None
    ) -> None:
        if stat_cache is not None and path.endswith(".gz"):
            return
        if stat_cache is not None:
            packed = stat_cache.get(f"{path}.gz")
            if packed is not None and packed.st_mtime < stat_cache[path].st_mtime:
                stat_cache = {path: stat_cache[path]}
        super().add_file_to_dictionary(url, path, stat_cache=stat_cache)


def _headers(headers: Any, _path: str, _url: str) -> None:
    for name, value in STATIC_HEADERS:
        headers[name] = value


def serve(app: Flask) -> None:
    """Serve the core's static files."""
    app.wsgi_app = StaticFiles(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(app.static_folder),
        prefix="static/",
        max_age=YEAR,
        allow_all_origins=False,
        add_headers_function=_headers,
    )
