"""The written consent to a transformation (art. 7 f): dated, joined, seen by both sides, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from intranet.clock import today
from intranet.database import writing
from intranet.documents.intake import Prepared
from intranet.documents.models import Document
from intranet.dossiers.models import DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier
from intranet.testing.files import received
from intranet.testing.rent import RECEIPT
from intranet.testing.works import bring_split, fresh, kind_id, lines_of, make_parties, make_split
from intranet.timeline.queries import entries
from intranet.works import service
from intranet.works.commands import AddLine, ChangeLine
from intranet.works.models import LineAnswer, Split, WorksLine
from intranet.works.terms import Answer, Cause, Holder, Need, Payer, Side, SplitState
from intranet.works.workdays import next_business_day
from tests.core.negotiating import reworded

pytestmark = pytest.mark.usefixtures("db_session")


def a_split(state: SplitState = SplitState.DRAFT, code: str = "E.4") -> Split:
    split = make_split(make_dossier(state=DossierState.JOINED), 1)
    line = AddLine(split.id, "Cuisine", Need.WISHED, kind_id=kind_id(code))
    with writing():
        service.add_line(make_parties(split).coordinator, line)
    return bring_split(split.id, state)


def tiles(split: Split) -> WorksLine:
    return lines_of(split.id)[-1]


def paper(data: bytes = RECEIPT, name: str = "accord.pdf") -> Prepared:
    return received(data, name)


def filed(split: Split, joined: Prepared | None = None, days: int = 3) -> WorksLine:
    line = tiles(split)
    with writing():
        return service.file_consent(
            make_parties(split).coordinator, line.id, line.version, today() - timedelta(days=days), joined
        )


def test_a_consent_on_paper_is_dated_and_joined_and_the_family_may_then_hold_the_line() -> None:
    split = a_split()
    assert tiles(split).lock == "written_consent"
    filed(split, paper())
    line = tiles(split)
    document = db.session.get_one(Document, line.consent_document_id)

    assert line.consent_on == today() - timedelta(days=3)
    assert line.lock == ""
    assert line.default_holder is Holder.TENANT
    assert (document.name, document.audience, document.dossier_id) == (
        f"piece-{today().isoformat()}.pdf",
        "alc bailleur",
        split.dossier_id,
    )


def test_it_asks_nobodys_answer_again() -> None:
    split = a_split(SplitState.COUNTERED)
    before = tiles(split).digest
    filed(split, paper())
    bailleur = db.session.get_one(LineAnswer, (tiles(split).id, Side.BAILLEUR))

    assert tiles(split).digest == before == bailleur.digest
    assert bailleur.answer is Answer.ACCEPTED


def test_the_bailleur_consents_in_its_portal_with_or_without_a_paper_of_its_own() -> None:
    split = a_split(SplitState.PROPOSED)
    agent = make_parties(split).agent
    with writing():
        service.give_consent(agent, tiles(split).id, tiles(split).version, None)
    assert (tiles(split).consent_on, tiles(split).consent_document_id) == (today(), None)
    with writing():
        service.give_consent(agent, tiles(split).id, tiles(split).version, paper())

    assert tiles(split).consent_document_id is not None
    assert "a donné l’accord écrit du bailleur" in " ".join(
        each.sentence for each in entries(split.dossier_id, "alc")
    )


def test_a_paper_is_needed_once_and_stays() -> None:
    split = a_split()
    with pytest.raises(Refused) as refused:
        filed(split)
    assert refused.value.field == "file"
    db.session.rollback()
    filed(split, paper())
    joined = tiles(split).consent_document_id
    filed(split, days=1)

    assert tiles(split).consent_document_id == joined
    assert tiles(split).consent_on == today() - timedelta(days=1)


@pytest.mark.parametrize("data", [b"MZ\x90\x00", b"<svg onload=alert(1)>", b"", b"%PDF-1.4 /JavaScript"])
def test_what_is_no_picture_and_no_harmless_pdf_is_refused_and_changes_nothing(data: bytes) -> None:
    split = a_split()
    with pytest.raises(Refused) as refused:
        filed(split, paper(data, "accord.pdf"))
    db.session.rollback()

    assert refused.value.field == "file"
    assert (tiles(split).consent_on, tiles(split).consent_document_id) == (None, None)


def test_a_consent_is_not_of_tomorrow_nor_for_works_that_ask_none() -> None:
    split = a_split()
    with pytest.raises(Refused) as refused:
        filed(split, paper(), days=-1)
    assert refused.value.field == "consent_on"
    db.session.rollback()
    with pytest.raises(Refused) as refused:
        filed(a_split(code="E.7"), paper())
    assert refused.value.rule == "consent.none"


def test_a_line_changed_meanwhile_is_stale() -> None:
    split = a_split()
    line = tiles(split)
    with pytest.raises(Stale):
        service.file_consent(make_parties(split).coordinator, line.id, line.version + 1, today(), paper())


def test_each_side_gives_or_files_only_what_is_its_own() -> None:
    split = a_split(SplitState.PROPOSED)
    parties, line = make_parties(split), tiles(split)
    with pytest.raises(NotAllowed):
        service.give_consent(parties.coordinator, line.id, line.version, None)
    with pytest.raises(NotAllowed):
        service.file_consent(parties.agent, line.id, line.version, today(), paper())


def test_a_consent_taken_back_takes_its_paper_along() -> None:
    split = a_split()
    filed(split, paper())
    line = tiles(split)
    command = ChangeLine(
        line.id, line.version, line.room, line.need, Holder.BAILLEUR, Payer.BAILLEUR, kind_id=line.kind_id
    )
    with writing():
        service.change_line(make_parties(fresh(split.id)).coordinator, command)

    assert (tiles(split).consent_on, tiles(split).consent_document_id) == (None, None)
    assert tiles(split).lock == "written_consent"


# What it outlives


def consented(state: SplitState = SplitState.DRAFT, holder: Holder = Holder.BAILLEUR) -> Split:
    split = a_split(state)
    filed(split, paper())
    if holder is not Holder.BAILLEUR:
        changed(split, holder=holder)
    return split


def changed(split: Split, **changes: Any) -> WorksLine:
    """The line as its form comes back, with the day of consent it was opened with unless another is typed."""
    line = tiles(split)
    command = replace(reworded(line), label=line.label, consent_on=line.consent_on)
    with writing():
        return service.change_line(make_parties(fresh(split.id)).coordinator, replace(command, **changes))


@pytest.mark.parametrize(
    "change",
    [
        {"minutes": 900},
        {"materials_cents": 12_300},
        {"holder": Holder.TENANT},
        {"holder": Holder.SHARED, "tenant_share_pct": 40},
        {"holder": Holder.PARTNER},
        {"materials_payer": Payer.ALC},
        {"cause": Cause.WEAR},
        {"due_on": next_business_day(date(today().year + 1, 12, 1))},
    ],
)
def test_it_stays_while_the_works_are_the_same(change: dict[str, Any]) -> None:
    split = consented()
    before = tiles(split).digest
    changed(split, **change)

    assert tiles(split).digest != before
    assert tiles(split).consent_on == today() - timedelta(days=3)
    assert tiles(split).consent_document_id is not None


@pytest.mark.parametrize(
    "change", [{"room": "Salle de bains"}, {"label": "Carrelage mural"}, {"kind": "E.5"}]
)
def test_it_ends_with_its_paper_when_the_works_or_the_room_change(change: dict[str, str]) -> None:
    split = consented()
    wanted: dict[str, Any] = {"kind_id": kind_id(change["kind"])} if "kind" in change else change
    changed(split, **wanted)

    assert (tiles(split).consent_on, tiles(split).consent_document_id) == (None, None)
    assert tiles(split).lock == "written_consent"
    assert "ne retient plus l’accord écrit du bailleur" in " ".join(
        each.sentence for each in entries(split.dossier_id, "alc")
    )


def test_a_family_that_holds_the_line_needs_a_consent_to_what_it_is_now() -> None:
    split = consented(holder=Holder.TENANT)
    with pytest.raises(Refused) as refused:
        changed(split, room="Salle de bains")
    db.session.rollback()
    assert (refused.value.rule, refused.value.field) == ("line.consent_elsewhere", "consent_on")
    assert "Cuisine" in str(refused.value.message)
    assert (tiles(split).room, tiles(split).consent_on) == ("Cuisine", today() - timedelta(days=3))

    changed(split, room="Salle de bains", consent_on=today())
    assert (tiles(split).consent_on, tiles(split).consent_document_id) == (today(), None)


def test_a_day_set_right_keeps_the_paper() -> None:
    split = consented()
    changed(split, consent_on=today())

    assert tiles(split).consent_on == today()
    assert tiles(split).consent_document_id is not None


def test_the_bailleur_is_told_when_its_consent_is_held_no_more() -> None:
    split = consented(SplitState.COUNTERED)
    changed(split, room="Salle de bains")

    assert "ne retient plus l’accord écrit du bailleur" in " ".join(
        each.sentence for each in entries(split.dossier_id, "bailleur")
    )
