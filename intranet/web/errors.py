"""Error pages: what happened, in words, and what can be done about it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Flask, Response, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from intranet.current import READING
from intranet.errors import NotAllowed, Refused, SessionEnded, Stale
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.unsaved import unsaved


class ErrorText(NamedTuple):
    """The title of the page and one sentence on what to do."""

    title: Any
    sentence: Any


TEXTS = {
    400: ErrorText(
        _l("La demande est incomplète"),
        _l(
            "Quelque chose manquait dans ce que votre navigateur a envoyé. Revenez en arrière et recommencez."
        ),
    ),
    401: ErrorText(
        _l("Votre session a expiré"),
        _l("Rien n’a été enregistré. Reconnectez-vous, puis revenez sur cette page et envoyez de nouveau."),
    ),
    403: ErrorText(
        _l("Cette page n’est pas ouverte à votre rôle"),
        _l("Si vous en avez besoin pour votre travail, demandez-le à la coordination du programme."),
    ),
    404: ErrorText(
        _l("Cette page n’existe pas, ou n’est pas la vôtre"),
        _l("L’adresse est peut-être incomplète, ou le dossier appartient à une autre équipe."),
    ),
    405: ErrorText(
        _l("Cette adresse ne s’ouvre pas ainsi"),
        _l("Passez par le formulaire ou le bouton de la page d’où vous venez."),
    ),
    409: ErrorText(
        _l("Cette action n’est plus possible"),
        _l("La situation a changé entre-temps. Rouvrez la page pour voir où elle en est."),
    ),
    413: ErrorText(
        _l("Le fichier est trop lourd"),
        _l("Choisissez un fichier plus léger, ou une photo de taille moyenne, puis envoyez de nouveau."),
    ),
    422: ErrorText(
        _l("Ce qui a été envoyé ne convient pas"),
        _l("Corrigez, puis envoyez de nouveau."),
    ),
    429: ErrorText(
        _l("Trop d’essais en peu de temps"),
        _l("Attendez une minute, puis recommencez."),
    ),
    500: ErrorText(
        _l("Une erreur est survenue de notre côté"),
        _l(
            "Rien n’a été enregistré à moitié. Réessayez ; si cela se répète, donnez la référence ci-dessous."
        ),
    ),
    503: ErrorText(
        _l("L’intranet est en maintenance"),
        _l("Il revient dans quelques minutes."),
    ),
}


AGAIN = frozenset({400, 401, 409, 413, 422, 429, 500, 503})
"""Answers after which the same may be sent again; after the others what was typed is there to be copied."""


def page(
    code: int,
    *,
    title: Any = None,
    sentence: Any = None,
    reference: str = "",
    changes: tuple[str, ...] = (),
    sign_in: str = "",
) -> tuple[str, int]:
    """The error page of ``code``, with its own words unless others are given.

    What a form had sent is in it, in a form that sends it again. ``sign_in`` is where to sign in first.
    """
    text = TEXTS.get(code, TEXTS[400] if code < 500 else TEXTS[500])
    body = render_template(
        "errors/error.html",
        code=code,
        heading=title or text.title,
        sentence=sentence or text.sentence,
        reference=reference,
        changes=changes,
        sign_in=sign_in,
        unsaved=unsaved(),
        again=code in AGAIN,
    )
    return body, code


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    answer = error.get_response()
    body, _code = page(code, reference=_reference() if code == 500 else "")
    answer.data = body  # keeps the headers werkzeug set: Allow, Retry-After, WWW-Authenticate
    answer.content_type = "text/html; charset=utf-8"
    return answer


def _refused(error: Refused) -> ResponseReturnValue:
    if isinstance(error, NotAllowed):
        return page(403, title=_("Vous ne pouvez pas faire cela"), sentence=error.message)
    changes = error.changes if isinstance(error, Stale) else ()
    return page(409, sentence=error.message, changes=changes)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    return page(
        400,
        title=_("Le formulaire avait expiré"),
        sentence=_(
            "Rien n’a été enregistré. Envoyez de nouveau ce que vous aviez écrit, ou rouvrez la page."
        ),
    )


def _expired(error: SessionEnded) -> ResponseReturnValue:
    """To the door; with something typed, a page that keeps it in sight while one signs in beside."""
    if "HX-Request" in request.headers:
        flash(str(error.sentence), "warning")
        return Response(status=204, headers={"HX-Redirect": error.door})
    if unsaved() is None:
        if request.method not in READING:
            flash(str(error.sentence), "warning")
        return redirect(error.door, 303)
    return page(401, title=error.title, sign_in=error.door)


def _unexpected(error: Exception) -> ResponseReturnValue:
    return page(500, reference=_reference())


def _reference() -> str:
    """The request's id, as it stands in the log."""
    return str(getattr(g, "request_id", "") or request.headers.get("X-Request-Id", ""))


def init_app(app: Flask) -> None:
    """Answer every error with a page in words."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SessionEnded, _expired)
    app.register_error_handler(500, _unexpected)
