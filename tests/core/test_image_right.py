"""Pictures with people on them: only while the family agrees, only for those who work with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import ACTOR, Actor, OrganisationKind, Role, Scope
from intranet.chantiers import amending, service
from intranet.chantiers.commands import AddPhoto, AnswerImage
from intranet.chantiers.image_right import AGREED, REFUSED, image_sentence, right_of, shown_answer
from intranet.chantiers.models import SitePhoto
from intranet.chantiers.terms import ChantierState, Moment, Recognisable
from intranet.clock import at, now, today
from intranet.documents.models import Document
from intranet.documents.storage import storage
from intranet.dossiers.models import Household
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.privacy.service import personal_data
from intranet.testing.chantiers import Cast, add_photo, let_be_seen, make_chantier
from intranet.testing.dossiers import make_dwelling
from intranet.testing.factories import make_actor, make_user
from intranet.testing.files import jpeg, received
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Contract

FAMILY = Recognisable.FAMILY


@pytest.fixture
def running(db_session: scoped_session[Session]) -> Cast:
    return make_chantier(ChantierState.OPEN)


def referent() -> Actor:
    return make_actor(make_user(Role.REFERENT))


def show_family(cast: Cast, moment: Moment = Moment.DURING, colour: str = "olive") -> int:
    return add_photo(cast, moment, colour=colour, recognisable=FAMILY)


def agree(cast: Cast, actor: Actor | None = None, seen: str = "") -> None:
    service.answer_image(actor or cast.coordinator, AnswerImage(cast.chantier.id, True, today(), seen))


def refuse(cast: Cast, actor: Actor | None = None) -> None:
    service.answer_image(actor or cast.animator, AnswerImage(cast.chantier.id, False))


def shown(cast: Cast) -> int:
    people = select(func.count()).select_from(SitePhoto).where(SitePhoto.shows_people)
    return db.session.scalar(people.where(SitePhoto.chantier_id == cast.chantier.id)) or 0


def entries(kind: str) -> list[TimelineEntry]:
    return list(db.session.scalars(select(TimelineEntry).where(TimelineEntry.kind == kind)))


@pytest.mark.parametrize(
    ("answer", "why"), [(None, "n’a pas encore donné d’accord écrit"), (False, "ne veut pas paraître")]
)
def test_without_the_familys_agreement_nobody_of_it_is_shown(
    running: Cast, answer: bool | None, why: str
) -> None:
    let_be_seen(running, answer)
    with pytest.raises(Refused, match=why) as refused:
        show_family(running)
    assert refused.value.field == "recognisable"
    db.session.rollback()
    add_photo(running, Moment.DURING)  # a picture without anybody is welcome all the same


def test_the_sentence_that_refuses_says_how_to_obtain_the_agreement(running: Cast) -> None:
    with pytest.raises(Refused, match=r"Demandez-le-lui.*ALC le note sur la page du chantier"):
        show_family(running)


@pytest.mark.parametrize("moment", list(Moment))
def test_what_the_contract_agrees_to_is_shown_to_alc_and_the_partner_alone(
    running: Cast, moment: Moment
) -> None:
    let_be_seen(running, True)
    photo = db.session.get_one(SitePhoto, show_family(running, moment))
    assert photo.shows_people
    assert db.session.get_one(Document, photo.document_id).audience.split() == ["alc", "partner"]
    assert entries("chantier.photo_added")[-1].audience.split() == ["alc", "partner"]


def test_an_agreement_in_writing_after_the_contract_counts_from_the_day_it_is_noted(running: Cast) -> None:
    agree(running, referent())
    assert show_family(running)
    (entry,) = entries(AGREED)
    assert (entry.data["on"], entry.audience.split()) == (today().isoformat(), ["alc", "partner"])
    assert "accord écrit du" in image_sentence(right_of(running.chantier))


def test_only_alc_notes_an_agreement(running: Cast) -> None:
    with pytest.raises(NotAllowed):
        agree(running, running.animator)


@pytest.mark.parametrize("days", [None, 1])
def test_an_agreement_has_the_day_it_was_written(running: Cast, days: int | None) -> None:
    on = today() + timedelta(days=days) if days else None
    with pytest.raises(Refused) as refused:
        service.answer_image(running.coordinator, AnswerImage(running.chantier.id, True, on))
    assert refused.value.field == "on"


def test_an_agreement_does_not_pass_over_a_refusal_its_page_did_not_show(running: Cast) -> None:
    refuse(running)
    with pytest.raises(Stale):
        agree(running, seen="")
    db.session.rollback()
    agree(running, seen="refused")
    assert right_of(running.chantier).agreed is True


def test_an_agreement_written_before_a_refusal_does_not_undo_it(running: Cast) -> None:
    refuse(running)
    older = AnswerImage(running.chantier.id, True, today() - timedelta(days=1), "refused")
    with pytest.raises(Refused, match="après cet écrit") as refused:
        service.answer_image(running.coordinator, older)
    assert refused.value.field == "on"


@pytest.mark.parametrize("role", [Role.REFERENT, Role.COORDINATOR, Role.TECHNICAL])
def test_whoever_follows_the_family_notes_that_it_takes_its_agreement_back(running: Cast, role: Role) -> None:
    let_be_seen(running, True)
    refuse(running, make_actor(make_user(role)))
    assert right_of(running.chantier).agreed is False


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.TISF, Role.AGENT, Role.ADMIN])
def test_nobody_else_answers_for_the_family(running: Cast, role: Role) -> None:
    actor = make_actor(make_user(role))
    for agreed in (True, False):
        with pytest.raises(NotAllowed):
            service.answer_image(actor, AnswerImage(running.chantier.id, agreed, today()))


def test_taking_the_agreement_back_erases_the_pictures_with_people_and_no_other(running: Cast) -> None:
    let_be_seen(running, True)
    one, two = (show_family(running, colour=colour) for colour in ("olive", "navy"))
    digests = [
        db.session.get_one(Document, db.session.get_one(SitePhoto, each).document_id).digest
        for each in (one, two)
    ]
    kept = add_photo(running, Moment.AFTER)
    run_due()
    refuse(running)
    run_due()
    assert [row.id for row in db.session.scalars(select(SitePhoto))] == [kept]
    for digest in digests:
        with pytest.raises(FileNotFoundError):
            storage().open(digest)
    assert entries(REFUSED)[0].data["photos"] == 2
    with pytest.raises(Refused, match="ne veut pas paraître"):
        show_family(running)


def test_the_same_answer_twice_is_noted_once(running: Cast) -> None:
    refuse(running)
    refuse(running)
    assert len(entries(REFUSED)) == 1


def test_a_refusal_holds_for_every_chantier_of_the_family_an_agreement_for_one(running: Cast) -> None:
    dossier = db.session.merge(running.dossier)
    dossier.dwelling_id = make_dwelling().id
    other = make_chantier(ChantierState.OPEN, dossier=dossier)
    agree(running)
    assert right_of(other.chantier).agreed is None
    agree(other)
    show_family(running)
    show_family(other, colour="navy")
    refuse(running)
    assert (shown(running), shown(other)) == (0, 0)
    assert right_of(other.chantier).agreed is False


@pytest.mark.parametrize(
    ("kind", "role", "told"),
    [
        (OrganisationKind.WORKS_PARTNER, Role.ANIMATOR, True),
        (OrganisationKind.BAILLEUR, Role.AGENT, False),
    ],
)
def test_the_answer_is_read_by_those_on_site_and_not_by_the_landlord(
    running: Cast, kind: OrganisationKind, role: Role, told: bool
) -> None:
    let_be_seen(running, True)
    organisation = running.partner.id if kind is OrganisationKind.WORKS_PARTNER else running.bailleur_id
    found = db.session.execute(
        shown_answer(Scope(kind, role)),
        {"chantier_id": running.chantier.id, ACTOR.organisation_id.key: organisation},
    ).all()
    assert bool(found) is told


def test_the_family_is_told_what_it_answered_and_where_it_is_shown(running: Cast) -> None:
    let_be_seen(running, True)
    show_family(running)
    household = db.session.get_one(Household, running.dossier.household_id)
    held = [(str(item.label), str(item.value)) for item in personal_data(household)]
    assert ("Droit à l’image", "Accepte de paraître") in held
    assert any(label == "Photo de chantier" and "la famille y paraît" in value for label, value in held)


def amend(cast: Cast, answer: bool | None) -> None:
    """Have the chantier follow an amendment of its contract, with that answer."""
    former = db.session.get_one(Contract, cast.chantier.contract_id)
    with at(max(now(), former.created_at) + timedelta(minutes=1)):
        contract = Contract(
            number=f"{former.number}-A1",
            split_id=former.split_id,
            dossier_id=former.dossier_id,
            amends_id=former.id,
            partner_id=former.partner_id,
            state=former.state,
            image_consent=answer,
            created_at=now(),
            lines=[{**line, "origin_id": line["id"]} for line in former.lines],
        )
        db.session.add(contract)
        db.session.flush()
        amending.apply(cast.coordinator, contract)
        db.session.commit()


@pytest.mark.parametrize(("answer", "left"), [(True, 1), (False, 0)])
def test_an_amendment_asks_anew(running: Cast, answer: bool, left: int) -> None:
    let_be_seen(running, True)
    show_family(running)
    amend(running, answer)
    assert right_of(running.chantier).agreed is answer
    assert shown(running) == left


def test_an_amendment_that_asks_again_after_a_refusal_is_a_new_answer(running: Cast) -> None:
    refuse(running)
    amend(running, True)
    assert right_of(running.chantier).agreed is True
    amend(running, None)
    assert right_of(running.chantier).agreed is None


def test_a_refusal_noted_while_an_amendment_is_being_signed_is_not_undone_by_its_signature(
    running: Cast,
) -> None:
    let_be_seen(running, True)
    former = db.session.get_one(Contract, running.chantier.contract_id)
    amend(running, True)
    contract = db.session.get_one(Contract, running.chantier.contract_id)
    contract.created_at = former.created_at  # established before the family spoke, signed after
    db.session.commit()
    refuse(running)
    assert right_of(running.chantier).agreed is False


def test_the_same_picture_with_another_answer_is_not_passed_over(running: Cast) -> None:
    let_be_seen(running, True)
    add_photo(running, Moment.AFTER, colour="olive")
    with pytest.raises(Refused, match="avec une autre réponse") as refused:
        show_family(running, Moment.AFTER)
    assert refused.value.field == "recognisable"


def test_who_is_on_the_picture_must_be_said_even_when_the_family_agrees(running: Cast) -> None:
    let_be_seen(running, True)
    command = AddPhoto(running.chantier.id, Moment.DURING, today())
    with pytest.raises(Refused) as refused:
        service.add_photo(running.animator, command, received(jpeg()))
    assert refused.value.field == "recognisable"
