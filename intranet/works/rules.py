"""The rules of the split (``domain.md`` §4): who normally does what, wordings and their differences.

Pure: no session, no request. Sentences are lazy translations, proposals with their source, never a verdict.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, NamedTuple

from intranet.access import GuestRole, OrganisationKind, Scope
from intranet.translation import lazy_gettext as _l
from intranet.works.protected import CONDITIONS, LOCKED, PROFESSIONAL
from intranet.works.terms import Answer, Cause, DefaultHolder, Holder, Need, Payer, Professional, Side

_SIDES = {
    OrganisationKind.ASSOCIATION: Side.ALC,
    OrganisationKind.BAILLEUR: Side.BAILLEUR,
    OrganisationKind.WORKS_PARTNER: Side.PARTNER,
}
_GUEST_SIDES = {GuestRole.AGENT: Side.BAILLEUR, GuestRole.HOUSEHOLD: Side.HOUSEHOLD}
TENANT_HOLDERS = frozenset({Holder.TENANT, Holder.SHARED})
"""Holders that put the tenant to work."""

BAILLEUR_HOLDERS = frozenset({Holder.BAILLEUR, Holder.SHARED})
"""Holders that leave the bailleur something to do, and so a date to do it by."""


_TENANT_MAY_ASK = frozenset({"", "condition_unanswered", "written_consent"})
"""``WorksLine.lock`` under which a family may say that it would do a line: nothing forbids it, or an answer to a
question or the bailleur's consent would lift what does."""


def family_wishes(holder: Holder, lock: str) -> tuple[Holder, ...]:
    """Who else the family may say does a line held by ``holder``: the bailleur, or itself where it may.

    A wish is no wording: the line stays as it is until ALC changes it, and the guard-rails are looked at then.
    """
    if holder is Holder.BAILLEUR:
        return (Holder.TENANT,) if lock in _TENANT_MAY_ASK else ()
    return () if holder is Holder.DROPPED else (Holder.BAILLEUR,)


def side_of(scope: Scope) -> Side | None:
    """The party a person speaks for; ``None`` for organisations that are no party to a split."""
    return _GUEST_SIDES[scope.role] if isinstance(scope.role, GuestRole) else _SIDES.get(scope.kind)


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What the rules look at in a kind of works. What the law fixes for its code holds whatever its row says."""

    code: str
    trade: str
    default_holder: DefaultHolder
    locked_to_bailleur: bool = False
    professional_only: Professional = Professional.NO
    professional_condition: str = ""
    consent: str = ""
    hazard: str = ""
    legal_basis: str = ""

    def __post_init__(self) -> None:
        if self.code in LOCKED:
            object.__setattr__(self, "locked_to_bailleur", True)
            object.__setattr__(self, "default_holder", DefaultHolder.BAILLEUR)
        if self.code in LOCKED or self.code in PROFESSIONAL:
            object.__setattr__(self, "professional_only", Professional.YES)
        elif self.code in CONDITIONS and self.professional_only is not Professional.YES:
            object.__setattr__(self, "professional_only", Professional.PARTLY)
            object.__setattr__(self, "professional_condition", CONDITIONS[self.code])


@dataclass(frozen=True, slots=True)
class Wording:
    """What a side agrees to when it accepts a line. Any change of it makes an answer to it worthless.

    ``tenant_cents``: what the family owes for a damage, wear deducted; ``due_on``: by when the bailleur does
    its part. Both are left out of the digest while they say nothing: older digests still hold.
    """

    kind_id: int | None
    label: str
    room: str
    need: Need
    cause: Cause
    holder: Holder
    tenant_share_pct: int | None
    materials_payer: Payer
    materials_cents: int
    minutes: int
    tenant_cents: int | None = None
    due_on: date | None = None

    def with_counter(
        self, holder: Holder | None, share: int | None, payer: Payer | None, due_on: date | None = None
    ) -> Wording:
        """This wording as a counter-proposal would have it; what it leaves ``None`` stays."""
        taken = holder or self.holder
        kept = share if share is not None else self.tenant_share_pct
        return replace(
            self,
            holder=taken,
            tenant_share_pct=kept if taken is Holder.SHARED else None,
            materials_payer=payer or self.materials_payer,
            tenant_cents=self.tenant_cents if taken is not Holder.DROPPED else None,
            due_on=(due_on or self.due_on) if taken in BAILLEUR_HOLDERS else None,
        )


WORDING_COLUMNS = tuple(each.name for each in fields(Wording))
"""The columns of a line that make its wording."""

CONSENTED = ("kind_id", "label", "room")
"""What the bailleur's written consent is given to (loi n° 89-462, art. 7 f): which works, and where."""

