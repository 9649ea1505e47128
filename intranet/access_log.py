"""The access log: who read what of which dossier, and who was refused it. Kept 6 to 12 months (``domain.md`` §6).

Every page about one object of a dossier is noted by what its address names; nothing is asked of the views. A page
that shows something else of it than its address says is marked (``access.shows``). One row a day for each person,
object and outcome; what is exported stands in the history.

The object's dossier is found by the statement that writes, after the answer has left: a reader waits for nothing,
and an object that does not exist leaves no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple
from zlib import crc32

from flask import Flask, Response
from sqlalchemy import Boolean, ColumnElement, Date, Integer, String, bindparam, func, literal, select
from sqlalchemy.engine import Connection

from intranet.access import GUESTS_ONLY, PART, Actor
from intranet.afterwards import write_afterwards
from intranet.chantiers.models import Chantier
from intranet.clock import now, today
from intranet.commitments.models import Commitment
from intranet.current import PERSON, READING, notes, person, this_app, this_request
from intranet.database import UtcDateTime, insert_new
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier
from intranet.rows import Statement
from intranet.timeline.models import AccessLogEntry, ReadSubject
from intranet.timeline.service import side_name
from intranet.works.models import Contract, Split, WorksLine

OPENED = frozenset({200, 304})
REFUSED = frozenset({403, 404})
MOST_REMEMBERED = 50_000
"""Readings of today that a process remembers to have written; written again, the unique key keeps one."""

_NOTED = "intranet.access_log"
_OBJECT = bindparam("object_id", type_=Integer)


class Source(NamedTuple):
    """What an argument of an address names, and where its dossier stands: ``dossier_id, object_id`` of it."""

    subject: ReadSubject
    of: Statement


def _row(subject: ReadSubject, model: Any) -> Source:
    return Source(subject, select(model.dossier_id, model.id).where(model.id == _OBJECT))


SOURCES: Final[Mapping[str, Source]] = {
    "document_id": _row(ReadSubject.FILE, Document),
    "contract_id": _row(ReadSubject.CONTRACT, Contract),
    "chantier_id": _row(ReadSubject.CHANTIER, Chantier),
    "commitment_id": _row(ReadSubject.COMMITMENT, Commitment),
    "split_id": _row(ReadSubject.SPLIT, Split),
    "dossier_id": Source(ReadSubject.DOSSIER, select(Dossier.id, Dossier.id).where(Dossier.id == _OBJECT)),
    "line_id": Source(
        ReadSubject.SPLIT,
        select(Split.dossier_id, Split.id)
        .join(WorksLine, WorksLine.split_id == Split.id)
        .where(WorksLine.id == _OBJECT),
    ),
    "dwelling_id": Source(  # its page names who lives there
        ReadSubject.DWELLING,
        select(Dossier.id, Dossier.dwelling_id).where(
            Dossier.id == select(func.max(Dossier.id)).where(Dossier.dwelling_id == _OBJECT).scalar_subquery()
        ),
    ),
}
"""By the arguments of addresses; of several, the first here is what the page is about."""

GUEST_SPLIT = "split_id"

Reading = tuple[str, str, int, str, bool, date]
"""A reader, what kind of argument named the object, its id, what was shown of it, whether it was refused, a day."""


class Page(NamedTuple):
    """What a page shows: the argument that names the object (empty: the guest's own split), and the mark."""

    argument: str
    mark: str


def install(app: Flask) -> None:
    """Note each answer about an object of a dossier."""
    pages = _pages(app)

    def note(response: Response) -> Response:
        asked = this_request()
        page = pages.get(asked.endpoint or "")
        if page is not None and notes().get(PERSON) is not None:
            _note(page, asked.method, asked.view_args or {}, response)
        return response

    app.after_request(note)


def _pages(app: Flask) -> Mapping[str, Page]:
    found: dict[str, Page] = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        argument = next((name for name in SOURCES if name in rule.arguments), None)
        if argument is None and getattr(view, "__guests__", "") == GUESTS_ONLY:
            argument = ""
        if argument is not None:
            found[rule.endpoint] = Page(argument, getattr(view, "__shows__", ""))
    return found


def _note(page: Page, method: str, named: Mapping[str, Any], answer: Response) -> None:
    who, status = person(), answer.status_code
    refused = status in REFUSED
    shown = status in OPENED and page.mark != PART and (method in READING or page.mark != "")
    object_id = named.get(page.argument) if page.argument else getattr(who, "guest_split_id", None)
    if not (refused or shown) or object_id is None or not who.is_authenticated:
        return
    mark = "" if page.mark == PART else page.mark
    reading = (_key(who), page.argument or GUEST_SPLIT, object_id, mark, refused, today())
    if _is_new(reading):
        _write(who, reading, answer)


def _key(who: Actor) -> str:
    """Tells one reader from another, without a name: several may come with one code."""
    return f"guest:{who.guest_id}:{crc32(who.name.encode()):08x}" if who.guest_id else f"user:{who.user_id}"


def _is_new(reading: Reading) -> bool:
    """Whether this process has not written it today."""
    return reading not in _noted()


def _noted() -> set[Reading]:
    found: set[Reading] = this_app().extensions.setdefault(_NOTED, set())
    return found


def _remember(reading: Reading) -> None:
    """It is written: called after the commit, so that one which failed is tried again by the next reading."""
    noted = _noted()
    if noted and (len(noted) >= MOST_REMEMBERED or next(iter(noted))[5] != reading[5]):
        noted.clear()
    noted.add(reading)


def _write(who: Actor, reading: Reading, answer: Response) -> None:
    reader, argument, object_id, mark, refused, on = reading
    source = SOURCES[argument]
    columns: dict[str, ColumnElement[Any]] = {
        "at": literal(now(), UtcDateTime()),
        "on": literal(on, Date()),
        "reader": literal(reader, String()),
        "user_id": literal(who.author_id, Integer()),
        "who": literal(who.name, String()),
        "side": literal(side_name(who), String()),
        "subject": literal(mark or source.subject.value, String()),
        "refused": literal(refused, Boolean()),
    }
    row = source.of.add_columns(*columns.values())

    def write(connection: Connection) -> None:
        inserted = insert_new(connection, AccessLogEntry)
        connection.execute(
            inserted.from_select(["dossier_id", "subject_id", *columns], row), {"object_id": object_id}
        )

    write_afterwards(write, answer, lambda: _remember(reading))
