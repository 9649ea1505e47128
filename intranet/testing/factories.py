"""People and organisations for tests: real rows, real sign-in."""

from __future__ import annotations

from itertools import count

from flask.testing import FlaskClient
from sqlalchemy import select

from intranet.access import STAFF_ROLES, Actor, OrganisationKind, Role, Scope, registry
from intranet.accounts.models import Membership, User
from intranet.accounts.passwords import hash_password
from intranet.extensions import db
from intranet.organisations.models import Confidentiality, Organisation, Pole

PASSWORD = "Bricolage-2018!"
_PASSWORD_HASH = hash_password(PASSWORD)
_numbers = count(1)

ORGANISATION_OF = {
    **dict.fromkeys(STAFF_ROLES, OrganisationKind.ASSOCIATION),
    Role.AGENT: OrganisationKind.BAILLEUR,
    Role.ANIMATOR: OrganisationKind.WORKS_PARTNER,
    Role.MEMBER: OrganisationKind.OTHER,
}
"""The kind of organisation in which each role makes sense."""

CONFIDENTIALITY = {"PEP": Confidentiality.CHILD_PROTECTION, "PHI": Confidentiality.ORIGIN_HIDDEN}


def make_organisation(kind: OrganisationKind = OrganisationKind.OTHER, name: str = "") -> Organisation:
    """A new organisation, committed."""
    organisation = Organisation(kind=kind, name=name or f"Organisme {next(_numbers)}")
    db.session.add(organisation)
    db.session.commit()
    return organisation


def make_pole(code: str = "") -> Pole:
    """The pôle of that code, made when there is none: PEP is child protection, PHI hides origins."""
    code = code or f"P{next(_numbers)}"
    pole = db.session.scalar(select(Pole).where(Pole.code == code))
    if pole is None:
        confidentiality = CONFIDENTIALITY.get(code, Confidentiality.STANDARD)
        pole = Pole(code=code, name=f"Pôle {code}", confidentiality=confidentiality)
        db.session.add(pole)
        db.session.commit()
    return pole


def make_user(
    role: Role,
    organisation: Organisation | None = None,
    pole: Pole | None = None,
    password: str = PASSWORD,
    *,
    name: str = "",
    email: str = "",
    language: str = "fr",
) -> User:
    """A person who may sign in, with one membership, committed.

    Without an organisation: ALC for its staff (one for the whole test), else a new one of the right kind.
    """
    number = next(_numbers)
    organisation = organisation or _organisation_for(role)
    user = User(
        email=email or f"{role.value}{number}@example.org",
        name=name or f"{role.value.capitalize()} {number}",
        password_hash=_PASSWORD_HASH if password == PASSWORD else hash_password(password),
        language=language,
    )
    db.session.add(user)
    db.session.flush()
    make_membership(user, role, organisation, pole)
    return user


def make_membership(
    user: User, role: Role, organisation: Organisation, pole: Pole | None = None
) -> Membership:
    """One more membership of ``user``, committed."""
    membership = Membership(
        user_id=user.id, organisation_id=organisation.id, role=role, pole_id=pole.id if pole else None
    )
    db.session.add(membership)
    db.session.commit()
    return membership


def make_actor(user: User) -> Actor:
    """The actor this person is in her first membership, for calling a service without a browser."""
    row = db.session.execute(
        select(Membership, Organisation)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id == user.id)
        .order_by(Membership.id)
        .limit(1)
    ).one()
    membership, organisation = row.Membership, row.Organisation
    return Actor(
        user_id=user.id,
        session_id=0,
        name=user.name,
        email=user.email,
        language=user.language,
        theme=user.theme,
        membership_id=membership.id,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        scope=Scope(organisation.kind, membership.role),
        pole_id=membership.pole_id,
        permissions=registry().role_permissions(membership.role),
    )


def sign_in(client: FlaskClient, user: User, password: str = PASSWORD) -> None:
    """Sign ``user`` in through the real form. Fails the test when the form refuses."""
    response = client.post(
        "/login",
        data={
            "email": user.email,
            "password": password,
            "csrf_token": csrf_token(client, "/account/password"),
        },
    )
    assert response.status_code == 303, response.get_data(as_text=True)


def csrf_token(client: FlaskClient, page: str) -> str:
    """The token of a form on ``page``; empty when the application does not ask for one."""
    html = client.get(page, follow_redirects=True).get_data(as_text=True)
    _before, found, after = html.partition('name="csrf_token"')
    return after.partition('value="')[2].partition('"')[0] if found else ""


def _organisation_for(role: Role) -> Organisation:
    kind = ORGANISATION_OF[role]
    if kind is OrganisationKind.ASSOCIATION:
        alc = db.session.scalar(select(Organisation).where(Organisation.kind == kind).limit(1))
        return alc or make_organisation(kind, "ALC")
    return make_organisation(kind)
