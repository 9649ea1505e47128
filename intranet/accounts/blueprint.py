"""The blueprint the account pages register on."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)
