"""Who may do what: one rule, used for lists and for single objects alike.

Default deny. Every endpoint says ``@requires("works.split.answer")`` or ``@public``; the start fails on
one that says neither. A permission is granted to roles; which *objects* it reaches is a policy: one SQL
criterion for (permission, model). A criterion is built once for each scope (organisation kind and role)
and is never given an identity: those are the bound parameters of ``ACTOR``, filled at execution. So a
statement can be kept and shared, and a list and a page cannot disagree.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from flask import abort
from sqlalchemy import ColumnElement, Integer, Select, bindparam, literal, select

from intranet.current import person, this_app
from intranet.errors import NotAllowed

if TYPE_CHECKING:
    from intranet.database import Model
    from intranet.pluginsystem.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])
S = TypeVar("S", bound="Select[*tuple[Any, ...]]")


class OrganisationKind(enum.StrEnum):
    """What an organisation is to the programme; it decides which portal its people land on."""

    ASSOCIATION = "association"
    BAILLEUR = "bailleur"
    WORKS_PARTNER = "works_partner"
    ENERGY_PARTNER = "energy_partner"
    CCAS = "ccas"
    CAF = "caf"
    OTHER = "other"


class Role(enum.StrEnum):
    """What a person is in one organisation (``domain.md`` §1)."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    DIRECTOR = "director"
    REFERENT = "referent"
    TECHNICAL = "technical"
    TISF = "tisf"
    AGENT = "agent"  # a bailleur's
    ANIMATOR = "animator"  # the works partner's
    MEMBER = "member"  # any other partner's


class GuestRole(enum.StrEnum):
    """What somebody without an account is, let in to one split by a reference and a code."""

    AGENT = "guest_agent"  # answers for the bailleur
    HOUSEHOLD = "guest_household"


STAFF_ROLES = frozenset(
    {Role.ADMIN, Role.COORDINATOR, Role.DIRECTOR, Role.REFERENT, Role.TECHNICAL, Role.TISF}
)


class Scope(NamedTuple):
    """All that a policy may look at when it builds its criterion."""

    kind: OrganisationKind
    role: Role | GuestRole


class ACTOR:
    """Bound parameters every scoped statement may use; ``Actor.params`` fills them."""

    user_id = bindparam("actor_user_id", type_=Integer)
    organisation_id = bindparam("actor_organisation_id", type_=Integer)
    pole_id = bindparam("actor_pole_id", type_=Integer)
    guest_split_id = bindparam("actor_guest_split_id", type_=Integer)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person at work, in the organisation and role chosen for this session. Is Flask-Login's user.

    A guest has no account: ``user_id`` is 0, which is nobody's, ``name`` is who she says she is (empty until
    she has) and ``guest_id`` her access. What a command writes down as its author is ``author_id``.
    """

    user_id: int
    session_id: int
    name: str
    email: str
    language: str
    theme: str
    membership_id: int
    organisation_id: int
    organisation_name: str
    scope: Scope
    pole_id: int | None
    permissions: frozenset[str]
    second_factor_missing: bool = False
    guest_id: int | None = None
    guest_split_id: int | None = None
    params: Mapping[str, Any] = field(init=False)

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "params",
            {
                "actor_user_id": self.user_id,
                "actor_organisation_id": self.organisation_id,
                "actor_pole_id": self.pole_id,
                "actor_guest_split_id": self.guest_split_id,
            },
        )

    def get_id(self) -> str:
        return str(self.session_id)

    @property
    def author_id(self) -> int | None:
        """The account to write down as who did it; ``None`` for a guest, whose ``name`` and ``guest_id`` tell."""
        return self.user_id or None

    def wrote(self, author_id: int | None, name: str | None) -> bool:
        """Whether what these two name as its author was this person's doing."""
        return author_id == self.author_id and (author_id is not None or name == self.name)

    def may(self, permission: str) -> bool:
        """Whether the role holds the permission at all; which objects it reaches is ``can``'s to say."""
        return permission in self.permissions


