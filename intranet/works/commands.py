"""What people ask of the split and of the contract, as frozen values. Forms make them, services apply them.

``version`` is the version of the object the form was opened with (``Split.version`` for the whole split,
``WorksLine.version`` for one line, ``Contract.version``): when it has moved, the answer is ``Stale``.
Money is in cents, time in minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from intranet.works.terms import Answer, Cause, Holder, Need, Payer


@dataclass(frozen=True, slots=True)
class Damage:
    """What was damaged by the tenant: its age (whole years) and what mending costs (cents).

    The family's share follows from the wear grid in force, never from what is typed.
    """

    age_years: int | None
    cost_cents: int | None


@dataclass(frozen=True, slots=True)
class AddLine:
    """A line of the joint visit. ``kind_id`` or a free ``label``; no ``holder``: the rules propose one."""

    split_id: int
    room: str
    need: Need
    kind_id: int | None = None
    label: str = ""
    cause: Cause = Cause.USE
    condition_met: bool | None = None
    holder: Holder | None = None
    tenant_share_pct: int | None = None
    materials_payer: Payer | None = None
    materials_cents: int = 0
    minutes: int = 0
    consent_on: date | None = None
    damage: Damage | None = None
    due_on: date | None = None
    rest_day_agreed: bool = (
        False  # the tenant expressly accepts works on a Saturday, a Sunday or a public holiday
    )


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """The whole line as it should be. A new wording sets the answers back to waiting."""

    line_id: int
    version: int
    room: str
    need: Need
    holder: Holder
    materials_payer: Payer
    kind_id: int | None = None
    label: str = ""
    cause: Cause = Cause.USE
    condition_met: bool | None = None
    tenant_share_pct: int | None = None
    materials_cents: int = 0
    minutes: int = 0
    consent_on: date | None = None
    damage: Damage | None = None
    due_on: date | None = None
    rest_day_agreed: bool = (
        False  # the tenant expressly accepts works on a Saturday, a Sunday or a public holiday
    )


@dataclass(frozen=True, slots=True)
class OverrideGuardrail:
    """Set a guard-rail aside for the wording of a line, or for the one ``change`` gives it; say why."""

    line_id: int
    version: int
    rule: str
    reason: str
    change: ChangeLine | None = None


@dataclass(frozen=True, slots=True)
class Propose:
    split_id: int
    version: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """The bailleur's answer to the wording whose ``digest`` was on the screen.

    ``seen`` is the ``bailleur_seen`` of the row as it was read: with it a second agent learns that a
    colleague answered meanwhile. A counter names what it changes; what it leaves ``None`` stays as it is.
    A refusal needs a ``comment``. ``consents`` gives the written consent of art. 7 f (transformations).
    """

    line_id: int
    digest: str
    answer: Answer
    counter_holder: Holder | None = None
    counter_share_pct: int | None = None
    counter_payer: Payer | None = None
    counter_due_on: date | None = None
    comment: str = ""
    seen: str = ""
    consents: bool = False


@dataclass(frozen=True, slots=True)
class GrantTime:
    """More time for the bailleur's answer: ``until`` is the last day it has, itself included."""

    split_id: int
    version: int
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class SendBack:
    split_id: int
    version: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdAnswer:
    """The household's answers as its référent took them, by line: accepted, refused, countered (or left waiting).

    ``wishes`` says, for a line countered, who the family says does it.
    """

    split_id: int
    version: int
    answered_on: date
    place: str = ""
    answers: Mapping[int, Answer] = field(default_factory=dict)
    wishes: Mapping[int, Holder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What the household said of one wording: accepted; refused, which it reads as “to be discussed”; or countered,
    with who does it instead (``wish``)."""

    answer: Answer
    digest: str
    word: str = ""
    wish: Holder | None = None


@dataclass(frozen=True, slots=True)
class HouseholdVoice:
    """The household's own answers by line, each to the wording it read; ``person`` is who gives them."""

    split_id: int
    person: str
    answered_on: date
    place: str = ""
    answers: Mapping[int, Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueContract:
    """``partner_id`` names the works partner: needed when it holds a line, useful to open the chantier.

    ``insurance`` is the family's insurer and policy as attested; ``image_consent`` is what it answered when
    asked whether people may be on photos, ``None`` while it was not asked: nobody is, then.
    """

    split_id: int
    support_technical: str
    support_social: str
    starts_on: date
    ends_on: date
    days_a_week: int = 2
    partner_id: int | None = None
    version: int | None = None
    support_volunteers: str = ""
    insurance: str = ""
    insured_until: date | None = None
    image_consent: bool | None = None
