"""« Pourquoi ? »: the six tests of ``domain.md`` §4 in their order, which one decided, each with its source.

A proposal with its reasons, never a verdict. It reads nothing: a line comes in, words go out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.wear.rules import Calculation
from intranet.wear.wordings import explained
from intranet.works.guardrails import locked_reason
from intranet.works.queries import LineView
from intranet.works.rules import SOURCES, TESTS, Default
from intranet.works.terms import Cause
from intranet.works.wordings import CAUSES, who_does

QUESTIONS: tuple[tuple[str, Any], ...] = (
    ("safety", _l("Sécurité, décence ou structure du logement ?")),
    ("damage", _l("Dégradation par le locataire ?")),
    ("tenant_repair", _l("Entretien courant ou menue réparation de la liste légale ?")),
    ("repair", _l("Autre travail nécessaire pour garder le logement en état ?")),
    ("fitting_out", _l("Aménagement qui ne transforme pas le logement ?")),
    ("transformation", _l("Transformation du logement (cloison, carrelage…) ?")),
)
"""The six tests, by the id of the answer that says yes."""

_PLACE: Mapping[str, int] = {
    **{rule: number for number, (rule, _question) in enumerate(QUESTIONS, start=1)},
    "not_tenant_repair": 3,
    "transformation_tacit": 6,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One test. ``answer`` is yes, no, or not looked at; ``said`` what follows from a yes."""

    number: int
    question: str
    answer: str
    said: str
    source: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Why a line is proposed to whom. ``held`` is the reason of the guard-rail that keeps it from the family."""

    holder: str
    steps: tuple[Step, ...]
    held: str = ""
    wear: tuple[str, ...] = ()


def explain(line: LineView) -> Why | None:
    """The tests as they speak of a line; ``None`` when nothing is known of it any more."""
    default = line.default
    if default is None:
        return None
    return Why(
        holder=normal_holder(default),
        steps=steps(default, line.cause),
        held=str(locked_reason(line.lock)) if line.lock else "",
        wear=explained(Calculation.of(line.wear)) if line.wear else (),
    )


def steps(default: Default, cause: Cause = Cause.USE) -> tuple[Step, ...]:
    """The six tests up to the one that decided, and the others, which were not looked at."""
    decisive = _PLACE[default.rule]
    return tuple(
        Step(
            number=number,
            question=str(question),
            answer=_answer(number, decisive, default.rule, cause),
            said=str(TESTS[default.rule]) if number == decisive else "",
            source=default.source if number == decisive else SOURCES[rule],
            decides=number == decisive,
        )
        for number, (rule, question) in enumerate(QUESTIONS, start=1)
    )


def _answer(number: int, decisive: int, rule: str, cause: Cause) -> str:
    if number < decisive:
        return str(_("Non."))
    if number > decisive:
        return str(_("Pas examiné : le test %(number)d a déjà décidé.", number=decisive))
    if rule == "not_tenant_repair":
        return str(_("Oui, mais : %(cause)s.", cause=str(CAUSES[cause]).lower()))
    return str(_("Oui."))


def normal_holder(default: Default) -> str:
    """Whom the tests name, in words."""
    return who_does(default.holder, None) if default.holder else str(_("À convenir"))
