"""The demonstration is the programme of the issue, the same on every run, and leaves nothing to send."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from intranet.access import registry
from intranet.accounts.models import User
from intranet.accounts.passwords import verify
from intranet.chantiers.models import Chantier, ChantierState, Moment, SitePhoto
from intranet.clock import now, today
from intranet.commitments.models import Commitment
from intranet.commitments.rules import CommitmentState, state_on
from intranet.database import writing
from intranet.demo.doors import DOORS, Door
from intranet.demo.families import draw_families
from intranet.demo.people import PASSWORD, PEOPLE
from intranet.demo.pictures import Room, draw_room
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import read_bytes
from intranet.dossiers.models import Dossier, DossierState, Dwelling, Household
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.operations.demonstration import describe_accounts
from intranet.organisations.models import Organisation, Phase, Pole, Site
from intranet.rent.models import RentOffset
from intranet.rent.offsets import offset_of
from intranet.signatures.models import Signature
from intranet.testing.guests import knock
from intranet.timeline.models import TimelineEntry
from intranet.works.models import (
    Contract,
    ContractState,
    GuardrailOverride,
    Side,
    Split,
    SplitState,
    WorksKind,
    WorksLine,
)
from tests.conftest import build_settings, running_app
from tests.databases import Databases

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demonstration(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with the demonstration in it, for the whole module."""
    with databases.copy() as url, running_app(build_settings(url, tmp_path_factory.mktemp("demo"))) as app:
        with app.app_context(), writing():
            for demo in registry().demos:
                demo.load()
        yield app


@pytest.fixture(autouse=True)
def in_context(demonstration: Flask) -> Iterator[None]:
    with demonstration.app_context():
        yield


def test_the_three_poles_count_94_households_of_the_104_announced() -> None:
    counted = dict(
        db.session.execute(
            select(Pole.code, func.count()).join(Household, Household.pole_id == Pole.id).group_by(Pole.code)
        ).all()
    )
    assert counted == {"UIP": 56, "PEP": 28, "PHI": 10}


def test_every_pep_household_is_a_mother_alone_with_a_child_under_three() -> None:
    for family in db.session.scalars(select(Household).join(Pole).where(Pole.code == "PEP")):
        assert family.lone_parent
        assert family.children_under_3 >= 1


def test_phones_are_of_the_ranges_kept_for_fiction() -> None:
    for phone in db.session.scalars(select(Household.phone)):
        assert phone.startswith(("06 39 98 ", "04 65 71 "))


def test_the_families_are_the_same_on_every_run() -> None:
    assert list(draw_families()) == list(draw_families())
    assert len({family.name for family in draw_families()}) == 94


def test_dossiers_stand_in_every_state() -> None:
    assert set(db.session.scalars(select(Dossier.state))) == set(DossierState)


def test_two_bailleurs_own_fourteen_dwellings_of_which_two_are_free() -> None:
    owners = Counter(db.session.scalars(select(Organisation.name).join(Dwelling)).all())
    assert sum(owners.values()) == 14
    assert set(owners) == {"Azur Habitat", "Riviera Logis"}
    assert db.session.scalar(select(func.count()).where(Dwelling.available)) == 2


def test_nine_splits_of_families_without_a_chantier_cover_every_state() -> None:
    on_site = set(db.session.scalars(select(Chantier.dossier_id)))
    states = Counter(
        split.state for split in db.session.scalars(select(Split)) if split.dossier_id not in on_site
    )
    assert len(on_site) == 6
    assert sum(states.values()) == 9
    assert set(states) == set(SplitState)


def test_one_amendment_is_with_the_bailleur_and_one_is_signed_and_followed_by_its_chantier() -> None:
    found = {
        amendment.state: (former.state, chantier)
        for amendment, former, chantier in db.session.execute(
            select(Split, Contract, Chantier.state)
            .join(Contract, Contract.split_id == Split.amends_id)
            .outerjoin(Chantier, Chantier.dossier_id == Split.dossier_id)
            .where(Split.amends_id.is_not(None))
        )
    }
    assert found == {
        SplitState.PROPOSED: (ContractState.SIGNED, None),
        SplitState.SIGNED: (ContractState.REPLACED, ChantierState.PAUSED),
    }


def test_one_answer_is_late_and_still_expected() -> None:
    late = db.session.scalars(select(Split).where(Split.state == SplitState.PROPOSED, Split.reminders > 0))
    assert [split.reminders for split in late] == [1]


def test_one_rent_clause_is_agreed_by_both_and_one_waits_for_both() -> None:
    given = [
        {side for side in (Side.BAILLEUR, Side.HOUSEHOLD) if getattr(offset, side) is not None}
        for split_id in db.session.scalars(select(RentOffset.split_id).order_by(RentOffset.split_id))
        if (offset := offset_of(split_id)) is not None and offset.ready
    ]
    assert sorted(given, key=len) == [set(), {Side.BAILLEUR, Side.HOUSEHOLD}]


def test_one_contract_was_refused_and_one_is_signed_by_the_family_alone() -> None:
    signed: dict[ContractState, list[tuple[Side, bool]]] = {}
    for state, side, refused in db.session.execute(
        select(Contract.state, Signature.side, Signature.refused)
        .join(Signature, Signature.contract_id == Contract.id)
        .where(Contract.state.in_((ContractState.REFUSED, ContractState.PREPARED)))
    ):
        signed.setdefault(state, []).append((side, refused))
    assert signed == {
        ContractState.REFUSED: [(Side.HOUSEHOLD, True)],
        ContractState.PREPARED: [(Side.HOUSEHOLD, False)],
    }


