"""What the commands of a dossier do, refuse, record and let others find."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers import commands as c
from intranet.dossiers import service
from intranet.dossiers.models import Dossier, DossierNote, Dwelling, Household
from intranet.dossiers.terms import DossierState, LeavingReason, Survey
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.search.models import SearchEntry
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_pole, make_user
from intranet.testing.works import make_split
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Split
from intranet.works.terms import SplitState

DAY = today() - timedelta(days=3)


@pytest.fixture
def cast(app: Flask) -> Iterator[SimpleNamespace]:
    """A coordinator and a référent at work, in one application context."""
    with app.test_request_context(), writing():
        uip, pep = make_pole("UIP"), make_pole("PEP")
        yield SimpleNamespace(
            uip=uip,
            pep=pep,
            coordinator=make_actor(make_user(Role.COORDINATOR)),
            referent=make_actor(make_user(Role.REFERENT, pole=uip)),
            director=make_actor(make_user(Role.DIRECTOR, pole=uip)),
        )


def fields(pole_id: int, **changes: Any) -> c.HouseholdFields:
    return c.HouseholdFields(**{"name": "Awa Diop", "pole_id": pole_id, "phone": "06 11 22 33 44", **changes})


def story(dossier_id: int) -> list[TimelineEntry]:
    return list(
        db.session.scalars(
            select(TimelineEntry).where(TimelineEntry.dossier_id == dossier_id).order_by(TimelineEntry.id)
        )
    )


def words(kind: str, dossier_id: int) -> str:
    found = db.session.scalar(
        select(SearchEntry.words).where(SearchEntry.kind == kind, SearchEntry.object_id == dossier_id)
    )
    return found or ""


def test_numbers_of_a_year_follow_each_other_and_start_again_with_the_next(cast: SimpleNamespace) -> None:
    numbers = [
        service.open_dossier(
            cast.coordinator, c.OpenDossier(fields(cast.uip.id, name=name), opened_on=DAY.replace(year=year))
        ).number
        for name, year in [("A", 2018), ("B", 2018), ("C", 2019), ("D", 2018)]
    ]
    assert numbers == ["2018-0001", "2018-0002", "2019-0001", "2018-0003"]


def test_the_number_after_9999_has_five_digits(cast: SimpleNamespace) -> None:
    for number in ("2018-9999", "2018-0500"):
        make_dossier(cast.uip, number=number)
    opened = service.open_dossier(
        cast.coordinator, c.OpenDossier(fields(cast.uip.id), opened_on=DAY.replace(year=2018))
    )
    assert opened.number == "2018-10000"


def test_dossiers_opened_at_the_same_instant_get_different_numbers_without_a_gap(app: Flask) -> None:
    with app.test_request_context():
        pole_id = make_pole("UIP").id
        person = make_actor(make_user(Role.COORDINATOR))

    def open_one(index: int) -> str:
        with app.test_request_context(), writing():
            command = c.OpenDossier(fields(pole_id, name=f"Famille {index}"), opened_on=DAY)
            return service.open_dossier(person, command).number

    with ThreadPoolExecutor(6) as pool:
        numbers = sorted(pool.map(open_one, range(12)))
    assert numbers == [f"{DAY.year}-{index:04d}" for index in range(1, 13)]


def test_the_same_family_sent_twice_at_once_is_one_dossier(cast: SimpleNamespace) -> None:
    command = c.OpenDossier(fields(cast.uip.id), opened_on=DAY)
    first = service.open_dossier(cast.coordinator, command)
    assert service.open_dossier(cast.coordinator, command).id == first.id


def test_a_referent_follows_what_she_opens_and_only_in_her_pole(cast: SimpleNamespace) -> None:
    opened = service.open_dossier(cast.referent, c.OpenDossier(fields(cast.uip.id)))
    assert opened.referent_id == cast.referent.user_id
    with pytest.raises(NotAllowed):
        service.open_dossier(cast.referent, c.OpenDossier(fields(cast.pep.id)))


def test_a_director_reads_and_changes_nothing(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    with pytest.raises(NotAllowed):
        service.open_dossier(cast.director, c.OpenDossier(fields(cast.uip.id)))
    with pytest.raises(NotAllowed):
        service.add_note(cast.director, dossier.id, "Bonjour")
    with pytest.raises(NotAllowed):
        service.diagnose(cast.director, c.Diagnose(dossier.id, dossier.version, True, "oui"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"adults": 0}, "adults"),
        ({"children": 1, "children_under_3": 2}, "children_under_3"),
        ({"adults": 2, "children": 1, "lone_parent": True}, "lone_parent"),
        ({"lone_parent": True}, "lone_parent"),
        ({"contact_choice": "NIR 1 85 05 78 006 084 91"}, "contact_choice"),
        ({"name": "x" * 10_000}, "name"),
    ],
)
def test_a_household_that_does_not_hold_together_is_refused_at_the_field(
    cast: SimpleNamespace, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        service.open_dossier(cast.coordinator, c.OpenDossier(fields(cast.uip.id, **changes)))
    assert refused.value.field == field


def test_emoji_and_right_to_left_names_are_kept_as_written(cast: SimpleNamespace) -> None:
    name = "عائشة 🏠"
    opened = service.open_dossier(cast.coordinator, c.OpenDossier(fields(cast.uip.id, name=name)))
    household = db.session.get(Household, opened.household_id)
    assert household is not None
    assert household.name == name


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


def test_a_command_on_an_older_version_writes_nothing_and_says_what_happened(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    seen = dossier.version
    service.diagnose(cast.referent, c.Diagnose(dossier.id, seen, True, "Relogement possible"))
    with pytest.raises(Stale) as stale:
        service.diagnose(cast.coordinator, c.Diagnose(dossier.id, seen, False, "Trop tôt"))
    assert any("diagnostic" in change for change in stale.value.changes)
    db.session.rollback()
    assert dossier.state is DossierState.DIAGNOSED


def test_a_note_does_not_make_a_colleague_s_form_stale(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    seen = dossier.version
    service.add_note(cast.referent, dossier.id, "Vue ce matin")
    service.diagnose(cast.coordinator, c.Diagnose(dossier.id, seen, True, "Relogement possible"))
    assert dossier.state is DossierState.DIAGNOSED


@pytest.mark.parametrize("text", ["1 85 05 78 006 084 91", "Son numéro : 1850578006084", "x" * 10_000, " "])
def test_a_note_refuses_social_security_numbers_and_endless_texts(cast: SimpleNamespace, text: str) -> None:
    dossier = make_dossier(cast.uip)
    with pytest.raises(Refused) as refused:
        service.add_note(cast.coordinator, dossier.id, text)
    assert refused.value.field == "text"
    assert db.session.scalar(select(DossierNote.id)) is None


def test_a_note_sent_twice_is_one_note_and_its_words_stay_out_of_the_history(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    for _again in range(2):
        service.add_note(cast.coordinator, dossier.id, "Vue ce matin")
    assert len(list(db.session.scalars(select(DossierNote)))) == 1
    assert "Vue ce matin" not in str([(entry.data, entry.reason) for entry in story(dossier.id)])


def test_only_people_of_the_function_fill_a_place_of_the_trio(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    tisf, agent = make_user(Role.TISF), make_user(Role.AGENT)
    service.name_people(
        cast.coordinator,
        c.NamePeople(dossier.id, dossier.version, cast.referent.user_id, None, tisf.id),
    )
    assert dossier.tisf_id == tisf.id
    for person in (agent, tisf):
        with pytest.raises(Refused) as refused:
            service.name_people(
                cast.coordinator, c.NamePeople(dossier.id, dossier.version, None, person.id, tisf.id)
            )
        assert refused.value.field == "technical_id"
        db.session.rollback()


def test_opening_a_protected_dossier_to_someone_is_recorded_and_undone(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.pep)
    person = make_user(Role.TISF)
    service.grant(cast.coordinator, dossier.id, person.id)
    service.grant(cast.coordinator, dossier.id, person.id)
    service.revoke_grant(cast.coordinator, dossier.id, person.id)
    assert [entry.kind for entry in story(dossier.id)] == ["dossier.granted", "dossier.grant_revoked"]
    with pytest.raises(NotAllowed):
        service.grant(cast.referent, dossier.id, person.id)
    with pytest.raises(Refused):
        service.grant(cast.coordinator, dossier.id, make_user(Role.AGENT).id)


def test_a_correction_records_which_fields_changed_but_not_their_values(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip)
    household = db.session.get(Household, dossier.household_id)
    assert household is not None
    service.edit_household(
        cast.coordinator,
        c.EditHousehold(dossier.id, household.version, fields(cast.uip.id, name="Nouveau Nom")),
    )
    entry = story(dossier.id)[-1]
    assert "name" in entry.data["fields"]
    assert "Nouveau" not in str(entry.data)
    assert "nouveau" in words("dossier", dossier.id)


def test_a_dwelling_s_bailleur_is_fixed_once_a_household_has_it(cast: SimpleNamespace) -> None:
    dossier = make_dossier(cast.uip, state=DossierState.JOINED)
    dwelling = db.session.get(Dwelling, dossier.dwelling_id)
    assert dwelling is not None
    other = make_organisation(OrganisationKind.BAILLEUR)
    with pytest.raises(Refused) as refused:
        service.change_dwelling(
            cast.coordinator,
            dwelling.id,
            dwelling.version,
            c.DwellingFields(other.id, dwelling.address, "06300", "T3"),
        )
    assert refused.value.field == "bailleur_id"


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
