"""Everyone at every door: valid sessions of each role, forged requests, and what is left of them in the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Table, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from intranet.access import STAFF_ROLES, GuestRole, Role
from intranet.accounts.models import Membership, User
from intranet.accounts.session import open_session
from intranet.database import Model, writing
from intranet.extensions import db
from intranet.guests.service import OpenedAccess
from intranet.testing.guests import let_in
from intranet.works.matrix import Chapter, Outcome
from tests.portals.splits import text_of

STAFF, BAILLEUR, GUEST, FAMILY, SIGNING = "staff", "bailleur", "guests", "voice", "signatures"
GUEST_ROLES = frozenset(GuestRole)
OWN: Mapping[str, frozenset[Role | GuestRole]] = {
    STAFF: STAFF_ROLES,
    BAILLEUR: frozenset({Role.AGENT}),
    GUEST: frozenset({GuestRole.AGENT}),
    FAMILY: frozenset({GuestRole.HOUSEHOLD}),
    SIGNING: frozenset(Role) | GUEST_ROLES,
}
"""Whose doors they are. Everybody knocks at all of them."""

DONE, REFUSED = frozenset({200, 204, 303}), frozenset({409, 422})
UNSAID = ("core_session", "core_access_log", "core_sign_in_attempt")
"""Tables in which reading, too, leaves a trace."""


@dataclass
class Caller:
    """A browser with a valid session and a valid token. ``name`` tells a stranger from one whose object it is."""

    name: str
    role: Role | GuestRole
    client: FlaskClient
    token: str

    def post(self, address: str, data: Mapping[str, Any]) -> TestResponse:
        sent = {
            key: (BytesIO(value), f"{key}.pdf") if isinstance(value, bytes) else value
            for key, value in data.items()
        }
        db.session.rollback()  # what the test was reading ends before somebody else writes
        return self.client.post(address, data={"csrf_token": self.token, **sent})


def with_account(app: Flask, user: User, role: Role, name: str = "") -> Caller:
    """Signed in, as the sign-in page would leave the browser once the password is right."""
    db.session.rollback()
    client = app.test_client()
    membership = db.session.scalars(select(Membership.id).where(Membership.user_id == user.id)).one()
    with app.app_context(), app.test_request_context():
        open_session(user.id, membership, second_factor=False)
        db.session.commit()
        token, kept = generate_csrf(), dict(session)
    with client.session_transaction() as cookie:
        cookie.update(kept)
    return Caller(name or role.value, role, client, token)


def with_code(app: Flask, access: OpenedAccess, role: GuestRole, name: str, person: str) -> Caller:
    """Let in by reference and code; ``person`` is who she said she is."""
    db.session.rollback()
    client = app.test_client()
    return Caller(name, role, client, let_in(client, access, person))


@dataclass(frozen=True)
class Door:
    """An endpoint that takes ``act``, and how a form that nobody need have opened is written for it.

    ``prepare`` brings about what must be there for the act to be done. ``address`` and ``data`` look at the object
    as it is.
    """

    endpoint: str
    act: str
    address: Callable[[Any], str]
    data: Callable[[Any], Mapping[str, Any]]
    prepare: Callable[[Any], None] | None = None

    @property
    def portal(self) -> str:
        return self.endpoint.partition(".")[0]


def statuses(chapter: Chapter, door: Door, state: Any, role: Role | GuestRole) -> frozenset[int]:
    """What the table of the docs promises to ``role`` at ``door``."""
    if role not in OWN[door.portal]:
        return elsewhere(door, role)
    match chapter.outcome(door.act, state, role):
        case Outcome.DONE:
            return DONE
        case Outcome.REFUSED:
            return REFUSED
        case _:
            return frozenset({403})


def elsewhere(door: Door, role: Role | GuestRole) -> frozenset[int]:
    """At a door of another portal: no such page; who is a stranger there is led to where one comes in."""
    if (role in GUEST_ROLES) == (door.portal in (GUEST, FAMILY)):
        return frozenset({403 if role in GUEST_ROLES else 404})
    return frozenset({303})


def is_led_away(answer: TestResponse) -> bool:
    """To where one comes in, with an account or with a code: not to what was asked for."""
    return answer.status_code == 303 and answer.headers["Location"].partition("?")[0] in ("/login", "/acces")


def words(caller: Caller, answer: TestResponse) -> str:
    """What the page says; after a redirect, what the page it leads to says."""
    if answer.status_code == 303:
        return plain(text_of(caller.client.get(answer.headers["Location"])))
    return plain(text_of(answer))


def plain(text: str) -> str:
    """The words, whatever the spaces between them are: typography makes some of them unbreakable."""
    return " ".join(text.split())


Rows = Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]
"""Each table's rows by their key."""


@cache
def tables() -> tuple[Table, ...]:
    """Those that a refusal must leave as they were, parents first."""
    connection = db.session.connection()
    here = set(connection.dialect.get_table_names(connection)) - set(UNSAID)
    return tuple(table for table in Model.metadata.sorted_tables if table.name in here)


def rows() -> Rows:
    """Everything there is."""
    return {
        table.name: {
            tuple(row[column.name] for column in table.primary_key): dict(row)
            for row in db.session.execute(select(table)).mappings()
        }
        for table in tables()
    }


def digest() -> str:
    """A digest of everything there is: the same after a refusal as before."""
    seen = hashlib.sha256()
    for table in tables():
        seen.update(table.name.encode())
        for row in db.session.execute(select(table).order_by(*table.primary_key)):
            seen.update(repr(tuple(row)).encode())
    db.session.rollback()
    return seen.hexdigest()


def restore(kept: Rows) -> int:
    """Bring every row back to what it was; return how many were not.

    What depends on what is left to the database: what it refuses for now is tried again after the rest.
    """
    db.session.rollback()
    found = rows()
    db.session.rollback()
    with writing():
        left = list(_differences(found, kept))
        written = len(left)
        while left:
            again = [each for each in left if not _execute(each)]
            assert len(again) < len(left), f"cannot be put back: {again}"
            left = again
        db.session.commit()
    db.session.expire_all()
    return written


def _differences(found: Rows, kept: Rows) -> Iterator[Any]:
    for table in tables():
        now, then = found[table.name], kept[table.name]
        yield from (delete(table).where(_is(table, key)) for key in now.keys() - then.keys())
        yield from (insert(table).values(then[key]) for key in then.keys() - now.keys())
        changed = (key for key in now.keys() & then.keys() if now[key] != then[key])
        yield from (update(table).where(_is(table, key)).values(then[key]) for key in changed)


def _execute(statement: Any) -> bool:
    try:
        with db.session.begin_nested():
            db.session.execute(statement)
    except IntegrityError:
        return False
    return True


def _is(table: Table, key: Iterable[Any]) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))
