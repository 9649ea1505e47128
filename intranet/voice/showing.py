"""The household's page ready to print: each line a card in plain words, with a drawing and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flask import abort

from intranet.rows import Row
from intranet.voice import queries
from intranet.voice.choices import YES, choices, kept_choice, words_of
from intranet.voice.drawings import ANY_WORKS, HOLDER_ICONS, TRADE_ICONS
from intranet.voice.facts import Fact, facts
from intranet.voice.image import ImageCard, image_card
from intranet.voice.promises import PromiseCard, promise_cards
from intranet.voice.rent import RentCard, rent_card
from intranet.voice.standing import state_of, turn_of
from intranet.voice.texts import LANGUAGES, Phrase, Words, words
from intranet.works.machine import may_now
from intranet.works.terms import Holder, SplitState

HIDDEN = frozenset({SplitState.DRAFT, SplitState.AMENDED, SplitState.WITHDRAWN})
"""States in which there is no list to show: not sent yet, or no longer valid."""


PROMISING = frozenset({SplitState.SIGNED, SplitState.AMENDED})
"""States in which a contract holds the bailleur to something: an amendment under way leaves it in force."""


class Option(NamedTuple):
    """One answer that may be ticked, in words."""

    value: str
    text: str
    icon: str


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
    options: tuple[Option, ...]
    discussed: bool  # not agreed yet by each: the line is still talked about
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
    """The whole page. ``open``: the household may answer now; ``left``: how many lines have no answer yet."""

    words: Words
    head: Row
    state: str
    since: str  # with whom the list is, and for how long; empty when it is nobody's turn
    open: bool
    settled: bool  # by a contract: nothing more is asked of the list
    amends: bool  # the list changes a contract already signed
    promises: tuple[PromiseCard, ...]
    rent: RentCard | None
    image: ImageCard | None
    rooms: tuple[tuple[Phrase, tuple[Card, ...]], ...]
    done: int
    total: int
    left: int
    discussed: int
    typed: Typed
    languages: tuple[Words, ...] = tuple(words(language) for language in LANGUAGES)


def family_page(split_id: int, language: str, typed: Typed = NOTHING_TYPED) -> FamilyPage:
    """The page in that language. A handful of statements, whatever the number of lines; 404 for no such split."""
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
    left = sum(not card.given or card.changed for card in asked)
    discussed = sum(card.discussed for card in asked)
    state = state_of(head, total=len(asked), left=left, disputed=discussed > 0)
    return FamilyPage(
        words=say,
        head=head,
        state=say("state.empty" if not hidden and not rows else state),
        since=turn_of(head, say, left=left),
        open=open_now and bool(asked),
        settled=head.state in PROMISING,
        amends=head.amends_id is not None,
        rent=None if hidden else rent_card(split_id, head.state, say),
        image=image_card(split_id, say),
        promises=promise_cards(split_id, say) if head.state in PROMISING else (),
        rooms=tuple((say.room(room), tuple(cards)) for room, cards in rooms.items()),
        done=sum(bool(card.answer) for card in asked),
        total=len(asked),
        left=left,
        discussed=discussed,
        typed=typed,
    )


def _card(row: Row, say: Words, open_now: bool, said: Sequence[str], typed: Typed) -> Card:
    title, detail = say.works(row.code or "", row.label)
    plain = title.text != row.label
    kept = kept_choice(row.answer, row.wish)
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
        facts=facts(
            say,
            holder=row.holder,
            minutes=row.minutes,
            payer=row.materials_payer,
            cents=row.materials_cents,
            owed=row.tenant_cents,
            due_on=row.due_on,
        ),
        asked=open_now and not row.fixed,
        fixed=row.fixed,
        options=tuple(
            Option(each.value, say(each.text), each.icon) for each in choices(row.holder, row.lock)
        ),
        discussed=open_now and not row.fixed and bool(row.discussed or (kept and kept != YES)),
        answer="" if changed else typed.answers.get(row.id, kept),
        given=say(words_of(kept, row.holder)) if kept else "",
        word=typed.words.get(row.id, ""),
        said=said,
        changed=changed,
    )


def _more(row: Row, say: Words) -> str:
    if row.holder is Holder.SHARED:
        return say("holder.shared_more", share=row.tenant_share_pct or 0)
    return say("holder.partner_more") if row.holder is Holder.PARTNER else ""
