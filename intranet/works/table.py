"""The split table as both portals show it: rows ready to print, disputed lines first, totals by side.

Everything a row shows is worked out here, once for each line, so that the template only prints.
It reads nothing: rows come in, words go out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.wear.rules import Calculation
from intranet.wear.wordings import result
from intranet.web.formatting import day, hours, instant, machine, money
from intranet.works.guardrails import CONDITIONS, locked_reason
from intranet.works.queries import Comment, LineView, Override
from intranet.works.rules import TESTS, Default, Difference
from intranet.works.shares import Share, shares
from intranet.works.story import override_in_words
from intranet.works.terms import Answer, Holder, Payer, Side, SplitState
from intranet.works.wordings import (
    ANSWERS,
    HOLDERS,
    HOUSEHOLD_ANSWERS,
    HOUSEHOLD_WISHES,
    NEEDS,
    PAYERS,
    SIDES,
    WHATS,
    before_in_words,
    value_in_words,
    who_does,
    within,
)

MENDABLE = frozenset({"condition_unanswered", "condition_unmet", "written_consent"})
"""Guard-rails that an answer or a date lifts: the line waits for something, it is not locked for good."""

FREE_HOLDERS = tuple((each.value, HOLDERS[each]) for each in Holder)
LOCKED_HOLDERS = tuple((each.value, HOLDERS[each]) for each in (Holder.BAILLEUR, Holder.DROPPED))
PAYER_OPTIONS = tuple((each.value, PAYERS[each]) for each in Payer)
CONTESTED = frozenset({Answer.COUNTERED, Answer.REFUSED})


class Cell(NamedTuple):
    """One side's answer: the value names the mark, the word says it."""

    answer: Answer
    word: str


class Said(NamedTuple):
    """One comment of a line."""

    who: str
    side: str
    at: str
    iso: str
    text: str
    resolves: bool = False