_SAID_WHEN_GIVEN = ("tenant_cents", "due_on")


def consent_covers(consented: Wording, present: Wording) -> bool:
    """Whether a written consent to ``consented`` is one to ``present``: the same works in the same room.

    Who does them, who pays, for how much, by when and why they are wanted is negotiated beside it: an answer, a
    guard-rail set aside and a consent to works against rent are to one exact wording, and fall with any change.
    """
    return all(getattr(consented, name) == getattr(present, name) for name in CONSENTED)


def wording_data(wording: Wording) -> dict[str, Any]:
    """The wording as JSON keeps it."""
    return {**asdict(wording), "due_on": wording.due_on.isoformat() if wording.due_on else None}


def digest(wording: Wording) -> str:
    """SHA-256 of the wording, the same on every machine."""
    said = {
        name: value
        for name, value in wording_data(wording).items()
        if value is not None or name not in _SAID_WHEN_GIVEN
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Default(NamedTuple):
    """Who does it by law or usage. ``holder`` ``None``: to be agreed. ``rule`` is the id of the test."""

    holder: Holder | None
    payer: Payer
    rule: str
    source: str

    @property
    def starting_holder(self) -> Holder:
        """The holder a line starts with: what is to be agreed starts with the bailleur, who must consent."""
        return self.holder or Holder.BAILLEUR


TESTS: Mapping[str, Any] = {
    "safety": _l("Sécurité, décence ou structure : ces travaux reviennent toujours au bailleur."),
    "damage": _l("Dégradation par le locataire : elle est à sa charge, vétusté déduite."),
    "tenant_repair": _l("Entretien courant et menue réparation : à la charge du locataire."),
    "not_tenant_repair": _l(
        "Entretien courant, mais dû à l’usure du temps, à une malfaçon ou à un cas de force majeure : "
        "à la charge du bailleur."
    ),
    "repair": _l("Nécessaire pour maintenir le logement en état : à la charge du bailleur."),
    "fitting_out": _l("Aménagement qui ne transforme pas le logement : libre pour le locataire."),
    "transformation": _l(
        "Transformation du logement : le locataire peut la faire avec l’accord écrit du bailleur."
    ),
    "transformation_tacit": _l(
        "Adaptation du logement : le locataire l’annonce au bailleur par lettre recommandée ; "
        "sans réponse sous deux mois, l’accord est acquis."
    ),
}
"""The six tests of ``domain.md`` §4, in words, by the id a line keeps in ``default_rule``."""

SOURCES: Mapping[str, str] = {
    "safety": "loi 89-462 art. 6 ; décret 2002-120",
    "damage": "loi 89-462 art. 7 c",
    "tenant_repair": "loi 89-462 art. 7 d ; décret 87-712",
    "not_tenant_repair": "loi 89-462 art. 7 d",
    "repair": "loi 89-462 art. 6 c",
    "fitting_out": "loi 89-462 art. 6 d",
    "transformation": "loi 89-462 art. 7 f",
    "transformation_tacit": "loi 89-462 art. 7 f ; décret 2016-1282",
}
"""The text each test rests on when the kind of works names none that goes with it."""

_NOT_THE_TENANT = frozenset({Cause.WEAR, Cause.BADLY_MADE, Cause.FORCE_MAJEURE})


def propose_default(
    kind: KindFacts | None, cause: Cause, need: Need, consent_on: date | None = None
) -> Default:
    """Who holds a line by default: the six tests in their order, the first that speaks decides.

    ``kind`` is ``None`` for a free line. Guard-rails are looked at apart (``guardrails.starting_point``).
    """

    def found(rule: str, holder: Holder | None, payer: Payer) -> Default:
        return Default(holder, payer, rule, _source(rule, kind))

    if kind is not None and kind.locked_to_bailleur:
        return found("safety", Holder.BAILLEUR, Payer.BAILLEUR)
    if cause is Cause.DAMAGE:
        return found("damage", Holder.TENANT, Payer.TENANT)
    if kind is not None and kind.default_holder is DefaultHolder.TENANT:
        if cause in _NOT_THE_TENANT:
            return found("not_tenant_repair", Holder.BAILLEUR, Payer.BAILLEUR)
        return found("tenant_repair", Holder.TENANT, Payer.TENANT)
    repairs = kind is not None and kind.default_holder is DefaultHolder.BAILLEUR
    if repairs or need is Need.NEEDED:
        return found("repair", Holder.BAILLEUR, Payer.BAILLEUR)
    if kind is None or not kind.consent:
        return found("fitting_out", Holder.TENANT, Payer.TENANT)
    if kind.consent == "tacit_2_months":
        return found("transformation_tacit", Holder.TENANT, Payer.TENANT)
    return found("transformation", Holder.TENANT if consent_on else None, Payer.TENANT)


def _source(rule: str, kind: KindFacts | None) -> str:
    """The text the kind names, unless that speaks of something else than what decided.

    Damage is owed for being damage, whatever was damaged; a fitting-out that is needed is a repair.
    """
    fitting = rule == "repair" and kind is not None and kind.default_holder is DefaultHolder.OPEN
    if kind is None or rule == "damage" or fitting:
        return SOURCES[rule]
    return kind.legal_basis or SOURCES[rule]


class Difference(NamedTuple):
    """One thing that differs between two versions. ``what`` is a column of the wording or ``added``,
    ``removed``, ``answer``; ``side`` is whose answer; the values are raw, ``wordings`` says them."""

    line_id: int
    label: str
    room: str
    what: str
    before: Any = None
    after: Any = None
    side: str = ""


Snapshot = Sequence[Mapping[str, Any]]
"""Lines as ``SplitVersion.lines`` keeps them: ``snapshot_line`` of each, in order."""

_COMPARED = (
    "label",
    "room",
    "need",
    "cause",
    "holder",
    "tenant_share_pct",
    "materials_payer",
    "materials_cents",
    "minutes",
    "tenant_cents",
    "due_on",
)


def snapshot_line(
    line_id: int, code: str, wording: Wording, answers: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """A line as a version keeps it: its wording, its digest, each side's answer, JSON all through."""
    return {
        "id": line_id,
        "code": code,
        **wording_data(wording),
        "digest": digest(wording),
        "answers": {side: dict(answer) for side, answer in answers.items()},
    }


def differences(before: Snapshot, after: Snapshot) -> Iterator[Difference]:
    """What changed from one version to the next, line by line in the order of ``after``, removals last."""
    old = {line["id"]: line for line in before}
    for line in after:
        previous = old.pop(line["id"], None)
        if previous is None:
            yield Difference(line["id"], line["label"], line["room"], "added", None, line["holder"])
            continue
        if line["digest"] != previous["digest"]:
            yield from _wording_differences(previous, line)
        yield from _answer_differences(previous, line)
    for line in old.values():
        yield Difference(line["id"], line["label"], line["room"], "removed", line["holder"], None)


def _wording_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for what in _COMPARED:
        was, now = old.get(what), new.get(what)  # a version of before a column knows nothing of it
        if was != now:
            yield Difference(new["id"], new["label"], new["room"], what, was, now)


def _answer_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """New answers to what is asked now; an answer a new wording wiped out is no news."""
    for side in (Side.BAILLEUR, Side.HOUSEHOLD):
        was, now = old["answers"].get(side, {}), new["answers"].get(side, {})
        if now != was and now.get("answer", Answer.WAITING) != Answer.WAITING:
            yield Difference(new["id"], new["label"], new["room"], "answer", was, now, side)


def seen_token(by_id: int | None, at: Any) -> str:
    """What a form carries to say which answer it had read: whose account (0: a guest) and when. Empty: none."""
    return f"{by_id or 0}.{int(at.timestamp() * 1_000_000)}" if at is not None else ""


BACK_AFTER_DAYS = 21
"""When the turn of a bailleur that says nothing comes back, at the earliest (``domain.md`` §3, Silence)."""


def answer_delay(agreed_days: int) -> int:
    """Days a bailleur has to answer: 21, or the longer delay agreed with it."""
    return max(BACK_AFTER_DAYS, agreed_days)
