"""The public surface for portals and plugins.

Each item is a frozen value that says what core must order, filter or test; HTML comes only from a
``render``. Core stamps the owner on it, filters it by its permission and sorts it by weight, then label.
Labels are lazy strings (``lazy_gettext``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pluggy

from intranet.access import (
    ACTOR,
    STAFF_ROLES,
    Actor,
    GuestRole,
    OrganisationKind,
    Role,
    Scope,
    actor,
    can,
    public,
    require,
    requires,
    signed_in,
    visible,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from intranet.database import Model

API_VERSION = 1
NAMESPACE = "intranet"

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)

Text = Any  # str or a lazy translation


@dataclass(frozen=True, slots=True)
class Plugin:
    """A manifest: the one name a plugin's package must export, cheap to read.

    ``name`` matches ``[a-z][a-z0-9]+`` and is the blueprint name, URL prefix, template folder, table prefix
    (``name_``), permission prefix, settings key and CLI group. ``hooks`` is imported only when enabled.
    ``portal`` is true for a role's home. ``config`` is a frozen dataclass of settings with defaults, read
    from ``NAME_FIELD`` in the environment.
    """

    name: str
    label: Text
    hooks: str
    api: int = API_VERSION
    requires: tuple[str, ...] = ()
    config: type[Any] | None = None
    description: Text = ""
    portal: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """A right, ``<owner>.<thing>.<verb>``, and the roles that hold it."""

    name: str
    label: Text
    roles: frozenset[Role | GuestRole]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which rows of ``model`` the permission reaches. ``criterion(scope)`` uses ``ACTOR`` for identities."""

    permission: str
    model: type[Model]
    criterion: Callable[[Scope], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the menu. ``portals`` limits it to those homes (empty: every portal)."""

    label: Text
    endpoint: str
    permission: str
    icon: str
    weight: int = 50
    portals: tuple[str, ...] = ()
    group: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Portal:
    """A role's home: people of these kinds of organisation land on ``endpoint``."""

    name: str
    label: Text
    endpoint: str
    kinds: frozenset[OrganisationKind]
    weight: int = 50
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Widget:
    """A block of a portal's home page. ``render(actor)`` gives safe markup, or nothing to show nothing."""

    name: str
    label: Text
    permission: str
    render: Callable[[Actor], str]
    portals: tuple[str, ...] = ()
    weight: int = 50
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A section a plugin adds to a record's page. ``slot`` is ``dossier``, ``dwelling`` or ``chantier``.

    ``render(actor, object_id)`` gives safe markup, or nothing to show nothing.
    """

    name: str
    slot: str
    label: Text
    permission: str
    render: Callable[[Actor, int], str]
    portals: tuple[str, ...] = ()
    weight: int = 50
    owner: str = ""


class SearchResult(NamedTuple):
    """One hit: what it is called, one more line about it, and where it is."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class SearchSource:
    """Something that can be searched for.

    ``find(actor, query, limit)`` gives at most ``limit`` hits among what the person may see, best first.
    ``index()`` yields every ``(object_id, title, words)`` when the index is rebuilt. ``kind`` is the key under
    which ``intranet.search.service.put_entry`` keeps it current.
    """

    kind: str
    label: Text
    permission: str
    find: Callable[[Actor, str, int], Sequence[SearchResult]]
    index: Callable[[], Iterable[tuple[int, str, str]]]
    portals: tuple[str, ...] = ()
    weight: int = 50
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Exporter:
    """A table a person may take away. ``rows(actor, filters)`` yields cells in the order of ``columns``.

    ``filters()`` are those of the list it comes from (``web.listing.Filter``): the table says in words what it holds.
    """

    name: str
    label: Text
    permission: str
    columns: tuple[Text, ...]
    rows: Callable[[Actor, Mapping[str, str]], Iterable[Sequence[Any]]]
    owner: str = ""
    filters: Callable[[], Sequence[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure of the programme. ``value(since, until)`` is a number, or ``None`` when unknown.

    Few are not counted out. Of what is not itself a count (hours, a share), ``families(since, until)`` says of how many
    families it tells; without it the figure is told of nobody.
    """

    name: str
    label: Text
    unit: str
    permission: str
    value: Callable[[date, date], float | None]
    weight: int = 50
    owner: str = ""
    families: Callable[[date, date], float | None] | None = None


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """Dates to show. ``between(actor, since, until)`` yields ``(start, end, label, url)``."""

    name: str
    label: Text
    permission: str
    between: Callable[[Actor, date, date], Iterable[tuple[datetime, datetime | None, str, str]]]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Work done after commit, by the worker. ``run(payload)``; it may be tried again, so it must be idempotent.

    With ``every_seconds`` it also runs by itself at that interval, with an empty payload. Jobs of one ``lane`` run
    one after the other, those of another beside them: what waits for another machine has its own. ``forget`` gives
    what of a payload may stay when the job was given up.
    """

    name: str
    run: Callable[[dict[str, Any]], None]
    every_seconds: int | None = None
    lane: str = ""
    forget: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Something ``/healthz`` looks at. ``check()`` gives ``None`` when well, else what is wrong."""

    name: str
    check: Callable[[], str | None]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value an administrator may change on screen; stored as text, read through ``kind``."""

    key: str
    label: Text
    default: str
    kind: type[str] | type[int] | type[bool] = str
    help: Text = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Demo:
    """Demonstration data. ``load()`` runs once, in order of weight, and is the same on every run."""

    name: str
    load: Callable[[], None]
    weight: int = 50
    owner: str = ""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One item held about a household, for its right of access."""

    label: Text
    value: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class EventWording:
    """What the history says of an event of the owner's, ``<owner>.…``: a sentence whose subject is the person.

    ``wording`` is a lazy string filled with the event's ``data``, ``from_state`` and ``to_state``, or a function
    of these: « a épinglé « %(text)s » ».
    """

    kind: str
    wording: Text | Callable[[Mapping[str, Any]], str]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as told to ``on_event`` after the commit. Kinds are ``works.split.proposed`` and the like."""

    kind: str
    at: datetime
    actor_id: int | None
    dossier_id: int | None
    subject: str
    subject_id: int
    from_state: str = ""
    to_state: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


__all__ = [
    "ACTOR",
    "API_VERSION",
    "STAFF_ROLES",
    "Actor",
    "CalendarSource",
    "Demo",
    "Event",
    "EventWording",
    "Exporter",
    "GuestRole",
    "HealthCheck",
    "Indicator",
    "Job",
    "NavItem",
    "OrganisationKind",
    "Panel",
    "Permission",
    "PersonalData",
    "Plugin",
    "Policy",
    "Portal",
    "Role",
    "Scope",
    "SearchResult",
    "SearchSource",
    "Setting",
    "Widget",
    "actor",
    "can",
    "hookimpl",
    "hookspec",
    "public",
    "require",
    "requires",
    "signed_in",
    "visible",
]
