"""The first administrator of a new installation: nobody could invite that one."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.accounts import passwords
from intranet.accounts.models import Membership, User
from intranet.accounts.rules import check_password
from intranet.database import now, writing
from intranet.errors import Refused
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.translation import gettext as _


def create_first_admin(*, email: str, name: str, organisation: str, password: str) -> None:
    """Add an administrator of the association, which is made if none bears that name; committed.

    For whoever may use the command line. Raises ``Refused`` on a bad or known address, or a weak password.
    """
    email = email.strip().lower()
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Refused(
            "user.email", _("Cette adresse de courriel n’est pas valable."), field="email"
        ) from None
    check_password(password, email=email, name=name)
    with writing():
        if db.session.scalar(select(User.id).where(User.email == email)):
            raise Refused("user.known", _("Il y a déjà un compte à cette adresse."), field="email")
        association = db.session.scalar(
            select(Organisation).where(Organisation.name == organisation.strip())
        ) or Organisation(name=organisation.strip(), kind=OrganisationKind.ASSOCIATION)
        person = User(
            email=email,
            name=name.strip(),
            password_hash=passwords.hash_password(password),
            password_changed_at=now(),
        )
        db.session.add(Membership(user=person, organisation=association, role=Role.ADMIN))
        db.session.commit()
