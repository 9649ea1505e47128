"""Language and theme, one click away in the account menu."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from intranet.access import actor, signed_in
from intranet.accounts.models import User
from intranet.extensions import db

bp = Blueprint("preferences", __name__)

CHOICES = {"language": ("fr", "en"), "theme": ("auto", "light", "dark")}


@bp.post("/account/preferences")
@signed_in
def choose() -> ResponseReturnValue:
    """Keep the person's own choice and show the page she comes from again."""
    chosen = {
        name: request.form[name] for name, allowed in CHOICES.items() if request.form.get(name) in allowed
    }
    if chosen:
        db.session.execute(
            update(User).where(User.id == actor().user_id).values(chosen),
            execution_options={"synchronize_session": False},
        )
        db.session.commit()
    back = request.referrer or ""
    return redirect(back if back.startswith(request.host_url) else f"{request.root_path}/", 303)
