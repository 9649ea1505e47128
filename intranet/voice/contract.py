"""The family's contract to read along: in plain words and in its language, beside the French one that is signed.

Who does what, when, with which help, what comes off the rent, and each clause of this very contract in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask import abort
from flask_babel import force_locale

from intranet.extensions import db
from intranet.voice import queries
from intranet.voice.drawings import HOLDER_ICONS
from intranet.voice.facts import Fact, facts
from intranet.voice.rent import RentCard, rent_card
from intranet.voice.texts import FRENCH, LANGUAGES, Phrase, Words, words
from intranet.works.contract_content import ContractContent, document
from intranet.works.contract_facts import CONTRACT, read_content
from intranet.works.models import Contract
from intranet.works.queries import live_contract
from intranet.works.terms import Holder, Payer, SplitState

_TITLES: Mapping[Holder, str] = {
    Holder.TENANT: "contract.yours",
    Holder.SHARED: "contract.together",
    Holder.BAILLEUR: "contract.bailleur",
    Holder.PARTNER: "contract.partner",
}


class Work(NamedTuple):
    """One line of the contract. ``detail`` is what it says more than its kind, in French."""

    title: Phrase
    detail: str
    room: Phrase
    facts: tuple[Fact, ...]


class Part(NamedTuple):
    """What one side does."""

    title: str
    icon: str
    works: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class FamilyContract:
    """The contract of a split as the family reads it along."""

    words: Words
    id: int
    document_id: int
    number: str
    amends: bool
    to_sign: bool
    parties: tuple[str, ...]
    parts: tuple[Part, ...]
    period: str
    pace: str
    support: tuple[str, ...]  # as ALC wrote it, in French
    rent: RentCard | None
    rules: tuple[str, ...]
    languages: tuple[Words, ...] = tuple(words(language) for language in LANGUAGES)


def family_contract(split_id: int, language: str) -> FamilyContract:
    """The contract to sign or in force; 404 while there is no document of it."""
    head, live = queries.header(split_id), live_contract(split_id)
    if head is None or live is None or live.document_id is None:
        abort(404)
    contract = db.session.scalars(CONTRACT.where(Contract.id == live.id)).one()
    content, say = read_content(contract), words(language)
    with force_locale(FRENCH):
        clauses = document(content)["clauses"]
    return FamilyContract(
        words=say,
        id=live.id,
        document_id=live.document_id,
        number=live.number,
        amends=content.amended is not None,
        to_sign=head.ready and not head.family_signed,
        parties=_parties(content),
        parts=tuple(_parts(content, say)),
        period=say("contract.period", start=say.day(content.starts_on), end=say.day(content.ends_on)),
        pace=say("contract.pace", count=content.days_a_week),
        support=tuple(
            text
            for text in (content.support_technical, content.support_social, content.support_volunteers)
            if text
        ),
        rent=rent_card(split_id, SplitState.SIGNED, say) if content.rent is not None else None,
        rules=tuple(say(f"clause.{clause['key']}") for clause in clauses),
    )


def _parties(content: ContractContent) -> tuple[str, ...]:
    named = (content.household, content.bailleur, content.association, content.partner)
    return tuple(party.name for party in named if party is not None)


def _parts(content: ContractContent, say: Words) -> Iterator[Part]:
    for holder, title in _TITLES.items():
        lines = [line for line in content.lines if Holder(line["holder"]) is holder]
        if lines:
            yield Part(say(title), HOLDER_ICONS[holder], tuple(_work(line, say) for line in lines))


def _work(line: Mapping[str, Any], say: Words) -> Work:
    title, detail = say.works(line.get("code") or "", line["label"])
    due_on = line.get("due_on")
    return Work(
        title,
        detail,
        say.room(line["room"]),
        facts(
            say,
            holder=Holder(line["holder"]),
            minutes=line["minutes"],
            payer=Payer(line["materials_payer"]),
            cents=line["materials_cents"],
            owed=line.get("tenant_cents"),
            due_on=date.fromisoformat(due_on) if due_on else None,
        ),
    )
