"""What the family may answer to a line, and what each answer is to the split.

The same three everywhere: I do it, the landlord does it, to be discussed. One of the first two is what the line says
already, and agrees; the other is who the family says does it instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from intranet.works.rules import family_wishes
from intranet.works.terms import Answer, Holder

YES, TALK = "yes", "talk"
GIVEN: Mapping[str, tuple[Answer, Holder | None]] = {
    YES: (Answer.ACCEPTED, None),
    Holder.TENANT.value: (Answer.COUNTERED, Holder.TENANT),
    Holder.BAILLEUR.value: (Answer.COUNTERED, Holder.BAILLEUR),
    TALK: (Answer.REFUSED, None),
}
"""What each choice means. A family that wants to talk, or says that another does it, accepts nothing yet."""

_AGREED: Mapping[Holder, str] = {
    Holder.TENANT: "answer.tenant",
    Holder.BAILLEUR: "answer.bailleur",
    Holder.SHARED: "answer.shared",
}
"""The key of the words that agree to a line of that holder; ``answer.agree`` to any other."""

_WISHED: Mapping[Holder, str] = {Holder.TENANT: "answer.tenant", Holder.BAILLEUR: "answer.bailleur"}
_ICONS: Mapping[str, str] = {
    "answer.tenant": "person",
    "answer.bailleur": "building",
    "answer.shared": "people",
}
_ORDER = ("answer.tenant", "answer.shared", "answer.agree", "answer.bailleur", "answer.discuss")
"""The family's own part first, so that its place on the page does not change from line to line."""


class Choice(NamedTuple):
    """One answer: what the form sends, the key of its words, its drawing."""

    value: str
    text: str
    icon: str


def choices(holder: Holder, lock: str) -> tuple[Choice, ...]:
    """The answers that make sense for a line: the family is not offered what the law keeps from it."""
    found = [_choice(YES, _AGREED.get(holder, "answer.agree"))]
    found += [_choice(wish.value, _WISHED[wish]) for wish in family_wishes(holder, lock)]
    found.append(Choice(TALK, "answer.discuss", "chat-left-text"))
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.text)))


def kept_choice(answer: Answer | None, wish: Holder | None) -> str:
    """The choice an answer already kept stands for; empty when there is none."""
    return next((name for name, given in GIVEN.items() if given == (answer, wish)), "")


def words_of(choice: str, holder: Holder) -> str:
    """The key of the words of a choice made."""
    if choice == YES:
        return _AGREED.get(holder, "answer.agree")
    return "answer.discuss" if choice == TALK else _WISHED[Holder(choice)]


def _choice(value: str, text: str) -> Choice:
    return Choice(value, text, _ICONS.get(text, "check-lg"))
