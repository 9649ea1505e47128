"""The book of the door: every attempt to sign in, and what lock-out counts in it."""

from __future__ import annotations

import math
from datetime import timedelta

from sqlalchemy import bindparam, func, insert, select

from intranet.accounts.models import SignInAttempt
from intranet.accounts.rules import ADDRESS_WINDOW, DAY, waiting
from intranet.database import UtcDateTime, now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.translation import ngettext

SIGNED_IN = "signed_in"
SIGNED_OUT = "signed_out"
PASSWORD_ACCEPTED = "password_accepted"  # noqa: S105 - the name of an outcome
PASSWORD_RENEWED = "password_renewed"  # noqa: S105
WRONG_PASSWORD = "wrong_password"  # noqa: S105
WRONG_CODE = "wrong_code"
LOCKED = "locked"
INACTIVE = "inactive"

FAILURES = (WRONG_PASSWORD, WRONG_CODE, INACTIVE)
SUCCESSES = (SIGNED_IN, PASSWORD_RENEWED)

_at = func.max(SignInAttempt.at)
_LAST_SUCCESS = (
    select(_at)
    .where(SignInAttempt.email == bindparam("email"), SignInAttempt.outcome.in_(SUCCESSES))
    .scalar_subquery()
)
_OF_ACCOUNT = select(
    func.count(), func.min(SignInAttempt.at).label("first"), func.max(SignInAttempt.at).label("last")
).where(
    SignInAttempt.email == bindparam("email"),
    SignInAttempt.outcome.in_(FAILURES),
    SignInAttempt.at > bindparam("since", type_=UtcDateTime()),
    SignInAttempt.at > func.coalesce(_LAST_SUCCESS, bindparam("since", type_=UtcDateTime())),
)
_OF_ADDRESS = select(func.count(), func.min(SignInAttempt.at).label("first")).where(
    SignInAttempt.address == bindparam("address"),
    SignInAttempt.outcome.in_(FAILURES),
    SignInAttempt.at > bindparam("since", type_=UtcDateTime()),
)


def refuse_if_locked(email: str, address: str) -> None:
    """Raise ``Refused`` when this account or this address must wait. The same for an unknown account.

    A refused attempt is written down but not counted: trying on does not lengthen the wait.
    """
    left = _time_left(email, address)
    if not left:
        return
    note(email, address, LOCKED)
    db.session.commit()
    minutes = max(1, math.ceil(left.total_seconds() / 60))
    raise Refused(
        "sign_in.wait",
        ngettext(
            "Trop d’essais. Réessayez dans %(num)d minute, ou choisissez un nouveau mot de passe.",
            "Trop d’essais. Réessayez dans %(num)d minutes, ou choisissez un nouveau mot de passe.",
            minutes,
        ),
    )


def _time_left(email: str, address: str) -> timedelta:
    at = now()
    connection = db.session.connection()
    account = connection.execute(_OF_ACCOUNT, {"email": email, "since": at - DAY}).one()
    place = connection.execute(_OF_ADDRESS, {"address": address, "since": at - ADDRESS_WINDOW}).one()
    return waiting(
        at,
        failures=account[0],
        first_failure=account.first,
        last_failure=account.last,
        address_failures=place[0],
        address_first=place.first,
    )


def note(email: str, address: str, outcome: str, user_id: int | None = None) -> None:
    """Write an attempt down. Does not commit."""
    db.session.execute(
        insert(SignInAttempt).values(
            at=now(), email=email[:254], address=address, outcome=outcome, user_id=user_id
        )
    )
