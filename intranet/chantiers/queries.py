"""What the pages of a chantier show, for the signed-in person and as far as her side may see.

Each function takes a constant number of statements, most of them one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from intranet.chantiers import journal_statements, opening_statements, statements
from intranet.chantiers.doubts import CONFIRMED, doubts, missing_team
from intranet.chantiers.image_right import ImageRight, image_right, shown_answer
from intranet.chantiers.insurance import start_day
from intranet.chantiers.machine import CHANTIER, RUNNING, TASK, ChantierFacts, TaskFacts
from intranet.chantiers.rules import BY_HAND, Progress, done_with_pct, missing_items
from intranet.chantiers.terms import ChantierState, HoursRole, Moment, StartItem
from intranet.chantiers.wordings import START_ITEMS, contract_fact, insurance_fact, ticked_by
from intranet.clock import today
from intranet.rows import Row, fetch_all, fetch_one, fetch_value
from intranet.search.words import bare
from intranet.works.machine import JOINED_STATES
from intranet.works.terms import ContractState, Side

Rows = Sequence[Row]

UNDER_WAY = tuple(state for state in ChantierState if state is not ChantierState.HANDED_OVER)


def _search(text: str) -> dict[str, str]:
    if not text:
        return {}
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return {"pattern": f"%{text}%"}


def chantier_list(
    states: tuple[ChantierState, ...] = UNDER_WAY,
    *,
    mine: bool = False,
    search: str = "",
    order: str = "since",
    limit: int = 100,
    offset: int = 0,
) -> Rows:
    """Chantiers the person may follow, with ``done``, ``total``, ``blocked`` tasks and ``ready`` items.

    One statement. ``mine``: those she animates; ``search``: in the tenant's name and the address.
    """
    pattern = _search(search)
    shape = (states, mine, bool(pattern), order)
    return fetch_all(statements.chantier_list, *shape, limit=limit, offset=offset, today=today(), **pattern)


def chantier_count(
    states: tuple[ChantierState, ...] = UNDER_WAY, *, mine: bool = False, search: str = ""
) -> int:
    """How many chantiers the same filters leave."""
    pattern = _search(search)
    return int(fetch_value(statements.chantier_count, states, mine, bool(pattern), **pattern) or 0)


def chantier_header(chantier_id: int) -> Row | None:
    """Head of one chantier; ``None`` when the person may not see it."""
    return fetch_one(statements.chantier_header, chantier_id=chantier_id)


def progress(chantier_id: int) -> Progress:
    """Tasks done out of all."""
    row = fetch_one(statements.progress, chantier_id=chantier_id)
    return Progress(row.done, row.total) if row else Progress(0, 0)


def tasks(chantier_id: int) -> Rows:
    """Tasks in the order of the rooms."""
    return fetch_all(statements.tasks, chantier_id=chantier_id)


def task_moves(state: ChantierState, task: Row, may: Collection[str]) -> tuple[str, ...]:
    """Names of the moves the task may make now for a person with the permissions ``may``.

    The machine is asked, as it is when the move is made. Open reserves are for the handover page to show.
    """
    facts = TaskFacts(state, task.before_blocked, unsafe=bool(task.blocked_rule))
    return tuple(
        move.name
        for move in TASK.open_from(task.state)
        if move.permission in may and not any(guard(facts) for guard in move.guards)
    )


def chantier_moves(state: ChantierState, may: Collection[str]) -> tuple[str, ...]:
    """Names of the moves open from ``state`` to a person with the permissions ``may``.

    Guards are not asked: a button that is refused says what is missing.
    """
    return tuple(move.name for move in CHANTIER.open_from(state) if move.permission in may)


@dataclass(slots=True)
class HoursTotals:
    """Minutes by role, and by task and role."""

    by_role: dict[HoursRole, int] = field(default_factory=lambda: defaultdict(int))
    by_task: dict[int, dict[HoursRole, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.by_role.values())

    @property
    def done_with_pct(self) -> int | None:
        """The « faire avec » rate (R9), in percent."""
        return done_with_pct(self.by_role)


def hours_totals(chantier_id: int) -> HoursTotals:
    """Hours by role and by task; empty for a bailleur."""
    totals = HoursTotals()
    for row in fetch_all(journal_statements.hours_totals, chantier_id=chantier_id):
        totals.by_role[row.role] += row.minutes
        totals.by_task.setdefault(row.task_id, {})[row.role] = row.minutes
    return totals


def hours_entries(chantier_id: int) -> Rows:
    """The latest entries of hours."""
    return fetch_all(journal_statements.hours_entries, chantier_id=chantier_id)


class Spot(NamedTuple):
    """Pictures taken from one place, by moment."""

    name: str
    by_moment: Mapping[Moment, list[Row]]


def photo_spots(chantier_id: int) -> list[Spot]:
    """Pictures in pairs: spot by spot, however it was spelt, before, during and after."""
    spots: dict[str, Spot] = {}
    for row in fetch_all(journal_statements.photos, chantier_id=chantier_id):
        spot = spots.setdefault(bare(row.spot), Spot(row.spot, {moment: [] for moment in Moment}))
        spot.by_moment[row.moment].append(row)
    return list(spots.values())


def image_answer(chantier_id: int) -> ImageRight:
    """What the family says today of being on the pictures."""
    return image_right(fetch_one(shown_answer, chantier_id=chantier_id))


def notes(chantier_id: int) -> Rows:
    """Session notes, latest day first; none for a bailleur."""
    return fetch_all(journal_statements.notes, chantier_id=chantier_id)


class StartLine(NamedTuple):
    """One item of the right to start.

    ``says``: who ticked it, or what is recorded; ``file_id``: of the attestation, for ALC.
    """

    item: StartItem
    label: Any
    ticked: bool
    by_hand: bool
    says: str
    file_id: int | None = None


def start_list(chantier: Row) -> list[StartLine]:
    """The right to start of a chantier (its header), item by item. Two statements."""
    checks = {row.item: row for row in fetch_all(journal_statements.start_checks, chantier_id=chantier.id)}
    attestation = fetch_one(journal_statements.attestation, chantier_id=chantier.id)
    until, starts_on = attestation.valid_until if attestation else None, start_day(chantier.planned_start)
    missing = missing_items(
        checks,
        contract_signed=chantier.contract_state is ContractState.SIGNED,
        insured=until is not None and until >= starts_on,
    )
    says = {
        StartItem.CONTRACT: contract_fact(StartItem.CONTRACT not in missing),
        StartItem.INSURANCE: insurance_fact(until, starts_on, today()),
        **{item: ticked_by(check.who, check.checked_at) for item, check in checks.items()},
    }
    return [
        StartLine(
            item,
            START_ITEMS[item],
            item not in missing,
            item in BY_HAND,
            says.get(item, ""),
            attestation.file_id if item is StartItem.INSURANCE and attestation else None,
        )
        for item in StartItem
    ]


def start_refusal(chantier: Row, lines: Iterable[StartLine], tasks: Rows) -> str:
    """The sentence that says what stops the chantier (its header), or nothing: the machine's own guards."""
    facts = ChantierFacts(
        missing=tuple(line.item for line in lines if not line.ticked),
        unsafe=tuple(task.label for task in tasks if task.blocked_rule),
        joined=chantier.dossier_state in JOINED_STATES,
        team=missing_team(chantier),
    )
    for guard in CHANTIER.transitions["resume" if chantier.state in RUNNING else "clear"].guards:
        refusal = guard(facts)
        if refusal is not None:
            return str(refusal.message)
    return ""


def to_confirm(chantier: Row, moves: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What is to be read and confirmed before each of the ``moves`` of a chantier (its header). One statement each."""
    return {move: tuple(doubts(move, chantier, chantier.entry_on)) for move in moves if move in CONFIRMED}


def reserves(chantier_id: int) -> Rows:
    """Reserves of a chantier, the nearest date first."""
    return fetch_all(statements.reserves, chantier_id=chantier_id)


def reserves_due(side: Side) -> Rows:
    """Reserves ``side`` has still to lift on the chantiers the person sees."""
    return fetch_all(statements.reserves_due, side)


def blocked_tasks() -> Rows:
    """Blocked tasks on the chantiers the person sees."""
    return fetch_all(statements.blocked_tasks)


def contract_to_open(contract_id: int) -> Row | None:
    """The contract a chantier may be opened from; ``None`` when the person may not open one."""
    return fetch_one(opening_statements.contract_to_open, contract_id=contract_id)


def animators(partner_id: int) -> Rows:
    """People who run chantiers for the organisation."""
    return fetch_all(opening_statements.animators, partner_id=partner_id)
