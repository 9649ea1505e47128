"""Works against rent between ALC, bailleur and tenant: both consent to the cent, or nothing is agreed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import DossierState, Dwelling
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.rent.commands import AnswerOffset, TenantAnswer
from intranet.rent.models import RentOffset
from intranet.rent.offsets import offset_of, pending
from intranet.rent.service import (
    answer_offset,
    attach_document,
    record_tenant,
    remove_offset,
    save_offset,
)
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_user
from intranet.testing.files import paper, received
from intranet.testing.rent import (
    consent_bailleur,
    consent_tenant,
    make_offset,
    offset_command,
    view_of,
)
from intranet.testing.works import (
    agree_split,
    fresh,
    kind_id,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
)
from intranet.timeline.queries import entries
from intranet.works import service
from intranet.works.commands import AddLine, ChangeLine
from intranet.works.models import Split
from intranet.works.terms import Cause, Holder, Need, Payer, SplitState

pytestmark = pytest.mark.usefixtures("db_session")


def a_split(state: SplitState = SplitState.DRAFT, decent: bool | None = True, lines: int = 2) -> Split:
    dossier = make_dossier(state=DossierState.JOINED, dwelling=make_dwelling(decent=decent))
    return make_split(dossier, lines, state)


def reworded(split: Split, number: int = 0, **more: object) -> None:
    line = lines_of(split.id)[number]
    values: dict[str, object] = {
        "room": line.room,
        "need": line.need,
        "holder": line.holder,
        "materials_payer": line.materials_payer,
        "kind_id": line.kind_id,
        **more,
    }
    with writing():
        service.change_line(
            make_parties(fresh(split.id)).coordinator,
            ChangeLine(line.id, line.version, **values),  # type: ignore[arg-type]
        )


def test_with_both_consents_the_split_is_agreed_and_not_before() -> None:
    split_id = a_split().id
    make_offset(split_id)
    propose_split(split_id)
    send_split_back(split_id)
    agree_split(split_id)
    assert fresh(split_id).state is SplitState.COUNTERED
    consent_tenant(split_id)
    assert pending(split_id)
    assert fresh(split_id).state is SplitState.COUNTERED
    consent_bailleur(split_id)

    assert not pending(split_id)
    assert fresh(split_id).state is SplitState.AGREED
    assert fresh(split_id).agreed_at is not None
    assert {"bailleur", "household"} == set(view_of(split_id).data()["consents"])


def test_with_consents_given_first_the_familys_answer_agrees_the_split() -> None:
    split_id = a_split().id
    make_offset(split_id)
    propose_split(split_id)
    consent_bailleur(split_id)
    consent_tenant(split_id)
    assert fresh(split_id).state is SplitState.PROPOSED
    send_split_back(split_id)
    agree_split(split_id)

    assert fresh(split_id).state is SplitState.AGREED


@pytest.mark.parametrize("who", [consent_bailleur, consent_tenant])
def test_one_refusal_agrees_nothing(who: Callable[..., None]) -> None:
    split_id = a_split().id
    make_offset(split_id)
    propose_split(split_id)
    send_split_back(split_id)
    consent_bailleur(split_id)
    consent_tenant(split_id)
    who(split_id, given=False)
    agree_split(split_id)

    assert fresh(split_id).state is SplitState.COUNTERED
    assert not view_of(split_id).consented


@pytest.mark.parametrize(
    "change",
    [
        {"monthly_cents": 4_999},
        {"months": 11},
        {"documented_cents": 60_001},
        {"early_departure": "Rien n’est versé."},
        {"decency_attested_by": "Quelqu’un d’autre"},
        {"decency_attested_on": today() - timedelta(days=1)},
    ],
)
def test_any_change_of_the_clause_drops_the_consents(change: dict[str, object]) -> None:
    split = consented()
    view = view_of(split.id)
    with writing():
        save_offset(
            make_parties(split).coordinator,
            offset_command(split.id, view.version, **{"starts_on": view.terms.starts_on, **change}),
        )

    assert (view_of(split.id).bailleur, view_of(split.id).household) == (None, None)


def consented() -> Split:
    """A split in ALC's hands whose clause both sides consented to."""
    split_id = a_split().id
    make_offset(split_id)
    propose_split(split_id)
    send_split_back(split_id)
    consent_bailleur(split_id)
    consent_tenant(split_id)
    assert view_of(split_id).consented
    return fresh(split_id)


def test_saving_the_same_clause_again_keeps_the_consents() -> None:
    split = consented()
    view = view_of(split.id)
    with writing():
        save_offset(make_parties(split).coordinator, offset_command(split.id, view.version))

    assert view_of(split.id).consented


def test_another_wording_of_a_line_drops_the_consents() -> None:
    split = consented()
    reworded(split, minutes=600)

    assert not view_of(split.id).consented
    assert view_of(split.id).bailleur is None


