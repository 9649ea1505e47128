"""Opening a split, drafting its lines, proposing it: what is refused, stale or kept."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from intranet.access import Role
from intranet.dossiers.models import Dossier, DossierState, Dwelling
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_user
from intranet.testing.works import (
    add_easy_line,
    answer_split_line,
    kind_id,
    lines_of,
    make_parties,
    propose_split,
)
from intranet.timeline.models import TimelineEntry
from intranet.works import service
from intranet.works.commands import AddLine, Propose
from intranet.works.models import SplitVersion
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState
from tests.core.negotiating import a_split, answers_of, reworded

pytestmark = pytest.mark.usefixtures("db_session")


def events(split_id: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(TimelineEntry.kind, TimelineEntry.audience)
        .where(TimelineEntry.subject == "split", TimelineEntry.subject_id == split_id)
        .order_by(TimelineEntry.id)
    )
    return [(kind, audience) for kind, audience in rows]


# Opening and drafting


def test_a_split_opens_only_once_a_dwelling_is_allocated() -> None:
    dossier = make_dossier(state=DossierState.PREPARING)
    coordinator = make_actor(make_user(Role.COORDINATOR))
    with pytest.raises(Refused) as refused:
        service.open_split(coordinator, dossier.id)

    assert refused.value.rule == "split.not_allocated"


def test_opening_twice_opens_one() -> None:
    dossier = make_dossier(state=DossierState.ALLOCATED)
    coordinator = make_actor(make_user(Role.COORDINATOR))

    assert service.open_split(coordinator, dossier.id).id == service.open_split(coordinator, dossier.id).id


def test_after_a_withdrawal_another_split_may_be_opened() -> None:
    split = a_split(SplitState.WITHDRAWN)

    assert service.open_split(make_parties(split).coordinator, split.dossier_id).id != split.id


def test_a_line_without_holder_takes_the_default_of_the_rules() -> None:
    split = a_split(lines=0)
    actor = make_parties(split).coordinator
    board = service.add_line(actor, AddLine(split.id, "Entrée", Need.NEEDED, kind_id("L.5")))
    handle = service.add_line(actor, AddLine(split.id, "Entrée", Need.NEEDED, kind_id("II.a.2")))
    tiles = service.add_line(actor, AddLine(split.id, "Cuisine", Need.WISHED, kind_id("E.4")))

    assert (board.holder, board.lock, board.default_rule) == (Holder.BAILLEUR, "locked_to_bailleur", "safety")
    assert (handle.holder, handle.lock, handle.materials_payer) == (Holder.TENANT, "", Payer.TENANT)
    assert (tiles.holder, tiles.default_holder, tiles.lock) == (Holder.BAILLEUR, None, "written_consent")


def test_a_forged_line_against_a_guard_rail_is_refused_with_its_reason() -> None:
    split = a_split(lines=0)
    with pytest.raises(Refused) as refused:
        service.add_line(
            make_parties(split).coordinator,
            AddLine(split.id, "Entrée", Need.NEEDED, kind_id("L.5"), holder=Holder.TENANT),
        )

    assert (refused.value.rule, refused.value.field) == ("locked_to_bailleur", "holder")
    db.session.rollback()
    assert lines_of(split.id) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"materials_cents": -1}, "materials_cents"),
        ({"materials_cents": 10_000_001}, "materials_cents"),
        ({"minutes": -1}, "minutes"),
        ({"holder": Holder.SHARED, "tenant_share_pct": None}, "tenant_share_pct"),
        ({"holder": Holder.SHARED, "tenant_share_pct": 100}, "tenant_share_pct"),
        ({"room": " \u202e "}, "room"),
        ({"room": "x" * 61}, "room"),
        ({"kind_id": None, "label": ""}, "label"),
        ({"kind_id": None, "label": "x" * 10_000}, "label"),
        ({"kind_id": None, "label": "NIR 2 85 05 06 088 123 68"}, "label"),
        ({"kind_id": 999_999}, "kind_id"),
        ({"consent_on": date(2999, 1, 1)}, "consent_on"),
    ],
)
def test_absurd_values_are_refused_at_their_field(changes: dict[str, object], field: str) -> None:
    split = a_split(lines=1)
    line = lines_of(split.id)[0]
    with pytest.raises(Refused) as refused:
        service.change_line(make_parties(split).coordinator, reworded(line, **changes))

    assert refused.value.field == field


def test_emoji_and_right_to_left_text_are_kept() -> None:
    split = a_split(lines=0)
    line = service.add_line(
        make_parties(split).coordinator, AddLine(split.id, "غرفة 🛏️", Need.WISHED, label="رف ✨ e\u0301")
    )

    assert (line.room, line.label) == ("غرفة 🛏️", "رف ✨ é")


def test_a_line_changed_by_somebody_else_is_stale_and_says_what_it_is_now() -> None:
    split = a_split(lines=1)
    line = lines_of(split.id)[0]
    opened = reworded(line, minutes=600)
    service.change_line(make_parties(split).coordinator, reworded(line, room="Entrée"))
    with pytest.raises(Stale) as stale:
        service.change_line(make_parties(split).coordinator, opened)

    assert any("Entrée" in change for change in stale.value.changes)
    db.session.rollback()
    assert (lines_of(split.id)[0].room, lines_of(split.id)[0].minutes) == ("Entrée", 240)


def test_a_line_never_sent_is_erased_and_one_that_was_is_dropped() -> None:
    split = a_split(SplitState.COUNTERED, lines=2)
    actor = make_parties(split).coordinator
    new = add_easy_line(actor, split.id)
    service.remove_line(actor, new.id, new.version)
    seen = lines_of(split.id)[0]
    service.remove_line(actor, seen.id, seen.version)

    assert [line.holder for line in lines_of(split.id)] == [Holder.DROPPED, Holder.TENANT]
    assert answers_of(seen.id)[Side.BAILLEUR] is Answer.WAITING


# Proposing


def test_proposing_gives_the_bailleur_the_turn_a_version_and_a_mail() -> None:
    split = a_split()
    agent = make_parties(split).agent
    proposed = propose_split(split.id)

    assert (proposed.state, proposed.turn, proposed.number) == (SplitState.PROPOSED, Side.BAILLEUR, 1)
    assert all(answers_of(line.id) == {Side.ALC: Answer.ACCEPTED} for line in lines_of(split.id))
    version = db.session.scalars(select(SplitVersion).where(SplitVersion.split_id == split.id)).one()
    assert len(version.lines) == 3
    mail = db.session.scalars(select(OutboxRow).where(OutboxRow.job == "mail.send")).one()
    assert mail.payload["to"] == agent.email
    assert ("works.split.proposed", " alc bailleur ") in events(split.id)


def test_what_alc_drafts_is_alcs_own_business() -> None:
    split = a_split()

    assert {audience for _kind, audience in events(split.id)} == {" alc "}


def test_an_empty_split_is_not_proposed() -> None:
    split = a_split(lines=0)
    with pytest.raises(Refused) as refused:
        propose_split(split.id)

    assert refused.value.rule == "split.empty"


def test_a_split_changed_by_a_colleague_is_not_proposed_unread() -> None:
    split = a_split()
    opened_at = split.version
    colleague = make_actor(make_user(Role.TECHNICAL, name="Camille Essai"))
    add_easy_line(colleague, split.id)
    with pytest.raises(Stale) as stale:
        service.propose(make_parties(split).coordinator, Propose(split.id, opened_at))

    assert any("Camille Essai" in change and "ajouté" in change for change in stale.value.changes)


def test_what_one_did_oneself_in_another_tab_is_no_surprise() -> None:
    split = a_split()
    actor = make_parties(split).coordinator
    opened_at = split.version
    add_easy_line(actor, split.id)

    assert service.propose(actor, Propose(split.id, opened_at)).state is SplitState.PROPOSED


def test_a_report_corrected_meanwhile_stops_the_proposal() -> None:
    split = a_split(lines=0, permit_year=2005)
    actor = make_parties(split).coordinator
    service.add_line(actor, AddLine(split.id, "Séjour", Need.WISHED, kind_id("E.6"), holder=Holder.TENANT))
    db.session.get_one(Dwelling, split.dwelling_id).permit_year = 1975
    db.session.commit()
    with pytest.raises(Refused) as refused:
        propose_split(split.id)

    assert refused.value.rule == "split.guardrails"
    assert "amiante" in str(refused.value.message)


def test_a_household_that_left_stops_the_negotiation() -> None:
    split = a_split(SplitState.PROPOSED)
    db.session.get_one(Dossier, split.dossier_id).state = DossierState.LEFT
    db.session.commit()
    with pytest.raises(Refused) as refused:
        answer_split_line(lines_of(split.id)[0])

    assert refused.value.rule == "split.not_allocated"
