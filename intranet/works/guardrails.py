"""Guard-rails: what may never be agreed, whoever asks (``domain.md`` §4).

Each is a value with an id, a reason in plain French and whether a coordinator may set it aside, for one exact
wording and with a reason. What ``domain.md`` §4 protects is never set aside: decency, structure, gas, the electricity
board, asbestos, lead and whatever only a professional may do. Nor is what anyone can mend by answering a question or
by writing the bailleur's consent down. There remains a condition that is not met (height, more than grab bars).
They hold for the holder of a line, for counter-proposals and for what is adopted, and are looked at again
when the split is proposed and when it is agreed: a report or a year may have been corrected meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from intranet.dossiers.terms import Survey
from intranet.errors import Refused
from intranet.translation import lazy_gettext as _l
from intranet.works.hazards import GESTURE_WORDS, Gesture, gestures
from intranet.works.protected import PROFESSIONAL, source_of
from intranet.works.rules import SOURCES, TENANT_HOLDERS, Default, KindFacts, propose_default
from intranet.works.terms import Cause, DefaultHolder, Holder, Need, Payer, Professional

ASBESTOS_LAST_YEAR = 1997
"""Building permits before 1 July 1997: the year alone is known, so the whole of 1997 counts as before."""

LEAD_FIRST_SAFE_YEAR = 1949
"""Homes built before 1 January 1949 may hold lead paint."""


@dataclass(frozen=True, slots=True)
class DwellingFacts:
    """What the guard-rails look at in the home. Unknown counts as the worst case."""

    permit_year: int | None = None
    asbestos: Survey = Survey.MISSING
    lead: Survey = Survey.MISSING
    decent: bool | None = None

    @property
    def may_hold_asbestos(self) -> bool:
        """Asbestos was found, or the permit is old or unknown and no survey says it is clear."""
        old = self.permit_year is None or self.permit_year <= ASBESTOS_LAST_YEAR
        return self.asbestos is Survey.FOUND or (old and self.asbestos is Survey.MISSING)

    @property
    def may_hold_lead(self) -> bool:
        """Lead was found, or the home is older than 1949 or of unknown age and no report says it is clear."""
        old = self.permit_year is None or self.permit_year < LEAD_FIRST_SAFE_YEAR
        return self.lead is Survey.FOUND or (old and self.lead is Survey.MISSING)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line as the guard-rails see it. ``kind`` is ``None`` for a free line.

    ``set_aside`` names the rules a coordinator set aside for this very wording.
    """

    kind: KindFacts | None
    label: str
    need: Need
    cause: Cause
    holder: Holder
    materials_payer: Payer
    condition_met: bool | None = None
    consent_on: date | None = None
    set_aside: frozenset[str] = frozenset()


class Violation(NamedTuple):
    """A guard-rail that says no. ``field`` is the input its reason belongs to."""

    rule: str
    message: Any
    overridable: bool
    field: str = "holder"


class GuardRailBroken(Refused):
    """A guard-rail says no. ``overridable``: a coordinator may set it aside, with a reason."""

    def __init__(self, violation: Violation, *, field: str | None = None) -> None:
        super().__init__(violation.rule, violation.message, field=field or violation.field)
        self.overridable = violation.overridable


CONDITIONS: Mapping[str, Any] = {
    "at_height": _l("Le travail se fait-il depuis le sol, sans échelle ni toit ?"),
    "circuits": _l("L’entretien se fait-il sans toucher aux circuits (gaz, électricité, fluide) ?"),
    "old_slabs": _l("Le sol se remplace-t-il sans toucher à d’anciennes dalles ni à leur colle ?"),
    "except_bars": _l("S’agit-il seulement de poser des barres d’appui ?"),
}
"""The question to ask for each ``professional_condition``; "yes" means the family may do it."""

_NEVER_TRADES = frozenset({"gaz", "électricité", "gros œuvre", "chauffage et eau chaude"})
_NEVER_CONDITIONS = frozenset({"circuits", "old_slabs"})  # gas and electricity; asbestos
_NEVER_HAZARDS = frozenset({"asbestos", "lead"})

Test = Callable[[LineFacts, DwellingFacts], bool]


@dataclass(frozen=True, slots=True)
class GuardRail:
    """One rule. ``broken`` says whether the line breaks it; ``reason`` is shown as it is."""

    id: str
    reason: Any
    broken: Test
    overridable: Callable[[LineFacts], bool] = lambda _line: False
    field: str = "holder"
    detail: Callable[[LineFacts], Any] | None = None

    def look_at(self, line: LineFacts, dwelling: DwellingFacts) -> Violation | None:
        if not self.broken(line, dwelling):
            return None
        overridable = self.overridable(line)
        if overridable and self.id in line.set_aside:
            return None
        reason = self.detail(line) if self.detail else self.reason
        return Violation(self.id, reason, overridable, self.field)


