"""The 72 kinds of works of ``data/works_catalogue.csv``, brought into the database.

The file gives starting values. What an administrator changed on screen is kept: a kind already there is left
alone, unless ``replace`` is asked for.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from intranet.extensions import db
from intranet.typography import french
from intranet.works.models import WorksKind
from intranet.works.terms import DefaultHolder, Professional

_NUMBERS = ("lifetime_years", "free_years", "yearly_discount_pct", "residual_pct")
_TEXTS = (
    "trade",
    "label_fr",
    "label_en",
    "professional_condition",
    "consent",
    "hazard",
    "legal_basis",
    "synonyms",
)


def load_catalogue(*, replace: bool = False) -> tuple[int, int]:
    """Add the kinds that are missing; with ``replace`` write the file's values over the others too.

    Returns how many were added and how many were changed. Running it again changes nothing. Commits.
    """
    known = {kind.code: kind for kind in db.session.scalars(select(WorksKind))}
    added = changed = 0
    for position, row in enumerate(read_rows(), start=1):
        values = kind_values(row, position)
        kind = known.get(row["code"])
        if kind is None:
            db.session.add(WorksKind(code=row["code"], **values))
            added += 1
        elif replace and _write(kind, values):
            changed += 1
    db.session.commit()
    return added, changed


def read_rows() -> Iterator[Mapping[str, str]]:
    """The rows of the file, as text."""
    with files("intranet.data").joinpath("works_catalogue.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield {**row, "label_fr": french(row["label_fr"])}


def kind_values(row: Mapping[str, str], position: int) -> dict[str, Any]:
    """The columns of one kind. Raises ``ValueError`` for a value that is none of the known ones."""
    values: dict[str, Any] = {name: row[name] for name in _TEXTS}
    values |= {name: int(row[name]) if row[name] else None for name in _NUMBERS}
    values |= {
        "position": position,
        "default_holder": DefaultHolder(row["default_holder"]),
        "locked_to_bailleur": _yes(row["locked_to_bailleur"]),
        "professional_only": Professional(row["professional_only"]),
        "active": True,
    }
    return values


def _yes(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _write(kind: WorksKind, values: Mapping[str, Any]) -> bool:
    differing = {name: value for name, value in values.items() if getattr(kind, name) != value}
    for name, value in differing.items():
        setattr(kind, name, value)
    return bool(differing)
