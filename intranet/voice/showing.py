"""The household's page ready to print: each line a card in plain words, with a drawing and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flask import abort

from intranet.clock import now
from intranet.rows import Row
from intranet.voice import queries
from intranet.voice.drawings import ANY_WORKS, HOLDER_ICONS, TRADE_ICONS
from intranet.voice.promises import PromiseCard, promise_cards
from intranet.voice.texts import LANGUAGES, Phrase, Words, words
from intranet.works.delays import days_between
from intranet.works.machine import may_now
from intranet.works.terms import Answer, Holder, SplitState

GIVEN: Mapping[str, Answer] = {"yes": Answer.ACCEPTED, "talk": Answer.REFUSED}
"""What the two choices of a line mean: a family that wants to talk accepts nothing yet."""

_STATES: Mapping[SplitState, str] = {
    SplitState.DRAFT: "state.draft",
    SplitState.PROPOSED: "state.proposed",
    SplitState.COUNTERED: "state.countered",
    SplitState.AGREED: "state.agreed",
    SplitState.SIGNED: "state.signed",
    SplitState.AMENDED: "state.over",
    SplitState.WITHDRAWN: "state.over",
}
_TURNS: Mapping[SplitState, str] = {
    SplitState.DRAFT: "turn.alc",
    SplitState.PROPOSED: "turn.bailleur",
    SplitState.COUNTERED: "turn.both",  # ALC's turn, and the only time the family is asked
    SplitState.AGREED: "turn.alc",
}
HIDDEN = frozenset({SplitState.DRAFT, SplitState.AMENDED, SplitState.WITHDRAWN})
"""States in which there is no list to show: not sent yet, or no longer valid."""


PROMISING = frozenset({SplitState.SIGNED, SplitState.AMENDED})
"""States in which a contract holds the bailleur to something: an amendment under way leaves it in force."""


class Fact(NamedTuple):
    """Something the line costs or takes, with its drawing."""

    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One line. ``answer`` and ``word`` are what the inputs hold, ``given`` the answer already kept, in words."""

    id: int
    digest: str
    icon: str
    title: Phrase
    detail: str  # a precision of the line, written in French
    exact: str  # the line's own words in French, when plain ones stand in the title
    holder: Holder
    holder_icon: str
    who: str
    who_more: str
    facts: tuple[Fact, ...]
    asked: bool
    fixed: bool
    answer: str
    given: str
    word: str
    said: Sequence[str]
    changed: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back with a form that was not taken whole, and why."""

    answers: Mapping[int, str] = field(default_factory=dict)
    words: Mapping[int, str] = field(default_factory=dict)
    person: str = ""
    changed: frozenset[int] = frozenset()
    told: str = ""  # the key of a text
    field: str = ""
    promise: int = 0  # the commitment it was about, and what was said to be missing of it
    missing: str = ""


NOTHING_TYPED = Typed()


@dataclass(frozen=True, slots=True)
class FamilyPage:
    """The whole page. ``open``: the household may answer now."""

    words: Words
    head: Row
    state: str
    since: str  # with whom the list is, and for how long; empty when it is nobody's turn
    open: bool
    settled: bool  # by a contract: nothing more is asked of the list
    promises: tuple[PromiseCard, ...]
    rooms: tuple[tuple[Phrase, tuple[Card, ...]], ...]
    done: int
    total: int
    typed: Typed
    languages: tuple[Words, ...] = tuple(words(language) for language in LANGUAGES)


def family_page(split_id: int, language: str, typed: Typed = NOTHING_TYPED) -> FamilyPage:
    """The page in that language. Three statements, a fourth once it is signed; 404 when there is no such split."""
    head = queries.header(split_id)
    if head is None:
        abort(404)
    say = words(language)
    hidden = head.state in HIDDEN
    rows = () if hidden else queries.lines(split_id)
    said = {} if hidden else queries.words_said(split_id)
    open_now = may_now("answer_as_household", head.state)
    rooms: dict[str, list[Card]] = {}
    for row in rows:
        rooms.setdefault(row.room, []).append(_card(row, say, open_now, said.get(row.id, ()), typed))
    asked = [card for cards in rooms.values() for card in cards if not card.fixed]
    return FamilyPage(
        words=say,
        head=head,
        state=say("state.empty" if not hidden and not rows else _state(head)),
        since=_since(head, say),
        open=open_now and bool(asked),
        settled=head.state in PROMISING,
        promises=promise_cards(split_id, say) if head.state in PROMISING else (),
        rooms=tuple((say.room(room), tuple(cards)) for room, cards in rooms.items()),
        done=sum(bool(card.answer) for card in asked),
        total=len(asked),
        typed=typed,
    )


def _card(row: Row, say: Words, open_now: bool, said: Sequence[str], typed: Typed) -> Card:
    title, detail = say.works(row.code or "", row.label)
    plain = title.text != row.label
    kept = _choice(row.answer)
    changed = row.id in typed.changed
    return Card(
        id=row.id,
        digest=row.digest,
        icon=TRADE_ICONS.get(row.trade or "", ANY_WORKS),
        title=title,
        detail=detail,
        exact=row.label if plain and not detail else "",
        holder=row.holder,
        holder_icon=HOLDER_ICONS[row.holder],
        who=say(f"holder.{row.holder}"),
        who_more=_more(row, say),
        facts=tuple(_facts(row, say)),
        asked=open_now and not row.fixed,
        fixed=row.fixed,
        answer="" if changed else typed.answers.get(row.id, kept),
        given=say("answer.agree" if kept == "yes" else "answer.discuss") if kept else "",
        word=typed.words.get(row.id, ""),
        said=said,
        changed=changed,
    )


def _state(head: Row) -> str:
    """The key of what the state means for the family. An amendment under way leaves the contract as it is."""
    return "state.amended" if head.state is SplitState.AMENDED and head.in_force else _STATES[head.state]


def _since(head: Row, say: Words) -> str:
    """With whom the list is, and for how many days."""
    key = _TURNS.get(head.state)
    if key is None:
        return ""
    days = days_between(head.turn_since, now())
    return say(key, since=say("turn.since", days=say.days(days)) if days else say("turn.today"))


def _choice(answer: Answer | None) -> str:
    return next((name for name, value in GIVEN.items() if value is answer), "")


def _more(row: Row, say: Words) -> str:
    if row.holder is Holder.SHARED:
        return say("holder.shared_more", share=row.tenant_share_pct or 0)
    return say("holder.partner_more") if row.holder is Holder.PARTNER else ""


def _facts(row: Row, say: Words) -> list[Fact]:
    """Time, money and day: what the family has to know before it says yes."""
    if row.holder is Holder.DROPPED:
        return []
    found = []
    if row.minutes:
        found.append(Fact("clock", say("line.time", time=say.time(row.minutes))))
    if row.materials_cents:
        text = say(f"line.materials_{row.materials_payer}", amount=say.amount(row.materials_cents))
        found.append(Fact("currency-euro", text))
    if row.tenant_cents:
        found.append(Fact("currency-euro", say("line.owed", amount=say.amount(row.tenant_cents))))
    if row.due_on is not None:
        found.append(Fact("calendar-event", say("line.due", date=say.day(row.due_on))))
    return found
