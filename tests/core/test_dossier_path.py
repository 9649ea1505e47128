"""A household along its path: diagnosis, allocation, joining, leaving, coming back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask import Flask

from intranet.access import OrganisationKind
from intranet.chantiers.terms import ChantierState
from intranet.clock import today
from intranet.dossiers import commands as c
from intranet.dossiers import service
from intranet.dossiers.closing import still_due
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.dossiers.terms import DossierState, LeavingReason, Survey
from intranet.errors import Refused
from intranet.extensions import db
from intranet.testing.chantiers import make_chantier
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_organisation
from intranet.testing.works import make_split
from intranet.works.models import Split
from intranet.works.terms import SplitState
from tests.core.dossiers import DAY, at_work, fields, story, words


@pytest.fixture
def cast(app: Flask) -> Iterator[SimpleNamespace]:
    with at_work(app) as people:
        yield people


def test_an_unfavourable_diagnosis_closes_the_dossier_with_its_code_and_can_be_reopened(
    cast: SimpleNamespace,
) -> None:
    dossier = make_dossier(cast.uip)
    service.diagnose(cast.coordinator, c.Diagnose(dossier.id, dossier.version, False, "Déjà locataire"))
    assert dossier.state is DossierState.LEFT
    assert dossier.left_reason is LeavingReason.NOT_ELIGIBLE
    assert story(dossier.id)[-1].reason == "Déjà locataire"
    service.come_back(cast.coordinator, dossier.id, dossier.version)
    again = db.session.get_one(Dossier, dossier.id)
    assert again.state is DossierState.SPOTTED
    assert again.left_reason is None


def test_a_diagnosis_without_an_explanation_is_refused(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    with pytest.raises(Refused) as refused:
        service.diagnose(cast.coordinator, c.Diagnose(dossier.id, dossier.version, True, "  "))
    assert refused.value.field == "explanation"


def test_a_new_dwelling_is_recorded_with_its_allocation_and_found_by_its_bailleur(
    cast: SimpleNamespace,
) -> None:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    dossier = make_dossier(cast.uip, state=DossierState.PREPARING)
    dwelling = c.DwellingFields(
        bailleur.id, "7 avenue des Pins", "06200", "T4", permit_year=1962, asbestos=Survey.FOUND, decent=False
    )
    service.allocate(
        cast.coordinator, c.Allocate(dossier.id, dossier.version, DAY, dwelling=dwelling, entry_on=today())
    )
    assert dossier.state is DossierState.ALLOCATED
    assert dossier.bailleur_id == bailleur.id
    recorded = db.session.get(Dwelling, dossier.dwelling_id)
    assert recorded is not None
    assert not recorded.available
    assert recorded.decent is False
    assert "pins" in words("dossier_bailleur", dossier.id)


def test_what_a_bailleur_finds_holds_neither_number_nor_phone_nor_site(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.ALLOCATED)
    household = db.session.get(Household, dossier.household_id)
    assert household is not None
    found = words("dossier_bailleur", dossier.id)
    assert dossier.number not in found
    assert "00" not in found.split()
    assert words("dossier_bailleur", make_dossier(cast.uip).id) == ""


def test_a_dwelling_cannot_be_given_to_two_open_dossiers(cast: SimpleNamespace) -> None:
    held = make_dossier(cast.uip, state=DossierState.WORKS)
    other = make_dossier(cast.uip, state=DossierState.PREPARING)
    with pytest.raises(Refused) as refused:
        service.allocate(
            cast.coordinator, c.Allocate(other.id, other.version, DAY, dwelling_id=held.dwelling_id)
        )
    assert refused.value.rule == "dossier.dwelling_taken"
    db.session.rollback()
    assert other.state is DossierState.PREPARING
    assert other.dwelling_id is None


def test_a_dwelling_left_by_one_household_may_go_to_another_and_the_first_starts_again(
    cast: SimpleNamespace,
) -> None:
    first = make_dossier(cast.uip, state=DossierState.JOINED)
    dwelling_id = first.dwelling_id
    service.leave(cast.coordinator, c.Leave(first.id, first.version, LeavingReason.WITHDREW, today()))
    second = make_dossier(cast.uip, state=DossierState.PREPARING)
    service.allocate(cast.coordinator, c.Allocate(second.id, second.version, DAY, dwelling_id=dwelling_id))
    service.come_back(cast.coordinator, first.id, first.version)
    assert first.state is DossierState.SPOTTED
    assert first.dwelling_id is None
    assert words("dossier_bailleur", first.id) == ""


def test_a_household_that_comes_back_finds_its_dwelling_if_it_is_free_and_joins_anew(
    cast: SimpleNamespace,
) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.JOINED)
    service.leave(cast.coordinator, c.Leave(dossier.id, dossier.version, LeavingReason.WITHDREW, today()))
    service.come_back(cast.coordinator, dossier.id, dossier.version)
    assert dossier.state is DossierState.ALLOCATED
    assert dossier.dwelling_id is not None
    assert dossier.joined_on is None


@pytest.mark.parametrize("day", [today() + timedelta(days=1), DAY.replace(year=1019)])
def test_a_joining_is_dated_and_not_in_the_future(cast: SimpleNamespace, day: date) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.ALLOCATED)
    with pytest.raises(Refused) as refused:
        service.record_joining(cast.coordinator, c.RecordJoining(dossier.id, dossier.version, day))
    assert refused.value.field == "joined_on"


def test_a_joining_is_revocable_and_the_reason_stays_with_alc(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.ALLOCATED)
    service.record_joining(cast.coordinator, c.RecordJoining(dossier.id, dossier.version, DAY))
    with pytest.raises(Refused):
        service.revoke_joining(cast.coordinator, dossier.id, dossier.version, "")
    service.revoke_joining(cast.coordinator, dossier.id, dossier.version, "La famille hésite")
    assert dossier.state is DossierState.ALLOCATED
    assert dossier.joining_revoked_on == today()
    ended = story(dossier.id)[-1]
    assert ended.reason == "La famille hésite"
    assert "bailleur" not in ended.audience


def test_entry_cannot_come_before_the_allocation_nor_the_visit(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.PREPARING)
    early = DAY - timedelta(days=2)
    with pytest.raises(Refused) as refused:
        service.allocate(
            cast.coordinator,
            c.Allocate(dossier.id, dossier.version, DAY, dwelling_id=make_dwelling().id, entry_on=early),
        )
    assert refused.value.field == "entry_on"
    joined = make_dossier(cast.uip, state=DossierState.JOINED, allocated_on=DAY)
    with pytest.raises(Refused) as refused:
        service.record_visit(cast.coordinator, c.RecordVisit(joined.id, joined.version, early))
    assert refused.value.field == "visited_on"


def test_a_bailleur_sees_nothing_of_before_the_allocation_nor_why_a_family_left(
    cast: SimpleNamespace,
) -> None:
    opened = service.open_dossier(cast.coordinator, c.OpenDossier(fields(cast.uip.id), opened_on=DAY))
    service.diagnose(cast.coordinator, c.Diagnose(opened.id, opened.version, True, "Relogement possible"))
    service.prepare(cast.coordinator, opened.id, opened.version)
    service.allocate(
        cast.coordinator, c.Allocate(opened.id, opened.version, DAY, dwelling_id=make_dwelling().id)
    )
    service.record_joining(cast.coordinator, c.RecordJoining(opened.id, opened.version, DAY))
    service.leave(
        cast.coordinator, c.Leave(opened.id, opened.version, LeavingReason.OTHER, today(), "Séparation")
    )
    told = [entry for entry in story(opened.id) if "bailleur" in entry.audience]
    assert [entry.kind for entry in told] == [
        "dossier.allocated",
        "dossier.joined",
        "dossier.allocation_ended",
    ]
    assert not any(entry.reason for entry in told)
    assert not any("pole" in str(entry.data) or "UIP" in str(entry.data) for entry in told)


def test_the_chantier_carries_the_dossier_along_and_nothing_else_moves_it(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.JOINED)
    service.works_started(cast.coordinator, dossier.id)
    service.works_started(cast.coordinator, dossier.id)
    assert dossier.state is DossierState.WORKS
    service.works_finished(cast.coordinator, dossier.id)
    assert db.session.get_one(Dossier, dossier.id).state is DossierState.SETTLED
    waiting = make_dossier(cast.uip, state=DossierState.ALLOCATED)
    service.works_started(cast.coordinator, waiting.id)
    assert waiting.state is DossierState.ALLOCATED


def test_every_event_moves_the_dossier_up_the_list(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    before = dossier.changed_at
    service.add_note(cast.coordinator, dossier.id, "Vue ce matin")
    db.session.expire_all()
    assert db.session.get_one(Dossier, dossier.id).changed_at > before


@pytest.mark.parametrize("state", [SplitState.DRAFT, SplitState.PROPOSED, SplitState.AGREED])
def test_a_household_that_leaves_takes_its_split_out_of_the_bailleur_s_hands(
    cast: SimpleNamespace, state: SplitState
) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.JOINED)
    split = make_split(dossier, state=state)
    left = c.Leave(dossier.id, dossier.version, LeavingReason.OTHER, today(), "Séparation")
    service.leave(cast.coordinator, left)
    db.session.expire_all()
    assert db.session.get_one(Split, split.id).state is SplitState.WITHDRAWN
    assert db.session.get_one(Dossier, dossier.id).state is DossierState.LEFT
    assert not any(
        "Séparation" in entry.reason for entry in story(dossier.id) if "bailleur" in entry.audience
    )


def test_each_step_of_the_path_is_taken_back_with_a_reason_that_the_history_keeps(
    cast: SimpleNamespace,
) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.ALLOCATED)
    dwelling_id = dossier.dwelling_id
    for name, state in (
        ("unallocate", DossierState.PREPARING),
        ("unprepare", DossierState.DIAGNOSED),
        ("undiagnose", DossierState.SPOTTED),
    ):
        with pytest.raises(Refused) as refused:
            service.step_back(cast.coordinator, dossier.id, dossier.version, name, " ")
        assert refused.value.field == "reason"
        db.session.rollback()
        service.step_back(cast.coordinator, dossier.id, dossier.version, name, "Erreur de saisie")
        assert dossier.state is state
        assert "Erreur de saisie" in {entry.reason for entry in story(dossier.id)}
    assert dossier.dwelling_id is None
    assert db.session.get_one(Dwelling, dwelling_id, populate_existing=True).available
    ended = next(entry for entry in story(dossier.id) if entry.kind == "dossier.allocation_ended")
    assert (ended.audience, ended.reason) == (" bailleur ", "")


def test_an_allocation_on_which_works_stand_is_no_slip(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.ALLOCATED)
    make_split(dossier, 1)
    with pytest.raises(Refused, match="répartition"):
        service.step_back(cast.coordinator, dossier.id, dossier.version, "unallocate", "Erreur")


def test_closing_names_what_is_still_due_asks_why_and_is_undone(cast: SimpleNamespace) -> None:
    entry = today() + timedelta(days=9)
    dossier = make_dossier(cast.uip, state=DossierState.SETTLED, entry_on=entry)
    make_chantier(ChantierState.PREPARED, dossier=make_dossier(state=DossierState.JOINED))  # another's
    due = still_due(dossier)
    assert [sentence.split(" ")[0] for sentence in due] == ["La", "Visites"]
    with pytest.raises(Refused):
        service.close(cast.coordinator, dossier.id, dossier.version, " ")
    db.session.rollback()
    service.close(cast.coordinator, dossier.id, dossier.version, "Partie vivre à Lyon")
    assert (dossier.state, story(dossier.id)[-1].data["due"]) == (DossierState.CLOSED, 2)
    service.step_back(cast.coordinator, dossier.id, dossier.version, "reopen", "Clos trop tôt")
    assert dossier.state is DossierState.SETTLED
