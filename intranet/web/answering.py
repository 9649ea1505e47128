"""How what somebody sent is answered: obeyed and left behind, or shown again with what was typed and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.web.forms import BaseForm, apply_refusal

SHOWN, DONE, CONFLICT, UNPROCESSABLE = 200, 303, 409, 422


def refusal_of(command: Callable[[], Any]) -> Refused | None:
    """Run ``command``; what a rule says against it, whatever it had changed undone.

    ``NotAllowed`` goes up: what is not theirs to do is answered 403 on every page.
    """
    try:
        command()
    except NotAllowed:
        raise
    except Refused as refused:
        db.session.rollback()
        return refused
    return None


def status_of(refused: Refused) -> int:
    """409 when another person saved first, 422 for something to correct."""
    return CONFLICT if isinstance(refused, Stale) else UNPROCESSABLE


def obey(form: BaseForm, command: Callable[[], Any]) -> int:
    """Run ``command`` if the form was sent and reads well.

    ``DONE``: redirect. Else the status to show the same page with: 200 for a first look, or ``status_of`` what
    stands against it (``form.changes`` says what happened meanwhile).
    """
    if request.method != "POST":
        return SHOWN
    if not form.validate():
        return UNPROCESSABLE
    refused = refusal_of(command)
    if refused is None:
        return DONE
    apply_refusal(form, refused)
    return status_of(refused)


def number_sent(text: str) -> int:
    """A whole number that a page of ours wrote; 0, which names nothing, when it was tampered with."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def sent_version(name: str = "version") -> int:
    """The version the form was opened with; 0, which matches nothing, when it was tampered with."""
    return number_sent(request.form.get(name, ""))
