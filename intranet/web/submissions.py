"""One form, one effect: a form sent twice is answered twice but done once.

``forms.open`` puts a one-time key in each form. The first sending records the key in the transaction of its own
command, so both are saved or neither; a second one (a double click, the back button) gets the first answer again.
"""

from __future__ import annotations

import secrets

from flask import Flask


def submission_key() -> str:
    """A fresh key for a form."""
    return secrets.token_urlsafe(12)


def init_app(app: Flask) -> None:
    """Offer the key to the templates."""
    app.jinja_env.globals["submission_key"] = submission_key
