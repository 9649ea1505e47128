"""The application as a server loads it: ``gunicorn intranet.wsgi:app``."""

from __future__ import annotations

from intranet.app import create_app
from intranet.operations.server import settle

app = create_app()
settle(app)