def _is_locked(line: LineFacts) -> bool:
    return bool(_source_of_lock(line))


def _source_of_lock(line: LineFacts) -> str:
    """What says that the line stays with the bailleur; empty when nothing does."""
    source = source_of(line.kind.code if line.kind else "", line.label)
    if source or line.kind is None or not line.kind.locked_to_bailleur:
        return source
    return line.kind.legal_basis or SOURCES["safety"]


def _locked_reason(line: LineFacts) -> Any:
    return _l(
        "Sécurité, décence ou structure : ces travaux restent au bailleur, ni la famille ni le partenaire "
        "ne peuvent les faire (%(source)s).",
        source=_source_of_lock(line),
    )


def _professional_reason(line: LineFacts) -> Any:
    source = PROFESSIONAL.get(line.kind.code, "") if line.kind else ""
    if not source:
        return BY_ID["professional_only"].reason
    return _l(
        "Ces travaux demandent un professionnel : ils ne peuvent pas être confiés à la famille (%(source)s).",
        source=source,
    )


def _locked(line: LineFacts, _dwelling: DwellingFacts) -> bool:
    return _is_locked(line) and line.holder in {Holder.TENANT, Holder.SHARED, Holder.PARTNER}


def _makes_decent(line: LineFacts, dwelling: DwellingFacts) -> bool:
    """Décret 2002-120 is named by the kind; or the home is not decent and the works keep it in repair."""
    if line.kind is None:
        return dwelling.decent is False and line.need is Need.NEEDED and line.cause is not Cause.DAMAGE
    if "2002-120" in line.kind.legal_basis:
        return True
    repairs = line.kind.default_holder is DefaultHolder.BAILLEUR
    return dwelling.decent is False and line.need is Need.NEEDED and repairs


def _decency(line: LineFacts, dwelling: DwellingFacts) -> bool:
    return line.holder in TENANT_HOLDERS and _makes_decent(line, dwelling)


def _professional(line: LineFacts, _dwelling: DwellingFacts) -> bool:
    if line.kind is None or line.kind.professional_only is not Professional.YES:
        return False
    return line.holder in TENANT_HOLDERS


def _partly(line: LineFacts) -> bool:
    partly = line.kind is not None and line.kind.professional_only is Professional.PARTLY
    return partly and line.holder in TENANT_HOLDERS


def _condition_unanswered(line: LineFacts, _dwelling: DwellingFacts) -> bool:
    return _partly(line) and line.condition_met is None


def _condition_unmet(line: LineFacts, _dwelling: DwellingFacts) -> bool:
    return _partly(line) and line.condition_met is False


def _unmet_overridable(line: LineFacts) -> bool:
    if line.kind is None or line.kind.locked_to_bailleur or line.kind.trade in _NEVER_TRADES:
        return False
    hazards = frozenset(line.kind.hazard.split())
    return line.kind.professional_condition not in _NEVER_CONDITIONS and not hazards & _NEVER_HAZARDS


def _question(line: LineFacts) -> Any:
    question = CONDITIONS.get(line.kind.professional_condition) if line.kind else None
    return question or _l("La famille peut-elle faire ce travail sans danger ?")


def _asbestos(line: LineFacts, dwelling: DwellingFacts) -> bool:
    if line.holder in {Holder.BAILLEUR, Holder.DROPPED} or not dwelling.may_hold_asbestos:
        return False
    return bool(gestures(line.kind, line.label) - {Gesture.SCRAPES_PAINT})


def _asbestos_reason(line: LineFacts) -> Any:
    found = gestures(line.kind, line.label) - {Gesture.SCRAPES_PAINT}
    gesture = next(gesture for gesture in Gesture if gesture in found)
    return _l(
        "Ce logement peut contenir de l’amiante (permis de construire antérieur au 1er juillet 1997 ou "
        "inconnu, sans repérage favorable) : interdit de %(gesture)s. Il faut un repérage amiante "
        "favorable, ou laisser ces travaux au bailleur.",
        gesture=GESTURE_WORDS[gesture],
    )


def _lead(line: LineFacts, dwelling: DwellingFacts) -> bool:
    if line.holder in {Holder.BAILLEUR, Holder.DROPPED} or not dwelling.may_hold_lead:
        return False
    return Gesture.SCRAPES_PAINT in gestures(line.kind, line.label)


