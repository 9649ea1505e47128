"""What the bailleur promised, in the family's words, each with where it stands and whether the family is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intranet.clock import today
from intranet.commitments.rules import CommitmentState, state_on
from intranet.errors import Refused
from intranet.rows import Row
from intranet.voice import queries
from intranet.voice.drawings import ANY_WORKS, HOLDER_ICONS, TRADE_ICONS
from intranet.voice.texts import Phrase, Words
from intranet.works.terms import Holder

S = CommitmentState
STATE_ICONS: Mapping[CommitmentState, str] = {
    S.DONE: "chat-left-text",
    S.OVERDUE: "exclamation-triangle",
    S.DUE: "calendar-event",
    S.CONFIRMED: "check-circle",
}
"""In the order of the page: what the family is asked first, what is settled last."""
_ORDER = tuple(STATE_ICONS)


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """One commitment. ``asked``: it is said done, and the family says whether it is."""

    id: int
    version: int
    icon: str
    title: Phrase
    detail: str  # a precision of the line, written in French
    room: Phrase
    shared: str  # the works that both do, in words; empty for the bailleur's own
    shared_icon: str
    state: CommitmentState
    state_icon: str
    told: str
    asked: bool


def promise_cards(split_id: int, say: Words) -> tuple[PromiseCard, ...]:
    """The cards, what is to be answered first. One statement."""
    cards = [_card(row, say) for row in queries.promised(split_id)]
    return tuple(sorted(cards, key=lambda card: _ORDER.index(card.state)))


def told_of(why: Refused) -> str:
    """The key of the text that says why the family's word was not kept."""
    match why.rule:
        case "household.person":
            return "told.who"
        case "commitment.reason":
            return "promise.say_what"
        case rule if rule.startswith("text."):
            return "told.word"
        case _:
            return "promise.not_now"


def _card(row: Row, say: Words) -> PromiseCard:
    title, detail = say.works(row.code or "", row.label)
    state = state_on(
        today(),
        due_on=row.due_on,
        done_on=row.done_on,
        confirmed_on=row.confirmed_on,
        withdrawn_on=row.withdrawn_on,
    )
    shared = row.holder is Holder.SHARED
    return PromiseCard(
        id=row.id,
        version=row.version,
        icon=TRADE_ICONS.get(row.trade or "", ANY_WORKS),
        title=title,
        detail=detail,
        room=say.room(row.room),
        shared=say("holder.shared_more", share=row.tenant_share_pct or 0) if shared else "",
        shared_icon=HOLDER_ICONS[Holder.SHARED],
        state=state,
        state_icon=STATE_ICONS[state],
        told=_told(row, state, say),
        asked=state is S.DONE,
    )


def _told(row: Row, state: CommitmentState, say: Words) -> str:
    match state:
        case S.DONE:
            return say("promise.said", date=say.day(row.done_on))
        case S.CONFIRMED:
            return say("promise.confirmed", date=say.day(row.confirmed_on))
        case S.OVERDUE:
            return say("promise.late", date=say.day(row.due_on))
        case _:
            return say("line.due", date=say.day(row.due_on))
