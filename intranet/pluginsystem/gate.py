"""The one check before each request: who may reach the endpoint, and whether its transaction writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request, session, url_for

from intranet.access import GUESTS_ONLY, PUBLIC, SIGNED_IN, OrganisationKind
from intranet.current import READING, notes, person, this_request
from intranet.database import begin_as
from intranet.errors import SessionEnded
from intranet.extensions import db
from intranet.pluginsystem.registry import Registry
from intranet.rows import begin_reading, end_reading
from intranet.translation import gettext as _

OWN_ACCOUNT = "accounts"
SIGN_IN = "accounts.login"
SECOND_FACTOR = "accounts.second_factor"
GUESTS_ENTER = "guests.enter"
GUEST_COOKIE = "guest"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an endpoint asks: ``access`` as marked, ``kinds`` when it belongs to a portal.

    ``guests`` says whether people without an account reach it: not at all (empty), too, or they alone.
    """

    access: str
    kinds: frozenset[OrganisationKind] | None
    guests: str = ""


def mark_of(app: Flask, endpoint: str) -> str | None:
    """``public``, ``signed-in`` or a permission; ``None`` when the view says nothing.

    Static files of the core and of blueprints are public.
    """
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    return getattr(app.view_functions[endpoint], "__access__", None)


def guests_of(app: Flask, endpoint: str | None) -> str:
    """Whether a guest reaches the endpoint: empty for no, ``too``, or ``only``."""
    return getattr(app.view_functions.get(endpoint or ""), "__guests__", "")


def rules_of(app: Flask, registry: Registry) -> Mapping[str, Rule]:
    """The rule of each marked endpoint, worked out once."""
    rules = {}
    for endpoint in app.view_functions:
        access = mark_of(app, endpoint)
        if access is not None:
            kinds = registry.portal_kinds.get(endpoint.partition(".")[0])
            rules[endpoint] = Rule(access, kinds, guests_of(app, endpoint))
    return rules


def install(app: Flask, registry: Registry) -> None:
    """Put the check before every request, the intent to write after it, and the rollback at the end."""
    rules = rules_of(app, registry)

    def begin() -> None:
        notes()["end_transaction"] = begin_as(False)
        begin_reading()

    def check() -> Any:
        asked = this_request()
        rule = rules.get(asked.endpoint or "")
        if rule is None or rule.access is PUBLIC:
            return None
        who = person()
        if not who.is_authenticated:
            came_with_a_code = rule.guests and GUEST_COOKIE in session
            raise _to_the_guests_door() if came_with_a_code or rule.guests == GUESTS_ONLY else _sign_in()
        if rule.kinds is not None and who.scope.kind not in rule.kinds:
            abort(404)
        if who.second_factor_missing and asked.blueprint != OWN_ACCOUNT:
            return redirect(url_for(SECOND_FACTOR), 303)
        if rule.access is not SIGNED_IN and not who.may(rule.access):
            abort(403)
        return None

    def write_from_here() -> None:
        """Who is asking was read; only what follows needs the lock that a writer holds against all others."""
        if this_request().method in READING:
            return
        end_reading()
        if db.session.registry.has():
            db.session.rollback()
        begin_as(True)

    def end(_error: BaseException | None) -> None:
        end_reading()
        if db.session.registry.has():
            db.session.rollback()
        undo = notes().pop("end_transaction", None)
        if undo is not None:
            undo()

    app.before_request_funcs.setdefault(None, [])[:0] = [begin, check, write_from_here]
    app.teardown_request(end)


def _sign_in() -> SessionEnded:
    """To the sign-in page, which leads back; htmx is told to go there with the whole page."""
    return SessionEnded(
        url_for(SIGN_IN, next=_way_back()),
        _("Votre session a expiré"),
        _("Votre session a expiré : ce que vous veniez d’envoyer n’est pas enregistré. Reconnectez-vous."),
    )


def _to_the_guests_door() -> SessionEnded:
    """To where reference and code are typed: the access has ended, was closed, or was never opened here."""
    return SessionEnded(
        url_for(GUESTS_ENTER),
        _("Votre accès a pris fin"),
        _("Votre accès a pris fin : ce que vous veniez d’envoyer n’est pas enregistré."),
    )


def _way_back() -> str | None:
    """The page asked for; for a form that was sent, the page that held it. Never another site."""
    if request.method in READING:
        path = request.full_path.rstrip("?")
    else:
        before = urlsplit(request.referrer or "")
        path = before.path if before.netloc == request.host else ""
    return path if path not in ("", "/") else None
