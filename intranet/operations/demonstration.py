"""Demonstration data: what every owner offers, loaded once, and the accounts to look at it with."""

from __future__ import annotations

import structlog
from flask import Flask
from sqlalchemy import delete, select

from intranet.access import registry
from intranet.accounts.models import Membership, User
from intranet.database import now, writing
from intranet.demo.doors import DOORS
from intranet.demo.people import PASSWORD
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.settings.models import StoredSetting

LOADED = "core.demo."
log = structlog.get_logger("intranet.demo")


def load_once(app: Flask) -> bool:
    """Run every loader not yet run here, lightest first; whether there was one.

    Each is remembered by a stored setting, so a plugin added later brings its own.
    """
    with app.app_context(), writing():
        done = set(db.session.scalars(select(StoredSetting.key).where(StoredSetting.key.startswith(LOADED))))
        db.session.rollback()
        waiting = [demo for demo in registry().demos if LOADED + demo.name not in done]
        with app.test_request_context():
            for demo in waiting:
                log.info("demo_loading", owner=demo.owner, demo=demo.name)
                demo.load()
                db.session.add(StoredSetting(key=LOADED + demo.name, value="1", changed_at=now()))
                db.session.commit()
    return bool(waiting)


def forget(app: Flask) -> None:
    """Let every loader run again (its data are not removed)."""
    with app.app_context(), writing():
        db.session.execute(delete(StoredSetting).where(StoredSetting.key.startswith(LOADED)))
        db.session.commit()


def describe_accounts(address: str) -> str:
    """Where to go and whom to sign in as."""
    accounts = (
        select(User.email, Membership.role, Organisation.name)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(User.active, User.password_hash.is_not(None), User.email.endswith(".example"))
        .order_by(Membership.id)
        .limit(12)
    )
    rows = db.session.execute(accounts).all()
    db.session.rollback()
    lines = [f"  {email:<34} {role.value:<12} {organisation}" for email, role, organisation in rows]
    doors = [f"  {door.side.value:<12} reference {door.reference}   code {door.code}" for door in DOORS]
    without = [f"\n{address}acces (without an account)\n", *doors, ""]
    return "\n".join([f"\n{address}\n", *lines, f"\n  password: {PASSWORD}", *without])