def _consent(line: LineFacts, _dwelling: DwellingFacts) -> bool:
    needed = line.kind is not None and line.kind.consent == "written"
    return needed and line.holder in TENANT_HOLDERS and line.consent_on is None


def _payer(line: LineFacts, dwelling: DwellingFacts) -> bool:
    if line.materials_payer is not Payer.TENANT or line.holder is Holder.DROPPED:
        return False
    return _is_locked(line) or _makes_decent(line, dwelling)


GUARDRAILS: tuple[GuardRail, ...] = (
    GuardRail(
        "locked_to_bailleur",
        _l(
            "Sécurité, décence ou structure : ces travaux restent au bailleur, "
            "ni la famille ni le partenaire ne peuvent les faire."
        ),
        _locked,
        detail=_locked_reason,
    ),
    GuardRail(
        "decency",
        _l("Ces travaux rendent le logement décent : la loi les met à la charge du bailleur."),
        _decency,
    ),
    GuardRail(
        "professional_only",
        _l("Ces travaux demandent un professionnel : ils ne peuvent pas être confiés à la famille."),
        _professional,
        detail=_professional_reason,
    ),
    GuardRail(
        "asbestos",
        _l("Ce logement peut contenir de l’amiante : rien qui perce, ponce ou soulève un sol."),
        _asbestos,
        detail=_asbestos_reason,
    ),
    GuardRail(
        "lead",
        _l(
            "Ce logement peut contenir du plomb (construit avant 1949 ou à une date inconnue, sans constat "
            "favorable) : interdit de gratter ou de poncer la peinture. Il faut un constat plomb favorable, "
            "ou laisser ces travaux au bailleur."
        ),
        _lead,
    ),
    GuardRail(
        "condition_unmet",
        _l("Dans ce cas, ces travaux demandent un professionnel : la famille ne peut pas les faire."),
        _condition_unmet,
        _unmet_overridable,
        "condition_met",
    ),
    GuardRail(
        "condition_unanswered",
        _l("Une question doit d’abord trouver sa réponse."),
        _condition_unanswered,
        field="condition_met",
        detail=lambda line: _l("Répondez d’abord à la question : %(question)s", question=_question(line)),
    ),
    GuardRail(
        "written_consent",
        _l(
            "Transformation du logement : la famille ne peut la faire qu’avec l’accord écrit du bailleur. "
            "Indiquez la date de cet accord."
        ),
        _consent,
        field="consent_on",
    ),
    GuardRail(
        "tenant_pays_bailleur_works",
        _l("Ces travaux reviennent au bailleur : la famille ne peut pas en payer les matériaux."),
        _payer,
        field="materials_payer",
    ),
)
"""In the order in which reasons are given: what nothing can change first, what can be mended last."""

BY_ID: Mapping[str, GuardRail] = {rule.id: rule for rule in GUARDRAILS}


def check_line(line: LineFacts, dwelling: DwellingFacts) -> list[Violation]:
    """Every guard-rail the line breaks, the most serious first. Empty: it may be agreed."""
    found = (rule.look_at(line, dwelling) for rule in GUARDRAILS)
    return [violation for violation in found if violation is not None]


def lock(line: LineFacts, dwelling: DwellingFacts) -> str:
    """The id of the guard-rail that keeps the line from the tenant as things stand; empty when none does."""
    to_tenant = replace(line, holder=Holder.TENANT, materials_payer=Payer.BAILLEUR)
    found = check_line(to_tenant, dwelling)
    return found[0].rule if found else ""


def locked_reason(lock_id: str) -> Any:
    """Why the line is locked, in plain words; empty for a free line."""
    rule = BY_ID.get(lock_id)
    return rule.reason if rule else ""


def starting_point(line: LineFacts, dwelling: DwellingFacts) -> tuple[Default, Holder, Payer]:
    """The default of the six tests, and the holder and payer a new line starts with.

    What the tests give the tenant but a guard-rail forbids starts with the bailleur.
    """
    default = propose_default(line.kind, line.cause, line.need, line.consent_on)
    holder, payer = default.starting_holder, default.payer
    if check_line(replace(line, holder=holder, materials_payer=payer), dwelling):
        holder = Holder.BAILLEUR
    if check_line(replace(line, holder=holder, materials_payer=payer), dwelling):
        payer = Payer.BAILLEUR
    return default, holder, payer


def refuse_broken(
    line: LineFacts, dwelling: DwellingFacts, field: Mapping[str, str] = MappingProxyType({})
) -> None:
    """``GuardRailBroken`` for the most serious guard-rail the line breaks. ``field`` renames its input."""
    for violation in check_line(line, dwelling):
        raise GuardRailBroken(violation, field=field.get(violation.field))
