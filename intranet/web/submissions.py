"""One form, one effect: a form sent twice is answered twice but done once.

``forms.open`` puts a one-time key in each form. The first sending records the key in the transaction of its own
command, so that both are saved or neither; a second one (a double click, the back button, a phone that tries
again) gets the first answer once more. A sending that was refused gives its key back.
"""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, flash, redirect, request
from sqlalchemy import delete, select, update

from intranet.clock import now
from intranet.current import notes, person, this_request, this_session
from intranet.database import insert_unless_there, writing
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.web.models import Submission

KEEP = timedelta(days=2)
LONGEST_KEY = 32
PATIENCE = 20  # times 50 ms: how long the second sending waits for the first one's answer
UNAVAILABLE = 503
REDIRECTS = frozenset({301, 302, 303, 307})


def submission_key() -> str:
    """A fresh key for a form."""
    return secrets.token_urlsafe(12)


def claim() -> Any:
    """Before a form is handled: record its key, or repeat the answer its first sending had."""
    asked = this_request()
    if asked.method != "POST" or not person().is_authenticated or person().author_id is None:
        return None
    key = asked.form.get("submission", "")
    if not key or len(key) > LONGEST_KEY:
        return None
    statement = (
        insert_unless_there(db.engine.dialect, Submission)
        .values(key=key, user_id=person().user_id, location="", at=now())
        .on_conflict_do_nothing()
        .returning(Submission.key)
    )
    if db.session.connection().execute(statement).first() is not None:
        notes()["submission"] = key
        return None
    db.session.rollback()
    flash(_("C’était déjà enregistré : rien n’a été fait deux fois."), "info")
    return redirect(_first_answer(key) or request.referrer or f"{request.root_path}/", 303)


def _first_answer(key: str) -> str:
    """Where the first sending led; waits a moment for it if it is still on its way."""
    asked = select(Submission.location).where(Submission.key == key, Submission.user_id == person().user_id)
    with writing(False):
        for attempt in range(PATIENCE):
            location = db.session.connection().execute(asked).scalar()
            db.session.rollback()
            if location:
                return str(location)
            if location is None:
                return ""
            time.sleep(0.05 if attempt else 0)
    return ""


def settle(response: Response) -> Response:
    """After a form was handled: keep where its answer leads, or free the key of one that was refused."""
    key = notes().pop("submission", None)
    if key is None:
        return response
    mine = Submission.key == key, Submission.user_id == person().user_id
    db.session.rollback()
    if response.status_code == UNAVAILABLE:
        return response  # the key went with the transaction; the database may still not take a word
    connection = db.session.connection()
    if response.status_code in REDIRECTS and len(response.location or "") <= 500:
        connection.execute(update(Submission).where(*mine).values(location=response.location))
    else:
        connection.execute(delete(Submission).where(*mine))
    db.session.commit()
    return response


def mark_saved_draft(response: Response) -> Response:
    """Tell the browser what was saved: ``draft.js`` reads the cookie and forgets what it kept of that form.

    An answer that leads on with an error to read has saved nothing.
    """
    asked = this_request()
    if asked.method != "POST":
        return response
    saved = response.status_code in REDIRECTS or (
        response.status_code < 300 and "HX-Request" in asked.headers
    )
    if saved and person().is_authenticated and not person().second_factor_missing:
        if any(category == "error" for category, _message in this_session().get("_flashes", ())):
            return response
        response.set_cookie(
            "saved_draft",
            quote(asked.root_path + asked.path)[:300],
            max_age=300,
            secure=asked.is_secure,
            httponly=False,
            samesite="Strict",
        )
    return response


def forget_old(_payload: dict[str, Any]) -> None:
    """Job: keys are kept two days, longer than any form stays open."""
    db.session.execute(delete(Submission).where(Submission.at < now() - KEEP))
    db.session.commit()


def init_app(app: Flask) -> None:
    """Claim and settle every form that carries a key."""
    app.jinja_env.globals["submission_key"] = submission_key
    app.before_request(claim)
    app.after_request(settle)
    app.after_request(mark_saved_draft)
