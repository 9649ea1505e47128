"""What people ask of a chantier, as frozen values. Forms make them, services apply them.

Time is in minutes. ``version`` is the version of the object the page showed: when it has moved, the answer
is ``Stale``. ``client_key`` is drawn by the page: sending the same form twice does it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from intranet.chantiers.terms import HoursRole, Moment, Recognisable
from intranet.works.terms import Side


@dataclass(frozen=True, slots=True)
class HoursEntry:
    """Time of one person in one role. ``person`` may be empty: the family, or the animator herself."""

    role: HoursRole
    minutes: int
    person: str = ""


@dataclass(frozen=True, slots=True)
class EnterHours:
    """What several people did on one task on one day. ``client_key``: at most 32 characters."""

    chantier_id: int
    task_id: int
    on: date
    entries: tuple[HoursEntry, ...]
    client_key: str


@dataclass(frozen=True, slots=True)
class AddPhoto:
    """``spot`` pairs before and after; empty: the task, or the dwelling as a whole. ``recognisable`` must be said."""

    chantier_id: int
    moment: Moment
    taken_on: date
    task_id: int | None = None
    spot: str = ""
    caption: str = ""
    recognisable: Recognisable | None = None


@dataclass(frozen=True, slots=True)
class AnswerImage:
    """May members of the family be on the pictures? ``on``: the day of its written agreement.

    ``seen`` is the answer the page showed (``ImageRight.key``).
    """

    chantier_id: int
    agreed: bool
    on: date | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True)
class WriteNote:
    chantier_id: int
    on: date
    text: str


@dataclass(frozen=True, slots=True)
class EditChantier:
    """The organisation of a chantier as it is to be from now on, all of it."""

    chantier_id: int
    version: int
    animator_id: int | None
    planned_start: date | None
    planned_end: date | None
    safety_note: str = ""


@dataclass(frozen=True, slots=True)
class AcceptAll:
    """Accept every task the page showed as done: ``versions`` by task."""

    chantier_id: int
    versions: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class HandOverTask:
    """Accept a task, or put a reserve on it: then ``text``, who lifts it and by when are needed."""

    task_id: int
    version: int
    accepted: bool
    text: str = ""
    lifted_by: Side | None = None
    due_on: date | None = None
