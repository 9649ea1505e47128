"""What keeps the intranet running: health, metrics, logs, the server, backup and restore."""

from __future__ import annotations

from flask import Flask

from intranet.operations import requests


def init_app(app: Flask) -> None:
    """Give each request its id, its line in the log and its place in the metrics."""
    requests.init_app(app)
