"""Two versions of a split side by side: a row a line, what differs marked and said in words. It reads nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.formatting import day
from intranet.works.queries import Kept
from intranet.works.rules import Difference, Snapshot, differences
from intranet.works.story import change_in_words, wording_in_words
from intranet.works.terms import Side
from intranet.works.wordings import SIDES, answer_in_words

ANSWERS: Mapping[Side, Any] = {
    Side.ALC: _l("Réponse d’ALC"),
    Side.BAILLEUR: _l("Réponse du bailleur"),
    Side.HOUSEHOLD: _l("Réponse de la famille"),
}
NOTHING = "–"
PRESENT = 0
"""The number under which what ALC is preparing stands beside the versions sent."""


class Said(NamedTuple):
    """One thing a version says of a line. ``changed``: the other version says something else."""

    what: str
    value: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A line in both versions; one side is empty when the line is not in that version.

    A line that stands in both says what differs, side by side; what does not is its ``summary``.
    """

    line_id: int
    label: str
    room: str
    left: tuple[Said, ...]
    right: tuple[Said, ...]
    words: tuple[str, ...]
    summary: str

    @property
    def changed(self) -> bool:
        return bool(self.words)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the page shows. ``left`` and ``right`` are numbers of versions, ``PRESENT`` for what is prepared."""

    options: tuple[tuple[int, str], ...]
    left: int
    right: int
    pairs: tuple[Pair, ...]

    @property
    def titles(self) -> tuple[str, str]:
        words = dict(self.options)
        return words[self.left], words[self.right]

    @property
    def changed(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.changed)

    @property
    def unchanged(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if not pair.changed)


def compare(
    kept: Sequence[Kept], left: str, right: str, present: Snapshot | None = None
) -> Comparison | None:
    """The two versions asked for by their number; else the last two. ``None`` when nothing was sent.

    ``present`` is what ALC is preparing, given to ALC alone; it is offered once it differs from what was sent.
    """
    if not kept:
        return None
    snapshots: dict[int, Snapshot] = {each.number: each.lines for each in kept}
    options = [(each.number, _title(each)) for each in kept]
    if present is not None and any(differences(kept[-1].lines, present)):
        snapshots[PRESENT] = present
        options.append((PRESENT, str(_("En préparation"))))
    last = [number for number, _words in options][-2:]
    before, after = _asked(left, snapshots, last[0]), _asked(right, snapshots, last[-1])
    return Comparison(tuple(options), before, after, side_by_side(snapshots[before], snapshots[after]))


def _asked(text: str, known: Mapping[int, Any], usual: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else usual
    return number if number in known else usual


def _title(version: Kept) -> str:
    who = SIDES[version.side]
    return str(
        _("Version %(number)d, %(who)s, %(day)s", number=version.number, who=who, day=day(version.sent_at))
    )


def side_by_side(left: Snapshot, right: Snapshot) -> tuple[Pair, ...]:
    """Every line of either version, those that differ first, each in the order of the visit."""
    found: dict[int, list[Difference]] = defaultdict(list)
    for change in differences(left, right):
        found[change.line_id].append(change)
    old = {line["id"]: line for line in left}
    pairs = [_pair(old.pop(line["id"], None), line, found[line["id"]]) for line in right]
    pairs += [_pair(line, None, found[line["id"]]) for line in old.values()]
    return tuple(sorted(pairs, key=lambda pair: not pair.changed))


def _pair(
    left: Mapping[str, Any] | None, right: Mapping[str, Any] | None, changes: Sequence[Difference]
) -> Pair:
    line = right or left or {}
    same = {"label", "room"} - {change.what for change in changes}  # already the heading of the row
    old, new = dict(_told(left, same)), dict(_told(right, same))
    differing = [what for what in {**old, **new} if old.get(what) != new.get(what)]
    usual = dict(_told(right, same | {"need", "cause"})) if left and right else {}
    return Pair(
        line["id"],
        line["label"],
        line["room"],
        _marked(old, differing, both=bool(new)) if left else (),
        _marked(new, differing, both=bool(old)) if right else (),
        tuple(change_in_words(change) for change in changes),
        " · ".join(
            _("%(what)s : %(value)s", what=what, value=value)
            for what, value in usual.items()
            if what not in differing
        ),
    )


def _told(line: Mapping[str, Any] | None, left_out: Set[str]) -> Iterator[tuple[str, str]]:
    """What the version says of the line, then what each side answered to it."""
    if line is None:
        return
    for change in wording_in_words(line, left_out):
        yield change.what, change.after
    for side in (Side.ALC, Side.BAILLEUR, Side.HOUSEHOLD):
        answer = line["answers"].get(side)
        if answer is not None:
            yield str(ANSWERS[side]), answer_in_words(answer, side)


def _marked(told: Mapping[str, str], differing: Sequence[str], *, both: bool) -> tuple[Said, ...]:
    """What differs, marked, of a line that stands in both versions; else everything the one version says."""
    if not both:
        return tuple(Said(what, value, False) for what, value in told.items())
    return tuple(Said(what, told.get(what, NOTHING), what in told) for what in differing)
