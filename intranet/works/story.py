"""The history of a line in words: who gave it which wording, what was sent, what was set aside and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.works.guardrails import BY_ID
from intranet.works.queries import LinePast, Override, Past, Sent
from intranet.works.rules import WORDING_COLUMNS, Difference, differences
from intranet.works.terms import Holder, Side
from intranet.works.wordings import SIDES, WHATS, answer_in_words, value_in_words, who_does

ACTS: Mapping[str, Any] = {
    "added": _l("a ajouté la ligne"),
    "changed": _l("a modifié la ligne"),
    "adopted": _l("a adopté la contre-proposition du bailleur"),
    "dropped": _l("a retiré la ligne"),
    "amended": _l("a repris la ligne du contrat dans un avenant"),
    "reused": _l("a repris la ligne d’une répartition précédente"),
}
"""What gave a line its wording; the subject is the person."""

_TOLD = tuple(name for name in WORDING_COLUMNS if name not in ("kind_id", "tenant_share_pct"))


class Change(NamedTuple):
    """One thing a wording says, or said before. ``before`` is empty for the first wording."""

    what: str
    before: str
    after: str


class Episode(NamedTuple):
    """Something that happened to the line. ``kind``: wording, sent or override; ``said`` are more sentences."""

    at: datetime
    kind: str
    who: str
    what: str
    changes: tuple[Change, ...] = ()
    said: tuple[str, ...] = ()
    reason: str = ""


def episodes(past: LinePast) -> tuple[Episode, ...]:
    """What happened to the line, oldest first."""
    found = [*_wordings(past.wordings), *_sendings(past.sent), *map(_override, past.overrides)]
    return tuple(sorted(found, key=lambda each: each.at))


def override_in_words(override: Override) -> str:
    """The guard-rail that was set aside, as its reason says it."""
    return str(BY_ID[override.rule].reason) if override.rule in BY_ID else override.rule


def wording_in_words(wording: Mapping[str, Any], left_out: Set[str] = frozenset()) -> tuple[Change, ...]:
    """Everything a wording says but ``left_out``; what it leaves unsaid is not shown."""
    return tuple(
        Change(_capital(WHATS[what]), "", _value(what, wording))
        for what in _TOLD
        if what not in left_out and (what == "tenant_cents" or wording.get(what) != 0)
        if wording.get(what) not in (None, "")
    )


def change_in_words(change: Difference) -> str:
    """One difference between two versions, beside the line it speaks of."""
    match change.what:
        case "added":
            return str(_("Ligne ajoutée."))
        case "removed":
            return str(_("Ligne retirée."))
        case "answer":
            return _answer(change)
        case what:
            return str(
                _(
                    "%(what)s : « %(before)s » devient « %(after)s ».",
                    what=_capital(WHATS[what]),
                    before=value_in_words(what, change.before),
                    after=value_in_words(what, change.after),
                )
            )


def _wordings(wordings: Sequence[Past]) -> Iterator[Episode]:
    before: Past | None = None
    for past in wordings:
        changes = _changes(before.wording, past.wording) if before else wording_in_words(past.wording)
        who = past.by_name or _capital(SIDES[past.side])
        yield Episode(past.at, "wording", who, str(ACTS[past.act]), changes)
        before = past


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(_capital(WHATS[what]), _value(what, before), _value(what, after))
        for what in _TOLD
        if _value(what, before) != _value(what, after)
    )


def _value(what: str, wording: Mapping[str, Any]) -> str:
    """A value in words; the holder says its share."""
    if what == "holder":
        return who_does(Holder(wording["holder"]), wording["tenant_share_pct"])
    return value_in_words(what, wording.get(what))


def _sendings(sent: Sequence[Sent]) -> Iterator[Episode]:
    before: Sent | None = None
    for each in sent:
        who = _("ALC") if each.side is Side.ALC else _("Le bailleur")
        what = _("a envoyé la version %(number)d", number=each.number)
        known = {**(before.line if before else each.line)}
        if before is None:
            known["answers"] = {}
        yield Episode(each.at, "sent", str(who), str(what), said=tuple(_answers(known, each.line)))
        before = each


def _answers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    for change in differences([before], [after]):
        if change.what == "answer":
            yield _answer(change)


def _answer(change: Difference) -> str:
    who = _capital(SIDES[Side(change.side)])
    return str(_("%(who)s : %(answer)s", who=who, answer=answer_in_words(change.after, change.side)))


def _override(override: Override) -> Episode:
    return Episode(
        override.at,
        "override",
        override.by_name,
        str(_("a levé un garde-fou")),
        said=(override_in_words(override),),
        reason=override.reason,
    )


def _capital(words: Any) -> str:
    text = str(words)
    return text[:1].upper() + text[1:]