class Lifted(NamedTuple):
    """A guard-rail set aside for this wording: which one, and who says why."""

    what: str
    who: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row, in words. ``css`` starts with a space or is empty."""

    id: int
    version: int
    digest: str
    seen: str
    css: str
    label: str
    room: str
    need: str
    doer: Holder
    holder: str
    payer: str
    materials: str
    hours: str
    lock: str
    waits_for: str
    consent: bool  # a transformation: the bailleur's written consent may be given with the answer
    contested: bool
    why: str
    offer: str
    counter_holder: str
    counter_share: str
    counter_payer: str
    counter_due: str  # as a date input wants it
    alc: Cell
    bailleur: Cell
    household: Cell
    debt: str = ""  # what the family owes for a damage
    due: str = ""  # by when the bailleur does its part
    fixed: bool = False  # in an amendment, as it was signed: nobody touches it
    lifted: tuple[Lifted, ...] = ()
    changes: tuple[str, ...] = ()
    comments: tuple[Said, ...] = ()
    last_word: Said | None = None  # of a line in discussion: what was said last, in view
    wear: str = ""  # the family's share of a damage, in a sentence
    asks_consent: bool = False  # the bailleur's written consent is asked, or a letter to be kept
    consented: str = ""  # the day of the written consent
    consent_file: int | None = None

    @property
    def thread_open(self) -> bool:
        """Something was said and nobody has called it settled since."""
        return bool(self.comments) and not self.comments[-1].resolves


@dataclass(frozen=True, slots=True)
class Table:
    """The table of one split. ``groups`` are ``(title, lines)``, disputed ones first."""

    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    shares: tuple[Share, ...]
    total_minutes: int
    total_cents: int
    counts: Mapping[str, int] = field(default_factory=dict)

    def only(self, line_id: int) -> tuple[Line, ...]:
        """The one line asked for, or none: what an htmx request gets back."""
        return tuple(line for _title, lines in self.groups for line in lines if line.id == line_id)


def answers(line: Line) -> tuple[tuple[str, str], ...]:
    """What each side says of the line today, for the head of its own page."""
    offer = f"{line.bailleur.word}, {line.offer}" if line.offer else line.bailleur.word
    return (
        (_("ALC"), line.alc.word),
        (_("Bailleur"), offer),
        (_("Famille"), line.household.word),
    )


_TITLES: Mapping[str, Any] = {
    "disputed": _l("En discussion"),
    "waiting": _l("Sans réponse du bailleur"),
    "agreed": _l("D’accord entre ALC et le bailleur"),
}


def arrange(
    rows: Sequence[LineView],
    state: SplitState,
    side: Side,
    comments: Mapping[int, Sequence[Comment]] = MappingProxyType({}),
    changes: Iterable[Difference] = (),
    overrides: Mapping[tuple[int, str], Sequence[Override]] = MappingProxyType({}),
) -> Table:
    """The table of ``rows`` (``queries.split_lines``) as ``side`` reads it."""
    changed = _changes(changes)
    grouped: dict[str, list[Line]] = {name: [] for name in _TITLES}
    for row in rows:
        group = _group(row)
        grouped[group].append(
            _line(
                row,
                side,
                group,
                _thread(comments.get(row.id, ())),
                changed.get(row.id, ()),
                _lifted(overrides.get((row.id, row.digest), ())),
            )
        )
    titles = {name: str(title) for name, title in _TITLES.items()}
    if state is SplitState.DRAFT:
        titles["waiting"] = _("À proposer au bailleur")
    elif side is Side.BAILLEUR:
        titles["waiting"] = _("Sans réponse de votre part")
    return Table(
        groups=tuple((titles[name], tuple(lines)) for name, lines in grouped.items() if lines),
        shares=shares(rows),
        total_minutes=sum(row.minutes for row in rows if row.holder is not Holder.DROPPED),
        total_cents=sum(row.materials_cents for row in rows if row.holder is not Holder.DROPPED),
        counts={
            **{name: len(lines) for name, lines in grouped.items()},
            "lines": len(rows),
            "threads": sum(line.thread_open for lines in grouped.values() for line in lines),
            "household_refused": sum(row.household in CONTESTED for row in rows),
        },
    )


def _group(row: LineView) -> str:
    if row.disputed:
        return "disputed"
    return "agreed" if row.bailleur is Answer.ACCEPTED else "waiting"


def _line(
    row: LineView,
    side: Side,
    group: str,
    said: tuple[Said, ...],
    changed: tuple[str, ...],
    lifted: tuple[Lifted, ...],
) -> Line:
    dropped = row.holder is Holder.DROPPED
    hard = row.lock and row.lock not in MENDABLE
    counter = row.bailleur is Answer.COUNTERED
    return Line(
        id=row.id,
        version=row.version,
        digest=row.digest,
        seen=row.bailleur_seen,
        css=(" is-disputed" if group == "disputed" else "") + (" is-dropped" if dropped else ""),
        label=row.label,
        room=row.room,
        need=str(NEEDS[row.need]),
        doer=row.holder,
        holder=who_does(row.holder, row.tenant_share_pct),
        payer=str(PAYERS[row.materials_payer]) if row.materials_cents and not dropped else "",
        materials=money(row.materials_cents) if row.materials_cents else "–",
        hours=hours(row.minutes) if row.minutes else "–",
        lock=str(locked_reason(row.lock)) if hard else "",
        waits_for=_awaited(row, side) if row.lock and not hard else "",
        consent=row.consent == "written" and row.consent_on is None and not hard,
        contested=row.bailleur in CONTESTED,
        why=why(row.default),
        offer=_offer(row) if counter else "",
        counter_holder=(row.counter_holder if counter and row.counter_holder else row.holder).value,
        counter_share=str((counter and row.counter_share_pct) or row.tenant_share_pct or ""),
        counter_payer=(row.counter_payer if counter and row.counter_payer else row.materials_payer).value,
        counter_due=due.isoformat() if (due := (counter and row.counter_due_on) or row.due_on) else "",
        alc=_cell(row.alc),
        bailleur=_cell(row.bailleur),
        household=_family_cell(row),
        debt=money(row.tenant_cents) if row.tenant_cents is not None else "",
        due=day(row.due_on) if row.due_on else "",
        fixed=row.fixed,
        lifted=lifted,
        changes=changed,
        wear=result(Calculation.of(row.wear)) if row.wear else "",
        asks_consent=bool(row.consent) and row.consent != "no" and not hard and not dropped,
        consented=day(row.consent_on) if row.consent_on else "",
        consent_file=row.consent_document_id,
        comments=said,
        last_word=next((each for each in said[::-1] if each.text), None) if group == "disputed" else None,
    )


def _cell(answer: Answer, words: Mapping[Answer, Any] = ANSWERS) -> Cell:
    return Cell(answer, str(words[answer]))


def _family_cell(row: LineView) -> Cell:
    """The family's answer: who it says does the line, when it says somebody else."""
    if row.household_wish is not None:
        return Cell(row.household, str(HOUSEHOLD_WISHES[row.household_wish]))
    return _cell(row.household, HOUSEHOLD_ANSWERS)


