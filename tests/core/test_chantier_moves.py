"""What moves a chantier and its tasks, up to the handover, and to whom it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.chantiers import service
from intranet.chantiers.commands import AcceptAll, EditChantier, HandOverTask, WriteNote
from intranet.chantiers.models import Chantier, Reserve
from intranet.chantiers.terms import ChantierState, TaskState
from intranet.clock import today
from intranet.dossiers.models import Dossier, DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing.chantiers import Cast, enter, finish_task, make_chantier, make_task, reserve, tasks_of
from intranet.timeline.models import TimelineEntry
from intranet.timeline.queries import entries_about
from intranet.works.terms import Side

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


def audience_of(kind: str) -> set[str]:
    entry = db.session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind == kind).order_by(TimelineEntry.id.desc())
    ).first()
    assert entry is not None, kind
    return set(entry.audience.split())


# Moving


def test_the_start_makes_tasks_ready_and_the_dossier_follows_to_its_end() -> None:
    cast = make_chantier(ChantierState.OPEN)
    assert {task.state for task in tasks_of(cast.chantier)} == {TaskState.READY}
    assert cast.chantier.started_on == today()
    assert db.session.get_one(Dossier, cast.dossier.id).state is DossierState.WORKS
    over = make_chantier(ChantierState.HANDED_OVER)
    assert db.session.get_one(Dossier, over.dossier.id).state is DossierState.SETTLED
    assert over.chantier.handed_over_on == today()


def test_a_second_tap_does_nothing_and_another_move_meanwhile_is_stale(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    version = task.version
    service.move_task(running.animator, task.id, "start", version)
    service.move_task(running.animator, task.id, "start", version)
    assert task.state is TaskState.DOING
    with pytest.raises(Stale) as stale:
        service.move_task(running.coordinator, task.id, "block", version, "Autre chose")
    assert stale.value.changes
    assert db.session.scalar(select(func.count()).where(TimelineEntry.kind == "task.started")) == 1


@pytest.mark.parametrize("before", [TaskState.READY, TaskState.DOING])
def test_a_blocked_task_says_why_and_goes_back_to_where_it_was(running: Cast, before: TaskState) -> None:
    task = make_task(running, before)
    with pytest.raises(Refused):
        service.move_task(running.animator, task.id, "block", task.version, "  ")
    service.move_task(running.animator, task.id, "block", task.version, "Pas d’eau")
    assert (task.state, task.blocked_reason) == (TaskState.BLOCKED, "Pas d’eau")
    other = "doing" if before is TaskState.READY else "ready"
    with pytest.raises(Refused):
        service.move_task(running.animator, task.id, f"unblock_{other}", task.version)
    service.move_task(running.animator, task.id, f"unblock_{before}", task.version)
    assert (task.state, task.blocked_reason) == (before, "")


def test_a_chantier_finishes_when_each_task_is_done_or_blocked(running: Cast) -> None:
    first, *others = tasks_of(running.chantier)
    service.move_task(running.animator, first.id, "block", first.version, "Carrelage manquant")
    with pytest.raises(Refused) as refused:
        service.move_chantier(running.animator, running.chantier.id, "finish", running.chantier.version)
    assert all(task.label in str(refused.value.message) for task in others)
    assert first.label not in str(refused.value.message)
    db.session.rollback()
    for task in others:
        service.move_task(running.animator, task.id, "start", task.version)
        service.move_task(running.animator, task.id, "finish", task.version)
    service.move_chantier(running.animator, running.chantier.id, "finish", running.chantier.version)
    assert running.chantier.state is ChantierState.FINISHED


def test_on_a_paused_chantier_nothing_moves() -> None:
    cast = make_chantier(ChantierState.PAUSED)
    task = tasks_of(cast.chantier)[0]
    with pytest.raises(Refused, match="pause"):
        service.move_task(cast.animator, task.id, "start", task.version)


def test_progress_is_told_to_all_and_reasons_stay_on_site(running: Cast) -> None:
    task = make_task(running, TaskState.DONE)
    assert audience_of("task.done") == {"alc", "bailleur", "partner"}
    service.move_task(running.animator, tasks_of(running.chantier)[1].id, "block", 2, "Enfant absent")
    enter(running, task)
    service.write_note(running.animator, WriteNote(running.chantier.id, today(), "Bonne séance."))
    for kind in ("task.blocked", "chantier.hours_entered", "chantier.note_written", "chantier.item_ticked"):
        assert audience_of(kind) == {"alc", "partner"}


def test_an_unknown_or_reserved_move_is_refused(running: Cast) -> None:
    task = tasks_of(running.chantier)[0]
    for name in ("accept", "explode", ""):
        with pytest.raises(Refused):
            service.move_task(running.coordinator, task.id, name, task.version)
    with pytest.raises(Refused):
        service.move_chantier(running.coordinator, running.chantier.id, "explode", 1)


# Handing over


def test_the_handover_waits_for_a_decision_on_each_task() -> None:
    cast = make_chantier(ChantierState.FINISHED)
    first, *others = tasks_of(cast.chantier)
    for task in others:
        service.hand_over_task(cast.coordinator, HandOverTask(task.id, task.version, accepted=True))
    with pytest.raises(Refused) as refused:
        service.move_chantier(cast.coordinator, cast.chantier.id, "hand_over", cast.chantier.version)
    assert first.label in str(refused.value.message)
    db.session.rollback()
    reserve(cast, first)
    held = db.session.scalars(select(Reserve)).one()
    service.lift_reserve(cast.coordinator, held.id, held.version)
    service.lift_reserve(cast.coordinator, held.id, 1)
    assert first.state is TaskState.LIFTED
    service.move_chantier(cast.coordinator, cast.chantier.id, "hand_over", cast.chantier.version)
    assert cast.chantier.state is ChantierState.HANDED_OVER


def test_a_task_with_two_reserves_is_lifted_with_the_second() -> None:
    cast = make_chantier(ChantierState.FINISHED)
    task = tasks_of(cast.chantier)[0]
    reserve(cast, task, "Une coulure")
    reserve(cast, task, "Une plinthe")
    states = []
    for held in db.session.scalars(select(Reserve).order_by(Reserve.id)).all():
        service.lift_reserve(cast.coordinator, held.id, held.version)
        states.append(task.state)
    assert states == [TaskState.RESERVE, TaskState.LIFTED]


@pytest.mark.parametrize(
    ("text", "who", "days", "field"),
    [
        ("", Side.PARTNER, 1, "text"),
        ("x", None, 1, "lifted_by"),
        ("x", Side.PARTNER, None, "due_on"),
        ("x", Side.PARTNER, -1, "due_on"),
    ],
)
def test_a_reserve_says_what_who_and_when(text: str, who: Side | None, days: int | None, field: str) -> None:
    cast = make_chantier(ChantierState.FINISHED)
    task = tasks_of(cast.chantier)[0]
    due = None if days is None else today() + timedelta(days=days)
    with pytest.raises(Refused) as refused:
        service.hand_over_task(cast.coordinator, HandOverTask(task.id, task.version, False, text, who, due))
    assert refused.value.field == field


def test_two_people_deciding_at_once_the_second_sees_what_the_first_did() -> None:
    cast = make_chantier(ChantierState.FINISHED)
    task = tasks_of(cast.chantier)[0]
    version = task.version
    reserve(cast, task)
    with pytest.raises(Stale):
        service.hand_over_task(cast.coordinator, HandOverTask(task.id, version, accepted=True))


# Edited, accepted in one gesture, handed over with what is left


def edited(cast: Cast, **changes: Any) -> EditChantier:
    kept = {"animator_id": None, "planned_start": None, "planned_end": None}
    return EditChantier(cast.chantier.id, cast.chantier.version, **{**kept, **changes})


def test_alc_changes_who_runs_a_chantier_and_when_and_the_history_says_it(running: Cast) -> None:
    start = today() + timedelta(days=3)
    service.edit_chantier(
        running.coordinator,
        edited(running, planned_start=start, safety_note="Pas de poussière"),
    )
    chantier = db.session.get_one(Chantier, running.chantier.id, populate_existing=True)
    assert (chantier.animator_id, chantier.planned_start) == (None, start)
    assert chantier.safety_note == "Pas de poussière"
    said = entries_about("chantier", chantier.id, "alc", 1)[0].sentence
    assert said.replace("\u00a0", " ").startswith(
        "a modifié le chantier (animateur : à désigner, début prévu"
    )
    assert "poussière" not in said


def test_a_safety_note_says_what_to_do_and_never_why(running: Cast) -> None:
    for note in (
        "Le fils est asthmatique",
        "Mère enceinte de 6 mois",
        "Child has a DISEASE",
        "Problèmes de santé",
    ):
        with pytest.raises(Refused) as refused:
            service.edit_chantier(running.coordinator, edited(running, safety_note=note))
        assert (refused.value.rule, refused.value.field) == ("text.health", "safety_note")
        db.session.rollback()
    for note in ("Traitement du bois : aérer", "Code de l’enceinte : voir la loge", "Aucune poussière"):
        service.edit_chantier(running.coordinator, edited(running, safety_note=note))


def test_the_partner_does_not_edit_and_an_older_form_is_told(running: Cast) -> None:
    with pytest.raises(NotAllowed):
        service.edit_chantier(running.animator, edited(running))
    older = edited(running)
    service.edit_chantier(running.coordinator, edited(running, safety_note="Pas de bruit avant 9 h"))
    with pytest.raises(Stale) as stale:
        service.edit_chantier(running.coordinator, older)
    assert stale.value.changes[0].startswith(f"{running.coordinator.name} a modifié le chantier")


def test_what_is_done_is_accepted_in_one_gesture_or_not_at_all(running: Cast) -> None:
    tasks = tasks_of(running.chantier)
    for task in tasks[:2]:
        finish_task(running, task)
    versions = {task.id: task.version for task in tasks[:2]}
    with pytest.raises(Stale):
        service.accept_all(running.coordinator, AcceptAll(running.chantier.id, {**versions, tasks[1].id: 1}))
    db.session.rollback()
    assert service.accept_all(running.coordinator, AcceptAll(running.chantier.id, versions)) == 2
    assert service.accept_all(running.coordinator, AcceptAll(running.chantier.id, versions)) == 0
    assert [task.state for task in tasks_of(running.chantier)][:2] == [TaskState.ACCEPTED] * 2


def test_a_chantier_is_handed_over_with_its_reserves_which_are_lifted_afterwards(running: Cast) -> None:
    tasks = tasks_of(running.chantier)
    for task in tasks:
        finish_task(running, task)
    reserve(running, tasks[0])
    service.accept_all(
        running.coordinator, AcceptAll(running.chantier.id, {t.id: t.version for t in tasks[1:]})
    )
    service.move_chantier(running.animator, running.chantier.id, "finish", running.chantier.version)
    service.move_chantier(running.coordinator, running.chantier.id, "hand_over", running.chantier.version)
    assert running.chantier.state is ChantierState.HANDED_OVER
    said = entries_about("chantier", running.chantier.id, "bailleur", 1)[0].sentence
    assert said == "a réceptionné le chantier, avec 1 réserve à lever"

    held = db.session.scalars(select(Reserve)).one()
    service.lift_reserve(running.coordinator, held.id, held.version)
    assert tasks_of(running.chantier)[0].state is TaskState.LIFTED
