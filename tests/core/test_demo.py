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
from intranet.clock import now
from intranet.database import writing
from intranet.demo.families import draw_families
from intranet.demo.people import PASSWORD, PEOPLE
from intranet.demo.pictures import Room, draw_room
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier, DossierState, Dwelling, Household
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.organisations.models import Organisation, Phase, Pole, Site
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Contract, ContractState, Split, SplitState, WorksKind
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


def test_nine_splits_without_a_chantier_and_six_with_one_cover_every_state() -> None:
    with_chantier = set(db.session.scalars(select(Contract.split_id).join(Chantier)))
    states = Counter(
        split.state for split in db.session.scalars(select(Split)) if split.id not in with_chantier
    )
    assert len(with_chantier) == 6
    assert sum(states.values()) == 9
    assert set(states) == set(SplitState)


def test_one_contract_is_in_force_while_its_amendment_is_with_the_bailleur() -> None:
    amendment = db.session.scalars(select(Split).where(Split.amends_id.is_not(None))).one()
    former = db.session.scalars(select(Contract).where(Contract.split_id == amendment.amends_id)).one()

    assert (amendment.state, former.state) == (SplitState.PROPOSED, ContractState.SIGNED)


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
