"""Commitments, read by columns, among those the person may see. As many statements for a hundred as for one.

What a row holds may be shown to ALC and to the bailleur alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.clock import today
from intranet.commitments.models import Commitment
from intranet.commitments.rules import CommitmentState, state_on
from intranet.documents.models import Document
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.rows import Row, fetch_all, fetch_one, fetch_value
from intranet.search.folding import SortKey, holds
from intranet.works.models import Contract

S = CommitmentState
SORTS = ("due", "address", "tenant")
TODAY: Any = bindparam("today", type_=Date())
_ALIVE = Commitment.withdrawn_on.is_(None)
_TO_DO = and_(_ALIVE, Commitment.done_on.is_(None))

IN_STATE: Mapping[CommitmentState, ColumnElement[bool]] = {
    S.DUE: and_(_TO_DO, Commitment.due_on >= TODAY),
    S.OVERDUE: and_(_TO_DO, Commitment.due_on < TODAY),
    S.DONE: and_(_ALIVE, Commitment.done_on.is_not(None), Commitment.confirmed_on.is_(None)),
    S.CONFIRMED: and_(_ALIVE, Commitment.confirmed_on.is_not(None)),
    S.WITHDRAWN: Commitment.withdrawn_on.is_not(None),
}
"""``rules.state_on`` as criteria; ``:today`` is the day in Nice."""

_COLUMNS = (
    Commitment.id,
    Commitment.version,
    Commitment.dossier_id,
    Commitment.dwelling_id,
    Commitment.contract_id,
    Commitment.label,
    Commitment.room,
    Commitment.due_on,
    Commitment.done_on,
    Commitment.done_note,
    Commitment.document_id,
    Commitment.confirmed_on,
    Commitment.confirmed_side,
    Commitment.withdrawn_on,
    Contract.number.label("contract"),
    Contract.split_id,
    Commitment.bailleur_id,
    Household.name.label("tenant"),
    Dwelling.address,
    Dwelling.postcode,
    Dwelling.town,
    Organisation.name.label("bailleur"),
    Document.name.label("proof"),
    Document.width.label("proof_width"),
    Document.height.label("proof_height"),
)


class View(NamedTuple):
    """A commitment and where it stands today."""

    row: Row
    state: CommitmentState


class Counts(NamedTuple):
    """How many are due, overdue, and said done but not confirmed."""

    due: int
    overdue: int
    done: int


def _base(scope: Scope, *columns: Any) -> Select[Any]:
    promised = select(*columns).select_from(Commitment).join(Contract, Contract.id == Commitment.contract_id)
    statement = (
        with_home(promised, Commitment.dossier_id, Commitment.dwelling_id)
        .join(Organisation, Organisation.id == Commitment.bailleur_id)
        .outerjoin(Document, Document.id == Commitment.document_id)
    )
    return visible(scope, statement, p.COMMITMENT_READ, Commitment)


def _filtered(statement: Select[Any], names: tuple[str, ...], state: CommitmentState | None) -> Select[Any]:
    statement = statement.where(_ALIVE if state is None else IN_STATE[state])
    if "q" in names:
        statement = statement.where(holds(Household.name, Dwelling.address, Commitment.label))
    for name, column in (("dossier_id", Commitment.dossier_id), ("dwelling_id", Commitment.dwelling_id)):
        if name in names:
            statement = statement.where(column == bindparam(name))
    return statement


def _listed(scope: Scope, names: tuple[str, ...], state: CommitmentState | None, sort: str) -> Select[Any]:
    orders: Mapping[str, tuple[Any, ...]] = {
        "due": (Commitment.due_on,),
        "address": (SortKey(Dwelling.town), SortKey(Dwelling.address), Commitment.due_on),
        "tenant": (Household.name, Commitment.due_on),
    }
    statement = _filtered(_base(scope, *_COLUMNS), names, state)
    return statement.order_by(*orders[sort], Commitment.id)


def _page(scope: Scope, names: tuple[str, ...], state: CommitmentState | None, sort: str) -> Select[Any]:
    return _listed(scope, names, state, sort).limit(bindparam("limit")).offset(bindparam("offset"))


def _count(scope: Scope, names: tuple[str, ...], state: CommitmentState | None) -> Select[Any]:
    return _filtered(_base(scope, func.count(Commitment.id)), names, state)


def _one(scope: Scope) -> Select[Any]:
    return _base(scope, *_COLUMNS).where(Commitment.id == bindparam("commitment_id"))


def _counts(scope: Scope) -> Select[Any]:
    def number(state: CommitmentState) -> Any:
        return func.coalesce(func.sum(case((IN_STATE[state], 1), else_=0)), 0)

    statement = select(*(number(state).label(state.value) for state in (S.DUE, S.OVERDUE, S.DONE)))
    return visible(scope, statement.select_from(Commitment), p.COMMITMENT_READ, Commitment)


def commitments(
    state: CommitmentState | None = None,
    *,
    search: str = "",
    sort: str = "due",
    limit: int | None = None,
    offset: int = 0,
    **only: int,
) -> Sequence[View]:
    """Those in ``state`` (every one alive when none is named), the most pressing first. One statement.

    ``search`` looks in the tenant's name, the address and the works; ``only`` takes ``dossier_id`` or
    ``dwelling_id``. Without a ``limit`` all of them, for a table to take away.
    """
    names, params = _asked(search, only)
    day = today()
    if limit is None:
        rows: Iterable[Row] = fetch_all(_listed, names, state, sort, **params, today=day)
    else:
        params |= {"limit": limit, "offset": offset}
        rows = fetch_all(_page, names, state, sort, **params, today=day)
    return [_view(row, day) for row in rows]


def commitment_count(state: CommitmentState | None = None, *, search: str = "", **only: int) -> int:
    """How many the same filters leave."""
    names, params = _asked(search, only)
    return int(fetch_value(_count, names, state, **params, today=today()) or 0)


def commitment(commitment_id: int) -> View | None:
    """One commitment; ``None`` when the person may not see it."""
    row = fetch_one(_one, commitment_id=commitment_id)
    return None if row is None else _view(row, today())


def counts() -> Counts:
    """How many wait, among those the person may see. One statement."""
    row = fetch_one(_counts, today=today())
    return Counts(row.due, row.overdue, row.done) if row else Counts(0, 0, 0)


def _asked(search: str, only: Mapping[str, int]) -> tuple[tuple[str, ...], dict[str, Any]]:
    params: dict[str, Any] = dict(only)
    if search:
        params["q"] = search
    return (*(("q",) if search else ()), *only), params


def _view(row: Row, day: date) -> View:
    return View(
        row,
        state_on(
            day,
            due_on=row.due_on,
            done_on=row.done_on,
            confirmed_on=row.confirmed_on,
            withdrawn_on=row.withdrawn_on,
        ),
    )
