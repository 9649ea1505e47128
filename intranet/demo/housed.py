"""Families on their way into a home: allocation, joining, joint visit, split, as the real actors.

``Path`` walks one family through the services, one method a step, each on its own past day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select

from intranet.chantiers.models import Chantier
from intranet.clock import today
from intranet.demo.days import on, working_days_ago
from intranet.demo.dwellings import HOMES
from intranet.demo.families import IN_STORIES, Family
from intranet.demo.papers import send, write_paper
from intranet.demo.people import Cast
from intranet.demo.visits import VISITS, Works
from intranet.dossiers import service as dossiers
from intranet.dossiers.commands import (
    Allocate,
    AttestInsurance,
    Leave,
    NamePeople,
    RecordJoining,
    RecordVisit,
)
from intranet.dossiers.models import Dossier, Dwelling, Household, LeavingReason
from intranet.extensions import db
from intranet.works import service as splits
from intranet.works.commands import (
    AddLine,
    AnswerLine,
    Damage,
    HouseholdAnswer,
    Propose,
    SendBack,
)
from intranet.works.models import Contract, Split, WorksKind, WorksLine
from intranet.works.terms import Answer, Holder, Payer, SplitState

ASKED_BEFORE = timedelta(days=5)
"""A written consent dates from so long before the visit."""

BY_STORY: dict[str, Family] = {family.story: family for family in IN_STORIES}

PROPOSAL = (
    "Bonjour, voici les travaux relevés lors de la visite commune. Merci de nous dire ce qui vous convient."
)
AGAIN = "Nous avons repris votre contre-proposition ; le reste est inchangé. Pouvez-vous confirmer ?"


class Path:
    """One family of the stories and what the services know of it. Days are working days ago."""

    def __init__(self, cast: Cast, story: str) -> None:
        self.cast = cast
        self.family = BY_STORY[story]
        self.visit_found = VISITS[story]
        self.home = HOMES[self.visit_found.home]
        self.follower = cast.follower_of(self.family.pole)
        self.agent = cast.agent_of(self.home.bailleur)
        self.dossier_id = db.session.scalars(
            select(Dossier.id)
            .join(Household, Household.id == Dossier.household_id)
            .where(Household.name == self.family.name)
        ).one()
        self.dwelling_id = db.session.scalars(
            select(Dwelling.id).where(
                Dwelling.address == self.home.address, Dwelling.floor == self.home.floor
            )
        ).one()

    @property
    def dossier(self) -> Dossier:
        return db.session.get_one(Dossier, self.dossier_id)

    @property
    def split(self) -> Split:
        return db.session.scalars(
            select(Split)
            .where(Split.dossier_id == self.dossier_id, Split.state != SplitState.WITHDRAWN)
            .order_by(Split.id.desc())
        ).first() or splits.open_split(self.cast.technical, self.dossier_id)

    @property
    def contract(self) -> Contract:
        """The last one established."""
        contracts = select(Contract).where(Contract.dossier_id == self.dossier_id)
        return db.session.scalars(contracts.order_by(Contract.id.desc()).limit(1)).one()

    @property
    def chantier(self) -> Chantier:
        return db.session.scalars(select(Chantier).where(Chantier.dossier_id == self.dossier_id)).one()

    def lines(self) -> list[WorksLine]:
        return list(
            db.session.scalars(
                select(WorksLine)
                .where(WorksLine.split_id == self.split.id)
                .order_by(WorksLine.position, WorksLine.id)
            )
        )

    def allocate(self, days: int) -> None:
        """The home is given and the three people who follow the family are named."""
        with on(working_days_ago(days), 10) as day:
            entry = day + timedelta(days=9)
            dossiers.allocate(
                self.follower,
                Allocate(self.dossier_id, self.dossier.version, day, self.dwelling_id, entry_on=entry),
            )
        with on(working_days_ago(days), 10, 20):
            dossiers.name_people(
                self.cast.coordination,
                NamePeople(
                    self.dossier_id,
                    self.dossier.version,
                    self.follower.user_id,
                    self.cast.technical.user_id,
                    self.cast.tisf.user_id,
                ),
            )

    def join(self, days: int) -> None:
        with on(working_days_ago(days), 15) as day:
            dossiers.record_joining(self.follower, RecordJoining(self.dossier_id, self.dossier.version, day))

    def visit(self, days: int) -> None:
        """The joint visit, and its works written down by the éducateur technique the same day."""
        with on(working_days_ago(days), 14) as day:
            dossiers.record_visit(
                self.cast.technical, RecordVisit(self.dossier_id, self.dossier.version, day)
            )
        self.note_works(days)

    def note_works(self, days: int) -> None:
        with on(working_days_ago(days), 16, 30):
            split = splits.open_split(self.cast.technical, self.dossier_id)
            for works in self.visit_found.works:
                splits.add_line(self.cast.technical, _line(split.id, works))

    def propose(self, day: date, message: str = PROPOSAL) -> None:
        with on(day, 9, 40):
            split = self.split
            splits.propose(self.follower, Propose(split.id, split.version, message))

    def answer(self, number: int, answer: Answer, comment: str = "", **counter: object) -> None:
        """The agent's answer to a line, counted from 0. Inside ``on``."""
        line = self.lines()[number]
        splits.answer_line(
            self.agent,
            AnswerLine(line.id, line.digest, answer, comment=comment, **counter),  # type: ignore[arg-type]
        )

    def send_back(self, message: str = "") -> None:
        """The agent accepts what is left and sends back. Inside ``on``."""
        split = self.split
        splits.accept_undisputed(self.agent, split.id, split.version)
        db.session.expire_all()
        split = self.split
        splits.send_back(self.agent, SendBack(split.id, split.version, message))

    def counter_then_accept(self, first: int) -> None:
        """The bailleur would pay less of the materials of the first line; ALC agrees; he accepts the rest."""
        with on(working_days_ago(first), 11, 10):
            self.answer(
                0,
                Answer.COUNTERED,
                "Nous fournissons la peinture, l’accompagnement reste à votre charge.",
                counter_holder=Holder.TENANT,
                counter_payer=Payer.BAILLEUR,
            )
        with on(working_days_ago(first), 11, 25):
            self.send_back("D’accord pour l’essentiel, voir la première ligne.")
        with on(working_days_ago(first - 2), 10, 5):
            line = self.lines()[0]
            splits.adopt_counter(self.follower, line.id, line.version)
        self.propose(working_days_ago(first - 2), AGAIN)
        with on(working_days_ago(first - 4), 14, 45):
            self.send_back("C’est parfait pour nous.")

    def attest(self, days: int, until: date) -> None:
        """The family hands in its attestation of insurance."""
        paper = write_paper(
            "Attestation d’assurance habitation", self.family.name, f"{self.home.address}, Nice"
        )
        with on(working_days_ago(days), 16, 50):
            attestation = AttestInsurance(self.dossier_id, until)
            dossiers.attest_insurance(self.follower, attestation, send(paper, "attestation.pdf"))

    def household_accepts(self, days: int) -> None:
        with on(working_days_ago(days), 17) as day:
            split = self.split
            answers = {line.id: Answer.ACCEPTED for line in self.lines() if line.holder is not Holder.DROPPED}
            splits.record_household(
                self.follower,
                HouseholdAnswer(split.id, split.version, day, "à la résidence d’accueil", answers),
            )

    def agree(self, proposed: int) -> None:
        """From the first proposal to the household's answer: ten working days."""
        self.propose(working_days_ago(proposed))
        self.counter_then_accept(proposed - 3)
        self.household_accepts(proposed - 10)

    def amend(self, days: int, reason: str, rooms: Collection[str]) -> None:
        """An amendment opens the lines of those rooms again, and adds the works of the story's second visit."""
        with on(working_days_ago(days), 9, 20):
            chosen = [line.id for line in self.lines() if line.room in rooms]
            splits.open_amendment(self.follower, self.contract.id, chosen, reason)
        with on(working_days_ago(days), 9, 45):
            for works in self.visit_found.later:
                splits.add_line(self.cast.technical, _line(self.split.id, works))

    def leave(self, days: int, reason: LeavingReason) -> None:
        with on(working_days_ago(days), 15, 30) as day:
            dossiers.leave(self.follower, Leave(self.dossier_id, self.dossier.version, reason, day))

    def withdraw(self, days: int, reason: str) -> None:
        with on(working_days_ago(days), 16, 10):
            split = self.split
            splits.withdraw(self.follower, split.id, split.version, reason)


def _line(split_id: int, works: Works) -> AddLine:
    kind_id = None
    if not works.free:
        kind_id = db.session.scalars(select(WorksKind.id).where(WorksKind.code == works.what)).one()
    return AddLine(
        split_id,
        room=works.room,
        need=works.need,
        kind_id=kind_id,
        label=works.what if works.free else "",
        cause=works.cause,
        holder=works.holder,
        tenant_share_pct=works.share,
        materials_payer=works.payer,
        materials_cents=works.euros * 100,
        minutes=round(works.hours * 60),
        consent_on=today() - ASKED_BEFORE if works.allowed else None,
        damage=Damage(works.damage[0], works.damage[1] * 100) if works.damage else None,
    )
