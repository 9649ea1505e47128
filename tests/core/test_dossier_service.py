"""Opening a dossier, its people, its notes: what the commands do, refuse, record and let others find."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.database import writing
from intranet.dossiers import commands as c
from intranet.dossiers import service
from intranet.dossiers.models import DossierNote, Dwelling, Household
from intranet.dossiers.terms import DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_pole, make_user
from tests.core.dossiers import DAY, at_work, fields, story, words


@pytest.fixture
def cast(app: Flask) -> Iterator[SimpleNamespace]:
    with at_work(app) as people:
        yield people


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
