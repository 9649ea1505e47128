"""The turn in words, the same for both sides: until when, whether it is late, and the days each one has kept it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from intranet.clock import now, today
from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.web.formatting import day
from intranet.web.states import StateWord
from intranet.works.delays import Delay, days_between, morning_after
from intranet.works.queries import Turn, turn_of
from intranet.works.terms import Side

SUGGESTED = timedelta(days=14)
"""What a form to grant more time starts with, from the day the answer is due or from today."""


class VersionDays(NamedTuple):
    """Days spent with each side on one version."""

    label: str
    alc: int
    bailleur: int


class Block(NamedTuple):
    """What ``works/_turn.html`` shows. ``state`` is empty when nobody's delay runs."""

    state: StateWord | None
    sentence: str
    granted: str
    reason: str
    versions: tuple[VersionDays, ...]
    total: VersionDays
    agreed: str
    suggested: date | None


def turn_block(split_id: int, side: Side) -> Block | None:
    """The block of one split as ``side`` reads it. Two statements."""
    turn = turn_of(split_id)
    if turn is None:
        return None
    delay = turn.delay
    return Block(
        state=due_word(delay, side) if delay else None,
        sentence=_back(delay, side) if delay else "",
        granted=_granted(turn, delay) if delay else "",
        reason=turn.grant.reason if turn.grant else "",
        versions=tuple(_versions(turn)),
        total=VersionDays(str(_("En tout")), turn.totals.get(Side.ALC, 0), turn.totals.get(Side.BAILLEUR, 0)),
        agreed=_agreed(turn.answer_days),
        suggested=max(today(), delay.due.date()) + SUGGESTED if delay else None,
    )


def due_word(delay: Delay, side: Side) -> StateWord:
    """By when the bailleur's answer is due, or how late it is; amber when it is the reader's to give."""
    if not delay.late(now()):
        return StateWord(_due(delay), "amber" if side is Side.BAILLEUR else "violet")
    days = days_between(delay.due, now())
    if not days:
        return StateWord(_("En retard depuis aujourd’hui"), "red")
    return StateWord(ngettext("En retard de %(num)d jour", "En retard de %(num)d jours", days), "red")


def _due(delay: Delay) -> str:
    if delay.until is not None and morning_after(delay.until) == delay.due:
        return str(_("Réponse attendue jusqu’au %(day)s", day=day(delay.until)))
    return str(_("Réponse attendue avant le %(day)s", day=day(delay.due)))


def _back(delay: Delay, side: Side) -> str:
    if side is Side.BAILLEUR:
        return str(
            _(
                "Sans réponse, la main revient à ALC le %(day)s. Votre silence ne vaut pas accord.",
                day=day(delay.back),
            )
        )
    return str(
        _(
            "Sans réponse, la main revient à ALC le %(day)s, et rien n’est accepté pour autant.",
            day=day(delay.back),
        )
    )


def _granted(turn: Turn, delay: Delay) -> str:
    if delay.until is None or turn.grant is None:
        return ""
    return str(_("%(who)s a donné jusqu’au %(day)s.", who=turn.grant.who, day=day(delay.until)))


def _agreed(days: int) -> str:
    return str(ngettext("%(num)d jour pour répondre", "%(num)d jours pour répondre", days))


def _versions(turn: Turn) -> Iterator[VersionDays]:
    for number in sorted({each.number for each in turn.turns}):
        here = [each for each in turn.turns if each.number == number]
        yield VersionDays(
            str(_("Version %(number)d", number=number) if number else _("Préparation")),
            *(sum(each.days for each in here if each.side is side) for side in (Side.ALC, Side.BAILLEUR)),
        )
