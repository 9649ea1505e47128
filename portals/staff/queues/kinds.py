"""What a queue is, and how its statement is made: of dossiers, of what hangs on one, of what hangs on a split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.database import UtcDateTime
from intranet.dossiers.models import Dossier
from intranet.rows import Statement
from intranet.works.models import Split


@dataclass(frozen=True, eq=False)
class Queue:
    """One queue; compared by identity, so that it can be part of a kept statement's key.

    ``what(scope)`` selects ``dossier_id``, ``since`` and ``target_id``; ``target`` names the page to open. Its
    statements may ask the time: whoever runs one gives ``clock()``.

    ``permission`` is what moves it; ``None``: always somebody else's turn. ``apart``: shown in a place of its own.
    """

    key: str
    label: Any
    permission: str | None
    target: str
    what: Callable[[Scope], Statement]
    apart: bool = False

    def __call__(self, scope: Scope) -> Statement:
        return self.what(scope)


def of_dossiers(since: Any, *where: ColumnElement[bool]) -> Callable[[Scope], Statement]:
    def build(scope: Scope) -> Statement:
        statement = select(
            Dossier.id.label("dossier_id"), since.label("since"), Dossier.id.label("target_id")
        ).where(*where)
        return visible(scope, statement, p.DOSSIER_READ, Dossier)

    return build


def on_split(
    model: Any, since: Any, target: Any, *where: ColumnElement[bool]
) -> Callable[[Scope], Statement]:
    """What hangs on a split."""

    def build(scope: Scope) -> Statement:
        statement = (
            select(Dossier.id.label("dossier_id"), since.label("since"), target.label("target_id"))
            .select_from(model)
            .join(Split, Split.id == model.split_id)
            .join(Dossier, Dossier.id == Split.dossier_id)
            .where(*where)
        )
        return visible(scope, statement, p.DOSSIER_READ, Dossier)

    return build


def of(model: Any, since: Any, *where: ColumnElement[bool]) -> Callable[[Scope], Statement]:
    def build(scope: Scope) -> Statement:
        statement = (
            select(Dossier.id.label("dossier_id"), since.label("since"), model.id.label("target_id"))
            .join(Dossier, Dossier.id == model.dossier_id)
            .where(*where)
        )
        return visible(scope, statement, p.DOSSIER_READ, Dossier)

    return build


class midnight(FunctionElement[Any]):
    """A day as the instant it begins, so that it can stand in one list with instants."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(midnight)
def _cast(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TIMESTAMP WITH TIME ZONE)"


@compiles(midnight, "sqlite")
def _append(element: Any, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} || ' 00:00:00.000000')"
