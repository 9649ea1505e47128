"""What a bailleur promised by contract: made once, done with a proof, confirmed or sent back, reminded of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import func, select

from intranet.access import Actor, OrganisationKind, Role
from intranet.clock import PARIS, today
from intranet.commitments import service
from intranet.commitments.commands import Confirm, MarkDone, SendBack
from intranet.commitments.making import make_commitments as make_again
from intranet.commitments.models import Commitment
from intranet.commitments.reminding import remind_overdue
from intranet.commitments.rules import CommitmentState
from intranet.database import writing
from intranet.documents.models import Document
from intranet.dossiers.commands import Leave
from intranet.dossiers.models import Dossier
from intranet.dossiers.service import leave
from intranet.dossiers.terms import DossierState, LeavingReason
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.organisations.models import Organisation
from intranet.testing.commitments import (
    SINK,
    WALL,
    a_photo,
    commitments_of,
    make_commitments,
    reread,
    say_done,
)
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.files import received
from intranet.testing.works import (
    agree_split,
    lines_of,
    make_contract,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.timeline.models import TimelineEntry
from intranet.works.commands import ChangeLine
from intranet.works.models import Contract
from intranet.works.service import change_line
from intranet.works.service.amending import open_amendment
from intranet.works.terms import Holder, Side
from intranet.works.workdays import next_business_day

pytestmark = pytest.mark.usefixtures("db_session")


@dataclass
class Home:
    """A signed contract: what the bailleur promised, its agent, and ALC."""

    dossier: Dossier
    bailleur: Organisation
    agent: Actor
    alc: Actor
    sink: Commitment
    wall: Commitment


@pytest.fixture
def home() -> Home:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    agent = make_actor(make_user(Role.AGENT, bailleur))
    alc = make_actor(make_user(Role.COORDINATOR))
    dossier = make_dossier(dwelling=make_dwelling(bailleur), state=DossierState.JOINED)
    sink, wall = make_commitments(alc, dossier)
    return Home(dossier, bailleur, agent, alc, sink, wall)


def refused(command: Callable[[], object]) -> Refused:
    with writing(), pytest.raises(Refused) as found:
        command()
    db.session.rollback()
    return found.value


def mails(template: str) -> int:
    rows = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.job == "mail.send"))
    return sum(payload.get("template") == template for payload in rows)


def test_the_signed_contract_makes_one_commitment_for_each_line_of_the_bailleur(home: Home) -> None:
    contract = db.session.scalars(select(Contract)).one()

    assert set(commitments_of(home.dossier.id)) == {SINK, WALL}
    assert (home.sink.due_on, home.wall.due_on) == (contract.starts_on, contract.ends_on)
    assert home.sink.bailleur_id == home.bailleur.id


def test_making_them_again_makes_nothing(home: Home) -> None:
    with writing():
        make_again(db.session.scalars(select(Contract)).one())
        db.session.commit()

    assert db.session.scalar(select(func.count()).select_from(Commitment)) == 2


def test_the_day_named_on_the_line_is_the_day_it_is_due() -> None:
    named = next_business_day(today() + timedelta(days=100))
    dossier = make_dossier(state=DossierState.JOINED)
    sink, wall = make_commitments(make_actor(make_user(Role.COORDINATOR)), dossier, due_on=named)

    assert (sink.due_on, wall.due_on) == (named, named)


def test_done_keeps_the_proof_for_both_sides_and_asks_alc(home: Home) -> None:
    done = say_done(home.agent, home.sink, today(), "Posé ce matin")

    proof = db.session.get_one(Document, done.document_id)
    assert (done.done_on, done.done_note, done.done_by) == (today(), "Posé ce matin", home.agent.user_id)
    assert proof.audience == "alc bailleur"
    assert mails("commitment_done") == 1


def _sent(home: Home, command: MarkDone, content: bytes, name: str) -> None:
    service.mark_done(home.agent, command, received(content, name))


def test_a_file_that_is_no_picture_nor_invoice_is_refused_and_nothing_is_done(home: Home) -> None:
    command = MarkDone(home.sink.id, home.sink.version, today())
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for content, name in ((b"MZ\x90\x00 renamed", "facture.pdf"), (svg, "photo.jpg"), (b"", "vide.jpg")):
        answer = refused(partial(_sent, home, command, content, name))
        assert answer.field == "file"

    assert reread(home.sink).done_on is None
    assert mails("commitment_done") == 0


@pytest.mark.parametrize("days", [1, -800])
def test_a_day_to_come_or_long_past_is_refused(home: Home, days: int) -> None:
    command = MarkDone(home.sink.id, home.sink.version, today() + timedelta(days=days))

    assert refused(lambda: service.mark_done(home.agent, command, received(a_photo()))).field == "done_on"


def test_a_social_security_number_in_the_note_is_refused(home: Home) -> None:
    command = MarkDone(home.sink.id, home.sink.version, today(), "Dossier 2 69 05 49 588 157 80")

    assert refused(lambda: service.mark_done(home.agent, command, received(a_photo()))).field == "note"


def test_two_agents_at_once_the_second_learns_it_is_done(home: Home) -> None:
    command = MarkDone(home.sink.id, home.sink.version, today())
    say_done(home.agent, home.sink, today())
    answer = refused(lambda: service.mark_done(home.agent, command, received(a_photo())))

    assert isinstance(answer, Stale)
    assert answer.changes == ("Ces travaux sont déjà notés comme faits.",)


@pytest.mark.parametrize("side", [Side.ALC, Side.HOUSEHOLD])
def test_alc_or_the_household_closes_it(home: Home, side: Side) -> None:
    done = say_done(home.agent, home.sink, today())
    with writing():
        service.confirm(home.alc, Confirm(done.id, done.version, side))

    closed = reread(home.sink)
    assert (closed.confirmed_on, closed.confirmed_side) == (today(), side)
    again = refused(lambda: service.take_back(home.agent, closed.id, closed.version))
    assert str(again.message) == "Ces travaux sont déjà confirmés."


def test_the_bailleur_cannot_confirm_its_own_works_nor_alc_do_them(home: Home) -> None:
    done = say_done(home.agent, home.sink, today())

    confirm = Confirm(done.id, done.version, Side.ALC)
    assert isinstance(refused(lambda: service.confirm(home.agent, confirm)), NotAllowed)
    mark = MarkDone(home.wall.id, home.wall.version, today())
    assert isinstance(refused(lambda: service.mark_done(home.alc, mark, received(a_photo()))), NotAllowed)
    side = Confirm(done.id, done.version, Side.BAILLEUR)
    assert refused(lambda: service.confirm(home.alc, side)).field == "side"


def test_what_nobody_said_done_cannot_be_confirmed(home: Home) -> None:
    answer = refused(lambda: service.confirm(home.alc, Confirm(home.sink.id, home.sink.version, Side.ALC)))

    assert answer.rule == "commitment.state"


def test_sent_back_it_is_due_again_with_a_reason_and_the_file_stays_with_alc(home: Home) -> None:
    done = say_done(home.agent, home.sink, today())
    proof = done.document_id
    assert (
        refused(lambda: service.send_back(home.alc, SendBack(done.id, done.version, " "))).field == "reason"
    )
    with writing():
        service.send_back(home.alc, SendBack(done.id, reread(done).version, "Le joint fuit"))

    again = reread(home.sink)
    assert (again.done_on, again.document_id) == (None, None)
    assert db.session.get_one(Document, proof).audience == "alc"
    assert mails("commitment_sent_back") == 1
    told = db.session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "commitment.sent_back")).one()
    assert (told.reason, told.audience) == ("Le joint fuit", " alc bailleur ")


def test_the_agent_takes_back_what_was_said_by_mistake(home: Home) -> None:
    done = say_done(home.agent, home.sink, today())
    with writing():
        service.take_back(home.agent, done.id, done.version)

    assert reread(home.sink).done_on is None


def test_when_the_family_leaves_what_was_not_done_is_promised_to_nobody(home: Home) -> None:
    done = say_done(home.agent, home.sink, today())
    with writing():
        version = db.session.get_one(Dossier, home.dossier.id, populate_existing=True).version
        leave(home.alc, Leave(home.dossier.id, version, LeavingReason.MOVED_AWAY, today()))

    assert reread(home.wall).withdrawn_on == today()
    assert reread(done).withdrawn_on is None


def test_an_amendment_keeps_what_was_done_and_starts_anew_what_it_changed(home: Home) -> None:
    done = say_done(home.agent, home.sink, today())
    old = db.session.scalars(select(Contract)).one()
    with writing():
        split = open_amendment(home.alc, old.id, {home.wall.line_id}, "Le mur est plus abîmé que prévu.")
        line = next(each for each in lines_of(split.id) if each.origin_id == home.wall.line_id)
        changed = ChangeLine(
            line.id,
            line.version,
            line.room,
            line.need,
            Holder.SHARED,
            line.materials_payer,
            label=line.label,
            tenant_share_pct=10,
        )
        change_line(home.alc, changed)
        for step in (propose_split, send_split_back, agree_split):
            step(split.id)
        amendment = sign_contract(make_contract(split.id).id)

    kept, alive = reread(done), commitments_of(home.dossier.id)
    assert (kept.contract_id, kept.done_on) == (amendment.id, today())
    assert alive[SINK].id == kept.id
    assert alive[WALL].id != home.wall.id
    assert reread(home.wall).withdrawn_on == today()


class TestReminders:
    """The clock is at the home's due days: its contract starts in two weeks and ends in six."""

    def run(self, moment: datetime) -> None:
        with time_machine.travel(moment, tick=False), writing():
            remind_overdue()

    def late(self, home: Home, days: int, hour: int = 10) -> datetime:
        """A weekday at least ``days`` after both are due."""
        day = home.wall.due_on + timedelta(days=days)
        while day.weekday() != 1 or (day.month, day.day) in {(12, 25), (1, 1), (5, 1), (5, 8), (7, 14)}:
            day += timedelta(days=1)
        return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)

    def test_nothing_is_sent_before_the_day_is_past(self, home: Home) -> None:
        self.run(datetime.combine(home.sink.due_on, datetime.min.time(), PARIS) + timedelta(hours=10))
        assert mails("commitments_overdue") == 0

    def test_one_mail_a_week_tells_of_all_that_is_overdue(self, home: Home) -> None:
        first = self.late(home, 1)
        for hours in (0, 1, 24, 6 * 24):
            self.run(first + timedelta(hours=hours))
        assert mails("commitments_overdue") == 1
        self.run(first + timedelta(days=7))
        assert mails("commitments_overdue") == 2
        payloads = db.session.scalars(select(OutboxRow.payload).where(OutboxRow.job == "mail.send"))
        counts = [
            each["context"]["count"] for each in payloads if each.get("template") == "commitments_overdue"
        ]
        assert counts == [2, 2]

    def test_nothing_is_sent_at_night_nor_on_a_sunday(self, home: Home) -> None:
        tuesday = self.late(home, 1)
        self.run(tuesday.replace(hour=7))
        self.run(tuesday + timedelta(days=5))
        assert mails("commitments_overdue") == 0

    def test_what_is_done_is_not_asked_for(self, home: Home) -> None:
        say_done(home.agent, home.sink, today())
        say_done(home.agent, home.wall, today())
        self.run(self.late(home, 1))
        assert mails("commitments_overdue") == 0


def test_every_state_has_its_words() -> None:
    from intranet.commitments.wordings import LABELS, next_sentence, state_refusal, state_word

    for state in CommitmentState:
        assert str(LABELS[state])
        assert state_refusal(state)
        for side in (Side.ALC, Side.BAILLEUR):
            assert state_word(state, side).label
            assert next_sentence(state, side, today() - timedelta(days=2), today())