def test_a_line_taken_from_the_family_drops_the_consents_and_asks_to_choose_again() -> None:
    split = consented()
    reworded(split, holder=Holder.BAILLEUR, materials_payer=Payer.BAILLEUR)
    view = view_of(split.id)

    assert view.household is None
    assert [each.rule for each in view.problems] == ["rent.not_tenant"]
    with pytest.raises(Refused, match="n’est pas fait par la famille"):
        consent_tenant(split.id)


def test_another_receipt_drops_the_consents() -> None:
    split = consented()
    version = view_of(split.id).version
    with writing():
        attach_document(
            make_parties(split).coordinator, split.id, version, received(paper(b"<<>>"), "facture.pdf")
        )

    assert view_of(split.id).bailleur is None
    assert view_of(split.id).document_name == f"piece-{today().isoformat()}.pdf"


def test_a_consent_to_figures_that_changed_meanwhile_is_stale() -> None:
    split = consented()
    view = view_of(split.id)
    with writing():
        save_offset(make_parties(split).coordinator, offset_command(split.id, view.version, months=6))
    for give in (consent_bailleur, consent_tenant):
        with pytest.raises(Stale, match="ont changé"):
            give(split.id, digest=view.digest)
        db.session.rollback()


@pytest.mark.parametrize(("decent", "rule"), [(False, "rent.not_decent"), (None, "rent.decency_unknown")])
def test_a_home_that_is_not_decent_sets_nothing_against_its_rent(decent: bool | None, rule: str) -> None:
    split = a_split(decent=decent)
    with pytest.raises(Refused) as refused:
        make_offset(split.id)
    db.session.rollback()

    assert refused.value.rule == rule
    assert offset_of(split.id) is None


def test_a_home_found_not_decent_afterwards_holds_the_agreement_back() -> None:
    split = consented()
    db.session.get_one(Dwelling, split.dwelling_id).decent = False
    db.session.commit()
    agree_split(split.id)

    assert fresh(split.id).state is SplitState.COUNTERED
    assert pending(split.id)


def test_a_home_found_not_decent_once_agreed_gets_no_contract_that_takes_works_off_its_rent() -> None:
    split = consented()
    agree_split(split.id)
    assert fresh(split.id).state is SplitState.AGREED
    db.session.get_one(Dwelling, split.dwelling_id).decent = False
    db.session.commit()
    with pytest.raises(Refused) as refused:
        make_contract(split.id, rendered=False)

    assert refused.value.rule == "split.rent_pending"


def test_damages_and_the_bailleurs_lines_are_not_set_against_the_rent() -> None:
    split = a_split()
    actor = make_parties(split).coordinator
    with writing():
        damage = service.add_line(
            actor,
            AddLine(split.id, "Séjour", Need.NEEDED, kind_id=kind_id("L.13"), cause=Cause.DAMAGE),
        ).id
        other = service.add_line(actor, AddLine(split.id, "Entrée", Need.NEEDED, kind_id=kind_id("L.20"))).id
    for line_id, rule in ((damage, "rent.damage"), (other, "rent.lines"), (999, "rent.lines")):
        with pytest.raises(Refused) as refused:
            make_offset(split.id, line_ids=(line_id,))
        db.session.rollback()
        assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"monthly_cents": -5_000}, "monthly_cents"),
        ({"months": 13}, "months"),
        ({"documented_cents": -1}, "documented_cents"),
        ({"line_ids": ()}, "line_ids"),
        ({"early_departure": ""}, "early_departure"),
        ({"early_departure": "Carte 4970 1012 3456 7890 ou 1 85 05 78 006 084 91"}, "early_departure"),
        ({"decency_attested_by": " "}, "decency_attested_by"),
        ({"decency_attested_on": today() + timedelta(days=2)}, "decency_attested_on"),
    ],
)
def test_what_is_absurd_or_missing_is_refused_at_its_field(change: dict[str, Any], field: str) -> None:
    split = a_split()
    with pytest.raises(Refused) as refused:
        make_offset(split.id, **change)
    db.session.rollback()

    assert refused.value.field == field
    assert offset_of(split.id) is None


def test_without_its_receipts_nobody_consents() -> None:
    split_id = a_split().id
    make_offset(split_id, documented=False)
    propose_split(split_id)
    with pytest.raises(Refused, match="Joignez les devis"):
        consent_bailleur(split_id)
    db.session.rollback()

    assert pending(split_id)


def test_a_receipt_that_is_no_picture_and_no_pdf_is_refused() -> None:
    split_id = a_split().id
    view = make_offset(split_id, documented=False)
    with pytest.raises(Refused) as refused:
        attach_document(
            make_parties(fresh(split_id)).coordinator, split_id, view.version, received(b"MZ", "a.pdf")
        )
    db.session.rollback()

    assert refused.value.field == "file"
    assert view_of(split_id).document_id is None


