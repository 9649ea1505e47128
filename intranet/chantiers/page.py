"""All that a working page of a chantier shows, read once for ALC's portal and for the partner's.

A bailleur's page is its own and shorter: it never passes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import abort

from intranet import permissions as p
from intranet.access import Actor
from intranet.chantiers import queries
from intranet.chantiers.image_right import image_sentence
from intranet.chantiers.machine import BEFORE_START, UNDONE
from intranet.chantiers.rules import Progress
from intranet.chantiers.terms import ChantierState, HoursRole, Moment, StartItem, TaskState
from intranet.chantiers.views import Problem
from intranet.chantiers.wordings import (
    CHANTIER_MOVES,
    HOLDERS,
    HOURS_ROLES,
    MOMENTS,
    SAFETY_WORDS,
    SIDES,
    TASK_MOVES,
    next_sentence,
    state_word,
    task_word,
)
from intranet.clock import today
from intranet.config import settings
from intranet.dossiers.terms import Survey
from intranet.rows import Row
from intranet.web.states import StateWord
from intranet.works.terms import Side

BEFORE_ASBESTOS_BAN = 1997
BEFORE_LEAD_BAN = 1949


class TaskView(NamedTuple):
    """A task as its card shows it: its row, its word, what it may do now, its minutes by role."""

    row: Row
    word: StateWord
    moves: tuple[str, ...]
    minutes: dict[HoursRole, int]


class Room(NamedTuple):
    name: str
    tasks: list[TaskView]


class Alerts(NamedTuple):
    """What must be known before a tool is lifted. ``note`` never says why (``domain.md`` §6)."""

    note: str
    asbestos: str
    lead: str


def alerts_of(chantier: Row) -> Alerts:
    """The safety alerts: ``found`` or ``missing`` for a diagnosis that matters in a dwelling of that age."""

    def matters(survey: Survey, year: int) -> str:
        if survey is Survey.FOUND:
            return "found"
        old = chantier.permit_year is None or chantier.permit_year <= year
        return "missing" if survey is Survey.MISSING and old else ""

    return Alerts(
        chantier.safety_note,
        matters(chantier.asbestos, BEFORE_ASBESTOS_BAN),
        matters(chantier.lead, BEFORE_LEAD_BAN),
    )


def rooms_of(rows: Sequence[TaskView]) -> list[Room]:
    """The tasks, room by room."""
    rooms: dict[str, list[TaskView]] = {}
    for task in rows:
        rooms.setdefault(task.row.room, []).append(task)
    return [Room(name, tasks) for name, tasks in rooms.items()]


def working_page(person: Actor, side: Side, chantier_id: int, problem: Problem | None) -> dict[str, Any]:
    """What the templates of ``chantiers/`` need; 404 when the person may not see the chantier. Eleven statements."""
    chantier = queries.chantier_header(chantier_id)
    if chantier is None:
        abort(404)
    totals, rows = queries.hours_totals(chantier_id), queries.tasks(chantier_id)
    tasks = [
        TaskView(
            row,
            task_word(row.state),
            queries.task_moves(chantier.state, row, person.permissions),
            totals.by_task.get(row.id, {}),
        )
        for row in rows
    ]
    reserves = queries.reserves(chantier_id)
    spots, image = queries.photo_spots(chantier_id), queries.image_answer(chantier_id)
    moves = queries.chantier_moves(chantier.state, person.permissions)
    start = list_to_tick(chantier)
    return {
        "chantier": chantier,
        "word": state_word(chantier.state, side),
        "sentence": next_sentence(chantier.state, sum(each.lifted_on is None for each in reserves)),
        "moves": moves,
        "to_confirm": queries.to_confirm(chantier, moves),
        "progress": Progress(chantier.done, chantier.total),
        "alerts": alerts_of(chantier),
        "rooms": rooms_of(tasks),
        "totals": totals,
        "entries": queries.hours_entries(chantier_id),
        "spots": spots,
        "image": image,
        "image_said": image_sentence(image),
        "may_note_image": person.may(p.CHANTIER_IMAGE),
        "with_people": sum(
            photo.shows_people for spot in spots for row in spot.by_moment.values() for photo in row
        ),
        "notes": queries.notes(chantier_id),
        "start": start,
        "missing": queries.start_refusal(chantier, start, rows) if start else "",
        "reserves": reserves,
        "unlifted": sum(each.lifted_on is None for each in reserves),
        "to_accept": [task.row for task in tasks if "accept" in task.moves],
        "left_open": [task.row.label for task in tasks if task.row.state in UNDONE],
        "left_blocked": [task.row.label for task in tasks if task.row.state is TaskState.BLOCKED],
        "hours_roles": hours_roles(side),
        "problem": problem,
        "today": today(),
        "max_upload_mb": settings().max_upload_mb,
        **words(),
    }


def list_to_tick(chantier: Row) -> list[queries.StartLine]:
    """The list before the start; of a chantier a finding paused, the diagnostics to be read again."""
    if chantier.state in BEFORE_START:
        return queries.start_list(chantier)
    if chantier.state is not ChantierState.PAUSED:
        return []
    lines = queries.start_list(chantier)
    unread = any(line.item is StartItem.DIAGNOSTICS and not line.ticked for line in lines)
    return [line for line in lines if line.item is StartItem.DIAGNOSTICS] if unread else []


def hours_roles(side: Side) -> list[tuple[HoursRole, Any]]:
    """The roles whose hours a side enters."""
    return [
        (role, word) for role, word in HOURS_ROLES.items() if side is Side.ALC or role is not HoursRole.ALC
    ]


def words() -> dict[str, Any]:
    """The wordings of the templates."""
    return {
        "move_words": CHANTIER_MOVES,
        "task_move_words": TASK_MOVES,
        "holder_words": HOLDERS,
        "moment_words": MOMENTS,
        "role_words": HOURS_ROLES,
        "side_words": SIDES,
        "safety_words": SAFETY_WORDS,
        "Moment": Moment,
    }
