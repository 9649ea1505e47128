"""Addresses that the mail server refused for good: told on the home page of who can correct them."""

from __future__ import annotations

from flask import render_template
from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor
from intranet.accounts.models import User
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import MAX_ATTEMPTS, PermanentFailure
from intranet.mail.service import JOB
from intranet.plugin_api import Widget
from intranet.rows import fetch_all
from intranet.translation import lazy_gettext as _l

MOST = 20

_ADDRESS = OutboxRow.payload["to"].as_string()
_REFUSED = (
    select(_ADDRESS.label("address"), OutboxRow.due_at.label("at"), User.name, User.id.label("user_id"))
    .outerjoin(User, User.email == _ADDRESS)
    .where(
        OutboxRow.job == JOB,
        OutboxRow.done_at.is_(None),
        OutboxRow.attempts >= MAX_ATTEMPTS,
        OutboxRow.error.startswith(f"{PermanentFailure.__name__}:"),
    )
    .order_by(OutboxRow.due_at.desc(), OutboxRow.id.desc())
    .limit(MOST)
)


def render_undelivered(_person: Actor) -> str:
    """Each address once, with its person's page when it is an account's; nothing when none was refused."""
    refused = {row.address: row for row in fetch_all(_REFUSED)}
    return (
        render_template("staff/administration/_undelivered.html", refused=refused.values()) if refused else ""
    )


WIDGETS = (
    Widget(
        "undelivered",
        _l("Courriels refusés : adresses à corriger"),
        p.USER_MANAGE,
        render_undelivered,
        ("staff",),
        5,
    ),
)