def test_a_written_consent_is_joined_a_guard_rail_set_aside_and_a_wear_reckoned() -> None:
    assert db.session.scalars(select(WorksLine).where(WorksLine.consent_document_id.is_not(None))).one()
    assert db.session.scalars(select(GuardrailOverride)).one().rule == "condition_unmet"
    assert any(wear is not None for wear in db.session.scalars(select(WorksLine.wear)))


def test_commitments_are_due_overdue_done_and_confirmed() -> None:
    promised = db.session.scalars(select(Commitment).where(Commitment.withdrawn_on.is_(None)))
    states = {
        state_on(
            today(),
            due_on=each.due_on,
            done_on=each.done_on,
            confirmed_on=each.confirmed_on,
            withdrawn_on=each.withdrawn_on,
        )
        for each in promised
    }
    assert states == set(CommitmentState) - {CommitmentState.WITHDRAWN}


def test_families_are_insured_but_one_whose_attestation_ends_before_its_chantier_starts() -> None:
    planned = db.session.execute(
        select(
            Chantier.state, func.coalesce(Chantier.started_on, Chantier.planned_start), Document.valid_until
        )
        .join(Document, Document.dossier_id == Chantier.dossier_id)
        .where(Document.kind == DocumentKind.INSURANCE)
    ).all()
    assert len(planned) == 6
    assert [state for state, start, until in planned if until and until < start] == [ChantierState.PREPARED]
    assert all(read_bytes(each).startswith(b"%PDF-") for each in attestations())


def attestations() -> list[Document]:
    return list(db.session.scalars(select(Document).where(Document.kind == DocumentKind.INSURANCE)))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.side.value)
def test_the_codes_that_are_told_open_the_door(demonstration: Flask, door: Door) -> None:
    told = describe_accounts("http://127.0.0.1:8000/")
    assert door.reference in told
    assert door.code in told
    answer = knock(demonstration.test_client(), door.reference, door.code)
    assert answer.status_code == 303
    assert "/acces/" in answer.headers["Location"]


def test_one_split_was_left_without_an_answer_and_came_back_to_alc() -> None:
    split = db.session.scalars(select(Split).where(Split.silent)).one()
    kinds = list(
        db.session.scalars(
            select(TimelineEntry.kind)
            .where(TimelineEntry.subject == "split", TimelineEntry.subject_id == split.id)
            .order_by(TimelineEntry.at)
        )
    )
    assert kinds[-3:] == ["works.split.reminded", "works.split.reminded", "works.split.silent"]


def test_six_chantiers_stand_in_the_six_states() -> None:
    assert sorted(db.session.scalars(select(Chantier.state))) == sorted(ChantierState)


def test_every_contract_has_its_document_and_every_picture_its_thumbnail() -> None:
    assert all(db.session.scalars(select(Contract.document_id)))
    pictures = db.session.scalars(select(Document).join(SitePhoto)).all()
    assert pictures
    assert all(picture.thumbnail_digest for picture in pictures)


def test_a_family_is_on_a_picture_where_its_contract_agrees_to_it() -> None:
    shown = (
        select(Contract.image_consent)
        .join(Chantier, Chantier.contract_id == Contract.id)
        .join(SitePhoto, SitePhoto.chantier_id == Chantier.id)
        .where(SitePhoto.shows_people)
    )
    assert db.session.scalars(shown).all() == [True]


def test_nothing_waits_in_the_outbox() -> None:
    assert not db.session.scalars(select(OutboxRow.job).where(OutboxRow.done_at.is_(None))).all()


def test_nothing_happened_in_the_future_and_each_story_is_in_order() -> None:
    entries = db.session.execute(
        select(TimelineEntry.dossier_id, TimelineEntry.at, TimelineEntry.to_state)
        .where(TimelineEntry.subject == "dossier", TimelineEntry.kind != "dossier.opened")
        .order_by(TimelineEntry.id)
    ).all()
    latest: dict[int, object] = {}
    for entry in entries:
        assert latest.get(entry.dossier_id, entry.at) <= entry.at < now()
        latest[entry.dossier_id] = entry.at


def test_every_account_of_the_demonstration_has_the_password_told() -> None:
    hashes = dict(db.session.execute(select(User.email, User.password_hash)).all())
    kept = {hashes[person.email] for person in PEOPLE if person.signs_in}
    assert len(kept) == 1
    assert verify(kept.pop(), PASSWORD)


def test_the_programme_brings_its_phases_sites_and_catalogue() -> None:
    assert db.session.scalar(select(func.count()).select_from(Phase)) == 2
    assert db.session.scalar(select(func.count()).select_from(Site)) == 5
    assert db.session.scalar(select(func.count()).select_from(WorksKind)) == 72


@pytest.mark.parametrize("moment", list(Moment))
def test_a_room_is_drawn_the_same_each_time(moment: Moment) -> None:
    drawn = draw_room(Room("kitchen", 3), moment)
    assert drawn == draw_room(Room("kitchen", 3), moment)
    assert Image.open(io.BytesIO(drawn)).size == (1000, 750)
