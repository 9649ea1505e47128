"""How a form is answered: obeyed and left behind, or shown again with what was typed and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.web.forms import BaseForm, apply_refusal

SHOWN, DONE, CONFLICT, UNPROCESSABLE = 200, 303, 409, 422


def obey(form: BaseForm, command: Callable[[], Any]) -> int:
    """Run ``command`` if the form was sent and reads well.

    ``DONE``: redirect. Else the status to show the same page with: 200 for a first look, 422 for something to
    correct, 409 when another person saved first (``form.changes`` says what happened meanwhile).
    """
    if request.method != "POST":
        return SHOWN
    if not form.validate():
        return UNPROCESSABLE
    try:
        command()
    except Stale as stale:
        db.session.rollback()
        form.changes = stale.changes
        form.form_errors.append(str(stale.message))
        return CONFLICT
    except Refused as refused:
        db.session.rollback()
        apply_refusal(form, refused)
        return UNPROCESSABLE
    return DONE


def sent_version(name: str = "version") -> int:
    """The version the form was opened with; 0, which matches nothing, when it was tampered with."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
