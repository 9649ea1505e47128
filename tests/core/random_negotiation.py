"""All sides of a split making random moves, for the property tests of the negotiation.

The machine knows the rules of the split no better than a careless or a forging user: it tries things in
any order, on any line, with any values, and remembers which wordings each side accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from intranet.access import Role
from intranet.clock import PARIS, at, today
from intranet.database import writing
from intranet.dossiers.models import DossierState, Dwelling
from intranet.errors import Refused
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_user
from intranet.testing.works import fresh, kind_id, lines_of
from intranet.timeline.service import commit
from intranet.works import service
from intranet.works.commands import (
    AddLine,
    AnswerLine,
    ChangeLine,
    HouseholdAnswer,
    HouseholdVoice,
    OverrideGuardrail,
    Propose,
    Said,
    SendBack,
)
from intranet.works.facts import dwelling_facts, line_facts, wording_of
from intranet.works.guardrails import BY_ID, check_line
from intranet.works.machine import TURN
from intranet.works.models import LineWording, Split, SplitVersion, WorksLine
from intranet.works.queries import turn_days
from intranet.works.rules import digest
from intranet.works.service import sweep_silence
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState

CODES = ("L.5", "II.a.2", "E.4", "E.6", "E.1", "VI.a.1", "II.b.2", "E.7", "I.c.1", "E.11")
RULES = st.sampled_from([*BY_ID, "no_such_rule"])
START = datetime(2019, 3, 25, 8, tzinfo=UTC)  # the clocks change on the 31st
HOLDERS = st.sampled_from(Holder)
PAYERS = st.sampled_from(Payer)
ANSWERS = st.sampled_from(Answer)
WHICH = st.integers(0, 3)
SHARES = st.one_of(st.none(), st.integers(-5, 120))


class Negotiation(RuleBasedStateMachine):
    """Three sides and one split. ``said`` holds every wording each side ever accepted, line by line."""

    app: Flask

    @initialize(year=st.sampled_from([None, 1930, 1975, 2005]))
    def open(self, year: int | None) -> None:
        self.context = self.app.app_context()
        self.context.push()
        home = make_dwelling(permit_year=year)
        dossier = make_dossier(dwelling=home, state=DossierState.JOINED)
        owner = db.session.get(Organisation, home.bailleur_id)
        self.moment = START
        self.alc = make_actor(make_user(Role.COORDINATOR))
        self.technician = make_actor(make_user(Role.TECHNICAL))
        self.agents = [make_actor(make_user(Role.AGENT, owner)) for _ in range(2)]
        self.said: set[tuple[Side, int, str]] = set()
        self.old: list[tuple[int, str]] = []
        self.consented: set[tuple[int, str]] = set()  # lines and the rooms a written consent was given for
        self.kinds = [None, *(kind_id(code) for code in CODES)]
        with writing(), at(self.moment):
            self.split_id = service.open_split(self.alc, dossier.id).id
            commit()
        for _ in range(2):
            self.add(1, None, None, None)

    @contextmanager
    def trying(self) -> Iterator[None]:
        with writing(), at(self.moment):
            try:
                yield
            except Refused:
                db.session.rollback()

    def line(self, which: int) -> WorksLine | None:
        lines = lines_of(self.split_id)
        return lines[which % len(lines)] if lines else None

    def split(self) -> Split:
        return fresh(self.split_id)

    @rule(
        which=st.integers(0, len(CODES)),
        holder=st.none() | HOLDERS,
        share=SHARES,
        payer=st.none() | PAYERS,
        met=st.none() | st.booleans(),
    )
    def add(
        self,
        which: int,
        holder: Holder | None,
        share: int | None,
        payer: Payer | None,
        met: bool | None = None,
    ) -> None:
        with self.trying():
            service.add_line(
                self.alc,
                AddLine(
                    self.split_id,
                    "Séjour",
                    Need.WISHED,
                    self.kinds[which],
                    label="Poncer le mur" if which == 0 else "",
                    holder=holder,
                    tenant_share_pct=share,
                    materials_payer=payer,
                    condition_met=met,
                ),
            )

    @rule(which=WHICH, broken=RULES, holder=HOLDERS, by_coordinator=st.booleans(), rewords=st.booleans())
    def lift(self, which: int, broken: str, holder: Holder, by_coordinator: bool, rewords: bool) -> None:
        """Somebody tries to set any guard-rail aside, for the wording there is or for another."""
        line = self.line(which)
        if line is None:
            return
        change = ChangeLine(
            line.id,
            line.version,
            line.room,
            line.need,
            holder,
            Payer.BAILLEUR,
            line.kind_id,
            line.label,
            condition_met=False,
            tenant_share_pct=50,
        )
        person = self.alc if by_coordinator else self.technician
        command = OverrideGuardrail(
            line.id,
            line.version,
            broken,
            "Le partenaire est là toute la journée",
            change if rewords else None,
        )
        with self.trying():
            service.override(person, command)
            assert by_coordinator, "somebody else than a coordinator set a guard-rail aside"

    @rule(which=WHICH, by_agent=st.booleans(), closes=st.booleans())
    def talk(self, which: int, by_agent: bool, closes: bool) -> None:
        line = self.line(which)
        if line is None:
            return
        person = self.agents[0] if by_agent else self.alc
        with self.trying():
            if closes:
                service.resolve(person, line.id)
            else:
                service.comment(person, line.id, "À voir")

    @rule(hours=st.integers(1, 24 * 30))
    def wait(self, hours: int) -> None:
        """Time goes by, over the change of clocks; the hourly job reminds or takes back."""
        self.moment += timedelta(hours=hours)
        with writing(), at(self.moment):
            sweep_silence()

    @rule(
        which=WHICH,
        holder=HOLDERS,
        payer=PAYERS,
        share=SHARES,
        met=st.none() | st.booleans(),
        back=st.integers(0, 1),
        room=st.sampled_from(["Séjour", "Chambre 1"]),
    )
    def change(
        self,
        which: int,
        holder: Holder,
        payer: Payer,
        share: int | None,
        met: bool | None,
        back: int,
        room: str,
    ) -> None:
        line = self.line(which)
        if line is None:
            return
        with self.trying():
            service.change_line(
                self.alc,
                ChangeLine(
                    line.id,
                    line.version - back,
                    room,
                    line.need,
                    holder,
                    payer,
                    line.kind_id,
                    line.label,
                    condition_met=met,
                    tenant_share_pct=share,
                    consent_on=line.consent_on,
                ),
            )

    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        line = self.line(which)
        if line is not None:
            with self.trying():
                service.remove_line(self.alc, line.id, line.version)

    @rule(which=WHICH, adopts=st.booleans())
    def decide(self, which: int, adopts: bool) -> None:
        line = self.line(which)
        if line is None:
            return
        with self.trying():
            if not adopts:
                service.keep_line(self.alc, line.id, line.version)
                return
            taken = service.adopt_counter(self.alc, line.id, line.version)
            self.said |= {(Side.ALC, taken.id, taken.digest), (Side.BAILLEUR, taken.id, taken.digest)}

    @rule(back=st.integers(0, 1))
    def propose(self, back: int) -> None:
        with self.trying():
            service.propose(self.alc, Propose(self.split_id, self.split().version - back))
            for line in lines_of(self.split_id):
                self.said.add((Side.ALC, line.id, line.digest))
                self.old.append((line.id, line.digest))

    @rule(
        agent=st.integers(0, 1),
        which=WHICH,
        answer=ANSWERS,
        holder=st.none() | HOLDERS,
        share=SHARES,
        payer=st.none() | PAYERS,
        due=st.none() | st.integers(-2, 400),
        stale=st.booleans(),
        consents=st.booleans(),
    )
    def answer(
        self,
        agent: int,
        which: int,
        answer: Answer,
        holder: Holder | None,
        share: int | None,
        payer: Payer | None,
        due: int | None,
        stale: bool,
        consents: bool,
    ) -> None:
        line = self.line(which)
        if line is None:
            return
        seen = next((old for each, old in self.old if each == line.id), "") if stale else line.digest
        present, line_id, room = line.digest, line.id, line.room
        due_on = today() + timedelta(days=due) if due is not None else None
        command = AnswerLine(
            line_id, seen, answer, holder, share, payer, due_on, "Pourquoi", consents=consents
        )
        with self.trying():
            service.answer_line(self.agents[agent], command)
            assert seen == present, "an answer to another wording was taken"
            if answer is Answer.ACCEPTED:
                self.said.add((Side.BAILLEUR, line_id, seen))
            if consents:
                self.consented.add((line_id, room))

    @rule(back=st.integers(0, 1))
    def accept_the_rest(self, back: int) -> None:
        with self.trying():
            service.accept_undisputed(self.agents[0], self.split_id, self.split().version - back)
            for line in lines_of(self.split_id):
                self._note_accepted(line)

    @rule()
    def send_back(self) -> None:
        with self.trying():
            service.send_back(self.agents[0], SendBack(self.split_id, self.split().version, "Voilà"))

    @rule(answers=st.lists(ANSWERS, min_size=4, max_size=4), all_of_them=st.booleans())
    def household(self, answers: list[Answer], all_of_them: bool) -> None:
        lines = lines_of(self.split_id)
        given = {line.id: Answer.ACCEPTED if all_of_them else answers[n % 4] for n, line in enumerate(lines)}
        digests = {line.id: line.digest for line in lines}
        with self.trying():
            service.record_household(
                self.alc, HouseholdAnswer(self.split_id, self.split().version, today(), "", given)
            )
            self.said |= {
                (Side.HOUSEHOLD, line_id, digests[line_id])
                for line_id, answer in given.items()
                if answer is Answer.ACCEPTED
            }

    @rule(answers=st.lists(ANSWERS, min_size=4, max_size=4), stale=st.sets(WHICH))
    def voice(self, answers: list[Answer], stale: set[int]) -> None:
        """The household's own page: what it says to a wording that has changed is not kept."""
        lines = {line.id: line.digest for line in lines_of(self.split_id)}
        said = {
            line_id: Said(answers[n % 4], "" if n % 4 in stale else digest_now)
            for n, (line_id, digest_now) in enumerate(lines.items())
        }
        with self.trying():
            heard = service.record_voice(self.alc, HouseholdVoice(self.split_id, "Amina", today(), "", said))
            assert heard.asked_again == {line_id for line_id in said if not said[line_id].digest}
            self.said |= {
                (Side.HOUSEHOLD, line_id, each.digest)
                for line_id, each in said.items()
                if each.answer is Answer.ACCEPTED and each.digest
            }

    @rule()
    def reopen(self) -> None:
        with self.trying():
            service.reopen(self.alc, self.split_id, self.split().version, "Revoir")

    def _note_accepted(self, line: WorksLine) -> None:
        rows = db.session.execute(
            select(Split.state).where(Split.id == self.split_id, Split.state == SplitState.PROPOSED)
        )
        if rows.first() is not None:
            self.said.add((Side.BAILLEUR, line.id, line.digest))

    @invariant()
    def the_state_is_one_of_the_machines_and_the_turn_follows_it(self) -> None:
        split = self.split()
        assert split.state in TURN
        assert split.turn is TURN[split.state]

    @invariant()
    def an_agreed_split_holds_only_lines_everyone_accepted_in_that_wording(self) -> None:
        if self.split().state is not SplitState.AGREED:
            return
        for line in lines_of(self.split_id):
            for side in (Side.ALC, Side.BAILLEUR, Side.HOUSEHOLD):
                assert (side, line.id, digest(wording_of(line))) in self.said, (side, line.label)

    @invariant()
    def no_line_breaks_a_guard_rail(self) -> None:
        home = dwelling_facts(db.session.get_one(Dwelling, self.split().dwelling_id))
        statement = select(WorksLine).options(joinedload(WorksLine.kind))
        for line in db.session.scalars(statement.where(WorksLine.split_id == self.split_id)):
            facts = line_facts(line)
            assert check_line(facts, home) == []
            bare = check_line(replace(facts, set_aside=frozenset()), home)
            assert {each.rule for each in bare} <= facts.set_aside & {"condition_unmet"}
            assert line.digest == digest(wording_of(line))

    @invariant()
    def a_written_consent_is_to_the_works_it_was_given_to(self) -> None:
        for line in lines_of(self.split_id):
            assert line.consent_on is None or (line.id, line.room) in self.consented

    @invariant()
    def every_wording_is_in_the_history_of_its_line(self) -> None:
        for line in lines_of(self.split_id):
            kept = db.session.execute(
                select(LineWording.number, LineWording.digest)
                .where(LineWording.line_id == line.id)
                .order_by(LineWording.number)
            ).all()
            assert [row.number for row in kept] == list(range(1, len(kept) + 1))
            assert kept[-1].digest == line.digest
            assert all(one.digest != other.digest for one, other in pairwise(kept))

    @invariant()
    def the_days_with_each_side_add_up_to_the_life_of_the_split(self) -> None:
        turns, totals = turn_days(self.split_id, self.moment)
        life = (self.moment.astimezone(PARIS).date() - START.astimezone(PARIS).date()).days
        assert sum(turn.days for turn in turns) == sum(totals.values()) == life
        assert [turn.running for turn in turns] == [False] * (len(turns) - 1) + [True]
        assert turns[-1].side is self.split().turn

    @invariant()
    def as_many_versions_as_sendings(self) -> None:
        numbers = db.session.scalars(
            select(SplitVersion.number)
            .where(SplitVersion.split_id == self.split_id)
            .order_by(SplitVersion.number)
        ).all()
        assert list(numbers) == list(range(1, self.split().number + 1))

    def teardown(self) -> None:
        db.session.rollback()
        self.context.pop()