def actor() -> Actor:
    """The signed-in person. Only inside a view that ``requires`` something."""
    return cast(Actor, person())


def registry() -> Registry:
    """What core, portals and plugins registered for this application."""
    return cast("Registry", this_app().extensions["intranet"])


def requires(permission: str) -> Callable[[F], F]:
    """Only those whose role holds ``permission`` reach the view; checked before each request."""

    def mark(view: F) -> F:
        view.__access__ = permission  # type: ignore[attr-defined]
        return view

    return mark


def guest_page(permission: str) -> Callable[[F], F]:
    """Only a guest whose role holds ``permission`` reaches the view; anybody else is led to ``/acces``."""

    def mark(view: F) -> F:
        view.__guests__ = GUESTS_ONLY  # type: ignore[attr-defined]
        return requires(permission)(view)

    return mark


def open_to_guests(view: F) -> F:
    """Guests reach the view too, with what it requires. On any view that does not say so they are strangers."""
    view.__guests__ = GUESTS_TOO  # type: ignore[attr-defined]
    return view


def shows(what: str) -> Callable[[F], F]:
    """The page shows something else of its object than the address says, for the access log (``ReadSubject``).

    Marked, an answer to a form counts as well: what a person takes away is read, whatever the method.
    """

    def mark(view: F) -> F:
        view.__shows__ = what  # type: ignore[attr-defined]
        return view

    return mark


PART = "part"
"""Shown only as a part of a page that was noted itself: a picture made small."""
GUESTS_ONLY = "only"
GUESTS_TOO = "too"
SIGNED_IN = "signed-in"
PUBLIC = "public"


def public(view: F) -> F:
    """Anyone reaches the view, signed in or not."""
    view.__access__ = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: F) -> F:
    """Anyone signed in reaches the view: what concerns only the person's own account."""
    view.__access__ = SIGNED_IN  # type: ignore[attr-defined]
    return view


def criteria(scope: Scope, permission: str, model: type[Model]) -> list[ColumnElement[bool]]:
    """The criteria of every policy on (permission, model); all must allow. No policy: nothing."""
    policies = registry().policies.get((permission, model), ())
    if not policies:
        return [literal(False)]
    return [policy.criterion(scope) for policy in policies]


def visible(scope: Scope, statement: S, permission: str, model: type[Model]) -> S:
    """``statement`` limited to the rows of ``model`` that the scope's people may reach.

    The result holds the parameters of ``ACTOR``: run it through ``intranet.rows``.
    """
    return statement.where(*criteria(scope, permission, model))


def _one(scope: Scope, permission: str, model: type[Model]) -> Select[int]:
    identity = model.__table__.c.id
    return visible(scope, select(identity).where(identity == bindparam("object_id")), permission, model)


def can(permission: str, model: type[Model] | None = None, object_id: int | None = None) -> bool:
    """Whether the signed-in person may do ``permission``, on that object if one is named."""
    from intranet.rows import fetch_value

    if not (person().is_authenticated and actor().may(permission)):
        return False
    if model is None:
        return True
    return fetch_value(_one, permission, model, object_id=object_id) is not None


def require(permission: str, model: type[Model], object_id: int, *, seen_by: str | None = None) -> None:
    """Go on only if the person may. 404 for what she may not see, 403 for what she sees but may not do.

    ``seen_by`` is the permission that shows the object (default: ``permission`` itself).
    """
    if can(permission, model, object_id):
        return
    if seen_by is not None and seen_by != permission and can(seen_by, model, object_id):
        abort(403)
    abort(404)


def require_may(person: Actor, permission: str) -> None:
    """Raise ``NotAllowed`` unless the person's role holds ``permission``: a service's own check."""
    from intranet.translation import gettext as _

    if not person.may(permission):
        raise NotAllowed("permission", _("Votre rôle ne permet pas cette action."))
