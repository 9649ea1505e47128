"""Which roles make sense in which kind of organisation. A forged form cannot make a partner an administrator."""

from __future__ import annotations

from intranet.access import OrganisationKind, Role

_STAFF = (Role.ADMIN, Role.COORDINATOR, Role.DIRECTOR, Role.REFERENT, Role.TECHNICAL, Role.TISF)

ROLES_OF = {
    OrganisationKind.ASSOCIATION: _STAFF,
    OrganisationKind.BAILLEUR: (Role.AGENT,),
    OrganisationKind.WORKS_PARTNER: (Role.ANIMATOR,),
}
NEED_POLE = frozenset({Role.DIRECTOR, Role.REFERENT})
"""Roles that reach only their own pôle: without one they would reach nothing."""


def roles_of(kind: OrganisationKind) -> tuple[Role, ...]:
    """The roles a person may have in an organisation of that kind."""
    return ROLES_OF.get(kind, (Role.MEMBER,))
