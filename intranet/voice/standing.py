"""Where the list stands, in one sentence for the family: what was done last, and what is waited for."""

from __future__ import annotations

from collections.abc import Mapping

from intranet.clock import now
from intranet.rows import Row
from intranet.voice.texts import Words
from intranet.works.delays import days_between
from intranet.works.terms import SplitState

_STATES: Mapping[SplitState, str] = {
    SplitState.DRAFT: "state.draft",
    SplitState.PROPOSED: "state.proposed",
    SplitState.SIGNED: "state.signed",
    SplitState.WITHDRAWN: "state.withdrawn",
}
_TURNS: Mapping[SplitState, str] = {
    SplitState.DRAFT: "turn.alc",
    SplitState.PROPOSED: "turn.bailleur",
    SplitState.COUNTERED: "turn.both",  # ALC's turn, and the only time the family is asked
    SplitState.AGREED: "turn.alc",
}


def state_of(head: Row, *, total: int, left: int, disputed: bool) -> str:
    """The key of what is so now. ``total`` lines are asked, ``left`` of them have no answer yet."""
    match head.state:
        case SplitState.COUNTERED:
            return _while_asked(total, left, disputed=disputed)
        case SplitState.AGREED if head.ready:
            return "state.signed_by_you" if head.family_signed else "state.to_sign"
        case SplitState.AGREED:
            return "state.agreed"
        case SplitState.AMENDED:
            return "state.amended" if head.in_force else "state.replaced"
        case state:
            return _STATES[state]


def turn_of(head: Row, say: Words, *, left: int) -> str:
    """With whom the list is, and for how many days; nothing when the family alone is waited for, or nobody is."""
    key = _TURNS.get(head.state)
    if key is None or (head.state is SplitState.AGREED and head.ready):
        return ""
    if head.state is SplitState.COUNTERED and not left:
        key = "turn.alc"
    days = days_between(head.turn_since, now())
    return say(key, since=say("turn.since", days=say.days(days)) if days else say("turn.today"))


def _while_asked(total: int, left: int, *, disputed: bool) -> str:
    if not total:
        return "state.nothing"
    if left == total:
        return "state.countered"
    if left:
        return "state.more"
    return "state.answered_talk" if disputed else "state.answered"
