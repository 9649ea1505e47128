"""The anti-forgery token of forms, signed once a minute for each session instead of once a page.

Flask-WTF's own token costs as much as routing the request. Keeping it a minute gives a compression attack (BREACH)
no more to work on: pages asked for by another site are never compressed (``compression``).
"""

from __future__ import annotations

from time import monotonic

from flask import Flask
from flask_wtf.csrf import generate_csrf

from intranet.current import this_app, this_session

FIELD = "csrf_token"
KEPT_SECONDS = 60
KEPT = 4096


def form_token() -> str:
    """The token for this session's forms."""
    kept: dict[str, tuple[float, str]] = this_app().extensions["intranet.tokens"]
    secret = this_session().get(FIELD)
    if secret is not None:
        found = kept.get(secret)
        if found is not None and found[0] > monotonic():
            return found[1]
    token = str(generate_csrf())
    if len(kept) >= KEPT:
        kept.clear()
    kept[this_session()[FIELD]] = (monotonic() + KEPT_SECONDS, token)
    return token


def init_app(app: Flask) -> None:
    """Offer the token to the templates."""
    app.extensions["intranet.tokens"] = {}
    app.jinja_env.globals["form_token"] = form_token
