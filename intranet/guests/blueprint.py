"""The blueprint of the pages for people without an account."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("guests", __name__, url_prefix="/acces")