def _awaited(row: LineView, side: Side) -> str:
    """What would lift a guard-rail that can be lifted: consent for both sides, the question for ALC alone."""
    if row.lock == "written_consent":
        return str(_("Transformation : la famille ne peut la faire qu’avec l’accord écrit du bailleur."))
    if side is not Side.ALC:
        return ""
    if row.lock == "condition_unanswered":
        return str(CONDITIONS.get(row.condition) or locked_reason(row.lock))
    return str(locked_reason(row.lock))


def why(default: Default | None) -> str:
    """Who normally does the line, by which test, with its source; empty when nothing is known of it."""
    if default is None:
        return ""
    said = _(
        "Par défaut : %(who)s. %(test)s Source : %(source)s.",
        who=HOLDERS[default.holder] if default.holder else _("à convenir"),
        test=TESTS[default.rule],
        source=default.source,
    )
    return str(said)


def _offer(row: LineView) -> str:
    """What the bailleur offers instead: who does it, then who pays and by when if that changes."""
    words = []
    if row.counter_holder is not None:
        words.append(who_does(row.counter_holder, row.counter_share_pct))
    if row.counter_payer is not None and row.counter_payer is not row.materials_payer:
        words.append(_("matériaux : %(who)s", who=within(PAYERS[row.counter_payer])))
    if row.counter_due_on is not None:
        words.append(before_in_words(row.counter_due_on))
    return ", ".join(words)


def _thread(comments: Iterable[Comment]) -> tuple[Said, ...]:
    return tuple(
        Said(each.author, str(SIDES[each.side]), instant(each.at), machine(each.at), each.text, each.resolves)
        for each in comments
    )


def _lifted(overrides: Sequence[Override]) -> tuple[Lifted, ...]:
    return tuple(
        Lifted(override_in_words(each), each.by_name, instant(each.at), each.reason) for each in overrides
    )


def _changes(changes: Iterable[Difference]) -> dict[int, tuple[str, ...]]:
    """What changed in each line's wording, short: the line is in view, and so are its answers."""
    found: dict[int, dict[str, Difference]] = defaultdict(dict)
    for change in changes:
        if change.what not in ("answer", "removed"):
            found[change.line_id][change.what] = change
    return {line_id: tuple(_short(by_what)) for line_id, by_what in found.items()}


def _short(changes: dict[str, Difference]) -> Iterable[str]:
    """Each change in words; the holder and its share are one: "La famille → Partagé (famille : 40 %)"."""
    holder = changes.get("holder")
    for what, change in changes.items():
        if what == "added":
            yield _("ligne nouvelle")
        elif change is holder:
            share = changes.get("tenant_share_pct")
            before = who_does(Holder(change.before), share.before if share else None)
            yield f"{before} → {who_does(Holder(change.after), share.after if share else None)}"
        elif what != "tenant_share_pct" or holder is None:
            before, after = value_in_words(what, change.before), value_in_words(what, change.after)
            yield _("%(what)s : %(before)s → %(after)s", what=WHATS[what], before=before, after=after)
