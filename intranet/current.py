"""The request at hand and what goes with it, themselves.

Flask's ``request``, ``session``, ``g`` and ``current_app`` stand for an object that they look up again at each name
asked of them, which costs more than most of what is asked. What runs at every request takes the object once instead.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SessionMixin

PERSON: Final = "_login_user"
"""Where Flask-Login keeps the person of a request, once loaded."""


READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of a request that changes nothing."""


def this_app() -> Flask:
    """The application."""
    return current_app._get_current_object()  # type: ignore[attr-defined, no-any-return]


def this_request() -> Request:
    """The request. ``RuntimeError`` when there is none."""
    return request._get_current_object()  # type: ignore[attr-defined, no-any-return]


def this_session() -> SessionMixin:
    """What the cookie holds. ``RuntimeError`` without a request."""
    return session._get_current_object()  # type: ignore[attr-defined, no-any-return]


def notes() -> dict[str, Any]:
    """What ``g`` holds, by name."""
    return g._get_current_object().__dict__  # type: ignore[no-any-return]


def person() -> Any:
    """Who is at work: an ``Actor``, or Flask-Login's anonymous one. Read from the database when first asked for."""
    found = notes().get(PERSON)
    if found is None:
        this_app().login_manager._load_user()  # type: ignore[attr-defined]
        found = notes()[PERSON]
    return found