def test_two_who_write_at_once_do_not_overwrite_each_other() -> None:
    split_id = a_split().id
    make_offset(split_id)
    actor = make_parties(fresh(split_id)).coordinator
    for version in (0, 1):
        with pytest.raises(Stale):
            save_offset(actor, offset_command(split_id, version, months=3))
        db.session.rollback()
        with pytest.raises(Stale):
            remove_offset(actor, split_id, version)
        db.session.rollback()

    assert view_of(split_id).terms.months == 12


def test_a_clause_taken_back_leaves_the_split_free_to_be_agreed() -> None:
    split = consented()
    with writing():
        remove_offset(make_parties(split).coordinator, split.id, view_of(split.id).version)
    agree_split(split.id)

    assert offset_of(split.id) is None
    assert fresh(split.id).state is SplitState.AGREED


def test_each_side_answers_for_itself_alone() -> None:
    split_id = a_split().id
    view = make_offset(split_id)
    propose_split(split_id)
    parties = make_parties(fresh(split_id))
    answer = AnswerOffset(split_id, view.digest, True)
    taken = TenantAnswer(split_id, view.digest, True, "Mme Essai", today())
    with pytest.raises(NotAllowed):
        answer_offset(parties.coordinator, answer)
    with pytest.raises(NotAllowed):
        record_tenant(parties.agent, taken)
    for role in (Role.TECHNICAL, Role.TISF, Role.ANIMATOR, Role.DIRECTOR):
        with pytest.raises(NotAllowed):
            record_tenant(make_actor(make_user(role)), taken)
    with pytest.raises(NotAllowed):
        save_offset(parties.agent, offset_command(split_id, view.version))


def test_a_refusal_and_a_record_say_what_they_must() -> None:
    split_id = a_split().id
    view = make_offset(split_id)
    propose_split(split_id)
    parties = make_parties(fresh(split_id))
    with pytest.raises(Refused) as refused:
        answer_offset(parties.agent, AnswerOffset(split_id, view.digest, False, " "))
    assert refused.value.field == "reason"
    before = today() - timedelta(days=365)  # last year's date, mistyped
    for name, on, field in (
        ("", today(), "by_name"),
        ("Mme Essai", today() + timedelta(days=1), "on"),
        ("Mme Essai", before, "on"),
    ):
        with pytest.raises(Refused) as refused:
            record_tenant(parties.coordinator, TenantAnswer(split_id, view.digest, True, name, on))
        assert refused.value.field == field


def test_once_agreed_the_clause_stands_still() -> None:
    split = consented()
    agree_split(split.id)
    assert fresh(split.id).state is SplitState.AGREED
    view = view_of(split.id)
    with pytest.raises(Refused):
        save_offset(make_parties(split).coordinator, offset_command(split.id, view.version, months=1))
    db.session.rollback()
    with pytest.raises(Refused):
        consent_bailleur(split.id, given=False)


def test_the_history_tells_each_step_to_both_sides() -> None:
    split = consented()
    told = " ".join(entry.sentence for entry in entries(split.dossier_id, "bailleur"))

    assert "a donné l’accord du bailleur aux travaux déduits du loyer" in told
    assert "a recueilli l’accord de la famille" in told
    assert "Mme Essai" in told


def test_the_bailleur_is_written_to_once_for_each_exact_figures() -> None:
    split = consented()
    view, actor = view_of(split.id), make_parties(split).coordinator
    for months in (6, 6, 5):
        with writing():
            save_offset(actor, offset_command(split.id, view_of(split.id).version, months=months))
    asked = select(OutboxRow.unique_key).where(OutboxRow.unique_key.contains("rent_asked"))

    assert len(db.session.scalars(asked).all()) == 2
    assert view_of(split.id).digest != view.digest


def test_reading_the_clause_takes_three_statements_however_many_lines(
    db_session: scoped_session[Session], count_statements: Callable[[], AbstractContextManager[object]]
) -> None:
    counts = []
    for lines in (1, 20):
        split_id = a_split(lines=lines).id
        make_offset(split_id)
        with count_statements() as seen:
            assert len(view_of(split_id).lines) == lines
        counts.append(seen.count)  # type: ignore[attr-defined]
    assert counts == [3, 3]


def test_the_digest_kept_with_a_clause_follows_its_lines_and_overtakes_nobody() -> None:
    split = a_split()
    version = make_offset(split.id).version

    def kept() -> RentOffset:
        db.session.expire_all()
        return db.session.scalars(select(RentOffset).where(RentOffset.split_id == split.id)).one()

    for change in (
        lambda: reworded(split, 0, materials_cents=4_000),
        lambda: service.remove_line(
            make_parties(fresh(split.id)).coordinator,
            lines_of(split.id)[0].id,
            lines_of(split.id)[0].version,
        ),
    ):
        before = kept().digest
        with writing():
            change()
        assert kept().digest == view_of(split.id).digest != before
    assert kept().version == version
