"""Rows for the bench: N dossiers, one in ten with a split of ten lines. The same on every run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, text

from intranet.access import OrganisationKind
from intranet.database import Model, now
from intranet.dossiers.models import Dossier, DossierState, Dwelling, Household, Survey
from intranet.organisations.models import Confidentiality, Organisation, Pole
from intranet.search.models import SearchEntry, first_of
from intranet.search.service import fold
from intranet.timeline.models import TimelineEntry
from intranet.works.models import (
    Answer,
    Cause,
    Holder,
    LineAnswer,
    Need,
    Payer,
    Side,
    Split,
    SplitState,
    WorksLine,
)

BAILLEURS = 8
LINES = 10
ONE_IN = 10  # dossiers for one that has a split
FIRST_BAILLEUR = 101
_NAMES = (
    "Alba Benali Caruso Diallo Esteves Fabre Giordano Haddad Ivanova Jourdan Kaya Lopes Morel Nasri".split()
)
_FIRST = "Amina Boris Carla Dario Elsa Farid Gilda Hugo Ines Jonas Katia Lina Marco Nadia Olga Paul".split()
_STREETS = "Barla Cessole Dabray Gambetta Lanterne Magnan Pessicart Riquier Saint-Roch Trachel".split()


def state_of(number: int) -> DossierState:
    """The state of a dossier: every one, in turn, for each bailleur."""
    states = list(DossierState)
    return states[number // BAILLEURS % len(states)]


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, 5_000)):
        yield batch


def _insert(connection: Connection, model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
    for batch in _batches(rows):
        connection.execute(insert(model.__table__), batch)  # type: ignore[arg-type]


def fill(connection: Connection, dossiers: int) -> None:
    """Write ``dossiers`` dossiers with what hangs on them. The bench's accounts exist already."""
    chance = random.Random(2018)
    names = [f"{chance.choice(_FIRST)} {chance.choice(_NAMES)}" for _ in range(dossiers)]
    streets = [f"{chance.randrange(1, 180)} rue {chance.choice(_STREETS)}" for _ in range(dossiers)]
    start, today = now(), date(2019, 6, 1)

    def every(make: Callable[[int], dict[str, Any]]) -> Iterator[dict[str, Any]]:
        return (make(number) for number in range(1, dossiers + 1))

    def splits(make: Callable[[int], dict[str, Any]]) -> Iterator[dict[str, Any]]:
        return (make(number) for number in range(1, max(1, dossiers // ONE_IN) + 1))

    bailleur = lambda number: FIRST_BAILLEUR + number % BAILLEURS  # noqa: E731
    moved = lambda number: start - timedelta(minutes=number * 7 % 500_000)  # noqa: E731
    _insert(
        connection,
        Organisation,
        iter(
            [
                {
                    "id": FIRST_BAILLEUR + index,
                    "kind": OrganisationKind.BAILLEUR,
                    "name": f"Bailleur {index}",
                    "version": 1,
                }
                for index in range(BAILLEURS)
            ]
        ),
    )
    _insert(
        connection,
        Pole,
        iter(
            [
                {
                    "id": 101 + index,
                    "code": f"P{index}",
                    "name": f"Pôle {index}",
                    "confidentiality": Confidentiality.STANDARD,
                    "version": 1,
                }
                for index in range(3)
            ]
        ),
    )
    _insert(
        connection,
        Household,
        every(
            lambda n: {
                "id": n,
                "name": names[n - 1],
                "phone": f"049300{n % 10_000:04d}",
                "adults": 1 + n % 2,
                "children": n % 5,
                "pole_id": 101 + n % 3,
                "version": 1,
            }
        ),
    )
    _insert(
        connection,
        Dwelling,
        every(
            lambda n: {
                "id": n,
                "bailleur_id": bailleur(n),
                "address": streets[n - 1],
                "postcode": "06300",
                "town": "Nice",
                "kind": f"T{1 + n % 5}",
                "permit_year": 1950 + n % 70,
                "asbestos": Survey.CLEAR,
                "lead": Survey.CLEAR,
                "decent": True,
                "version": 1,
            }
        ),
    )
    _insert(
        connection,
        Dossier,
        every(
            lambda n: {
                "id": n,
                "number": f"2018-{n:06d}",
                "household_id": n,
                "state": state_of(n),
                "state_since": moved(n),
                "changed_at": moved(n),
                "opened_on": today - timedelta(days=n % 300),
                "dwelling_id": n,
                "bailleur_id": bailleur(n),
                "version": 1,
            }
        ),
    )
    _insert(
        connection,
        SearchEntry,
        every(
            lambda n: {
                "id": first_of("dossier") + n,
                "kind": "dossier",
                "object_id": n,
                "title": names[n - 1],
                "words": fold(f"{names[n - 1]} 2018-{n:06d} {streets[n - 1]} Nice"),
            }
        ),
    )
    _insert(
        connection,
        Split,
        splits(
            lambda n: {
                "id": n,
                "dossier_id": n,
                "dwelling_id": n,
                "bailleur_id": bailleur(n),
                "state": SplitState.PROPOSED,
                "number": 1,
                "turn": Side.BAILLEUR,
                "turn_since": moved(n),
                "version": 1,
            }
        ),
    )
    lines = range(max(1, dossiers // ONE_IN) * LINES)
    _insert(
        connection,
        WorksLine,
        (
            {
                "id": index + 1,
                "split_id": index // LINES + 1,
                "position": index % LINES,
                "label": "Peinture complète de la pièce",
                "room": f"Chambre {index % LINES}",
                "need": Need.NEEDED,
                "cause": Cause.USE,
                "holder": Holder.TENANT,
                "materials_payer": Payer.BAILLEUR,
                "materials_cents": 4_000 + index % 900,
                "minutes": 240,
                "digest": f"{index % LINES:064d}",
                "version": 1,
            }
            for index in lines
        ),
    )
    _insert(
        connection,
        LineAnswer,
        (
            {"line_id": index + 1, "side": side, "answer": answer, "digest": f"{index % LINES:064d}"}
            for index in lines
            for side, answer in ((Side.ALC, Answer.ACCEPTED), (Side.BAILLEUR, Answer.WAITING))
        ),
    )
    _insert(
        connection,
        TimelineEntry,
        splits(
            lambda n: {
                "id": n,
                "at": moved(n),
                "kind": "works.split.proposed",
                "actor_name": "Coordination",
                "side": "alc",
                "dossier_id": n,
                "subject": "split",
                "subject_id": n,
                "from_state": "draft",
                "to_state": "proposed",
                "reason": "",
                "data": {"version": 1, "number": 1},
                "audience": " alc bailleur ",
            }
        ),
    )
    if connection.dialect.name == "postgresql":
        numbered = (Organisation, Pole, Household, Dwelling, Dossier, Split, WorksLine)
        for model in (*numbered, TimelineEntry):
            table = model.__tablename__
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            )
    connection.execute(text("ANALYZE"))
