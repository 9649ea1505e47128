"""When something cannot be done now: 503, why in words, what was typed, and a button that sends it again."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from intranet.current import READING
from intranet.errors import NotNow
from intranet.extensions import db
from intranet.outages import Outage, outage_of
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web import errors

log = structlog.get_logger("intranet.errors")

RETRY_AFTER = 30  # seconds

SENTENCES = {
    Outage.BUSY: _l("Trop de personnes enregistrent en même temps. Attendez un instant, puis renvoyez."),
    Outage.FULL: _l(
        "Le disque du serveur est plein : plus rien ne peut être enregistré, la lecture continue. "
        "Prévenez la personne qui s’occupe du serveur."
    ),
    Outage.READ_ONLY: _l("L’intranet ne peut être que lu pour le moment. Réessayez dans quelques minutes."),
    Outage.AWAY: _l("La base de données ne répond pas. Réessayez dans quelques minutes."),
}


def page(title: Any, sentence: Any, retry_after: int = RETRY_AFTER) -> ResponseReturnValue:
    """The answer, with what a form had sent; for htmx words above the page, which keeps what was typed in it."""
    headers = {"Retry-After": str(retry_after), "Cache-Control": "no-store"}
    if "HX-Request" in request.headers:
        body = render_template("errors/_unavailable.html", heading=title, sentence=sentence)
        headers |= {"HX-Retarget": "#main", "HX-Reswap": "afterbegin", "HX-Push-Url": "false"}
    else:
        body, _code = errors.page(503, title=title, sentence=sentence)
    return make_response(body, 503, headers)


def _not_now(error: NotNow) -> ResponseReturnValue:
    return page(_("Ce n’est pas possible à cet instant"), error.message, error.retry_after)


def _outage(error: Exception) -> ResponseReturnValue:
    """Passing trouble has its page; anything else goes on as the fault it is."""
    outage = outage_of(error)
    if outage is None:
        raise error
    log.warning("outage", kind=outage, error=type(error).__name__)
    db.session.remove()
    if outage is Outage.READ_ONLY:
        # A connection opened while nothing could be written stays so: all are opened anew.
        db.engine.dispose()
    reads = request.method in READING
    return page(_("Réessayez dans un instant") if reads else _("Rien n’a été enregistré"), SENTENCES[outage])


def init_app(app: Flask) -> None:
    """Answer every passing trouble with a page in words."""
    app.register_error_handler(NotNow, _not_now)
    for kind in (DBAPIError, PoolTimeout, OSError):
        app.register_error_handler(kind, _outage)
