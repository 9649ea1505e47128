"""The application as a server loads it: ``gunicorn intranet.wsgi:app``."""

from __future__ import annotations

import os

from intranet.app import create_app
from intranet.operations.server import settle

os.umask(0o077)  # what is written from here on is for its owner alone
app = create_app()
settle(app)
