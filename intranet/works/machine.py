"""The split of works and the participation contract, declared (``domain.md`` §3).

``SPLIT`` and ``CONTRACT`` hold the moves from state to state. ``SPLIT_ACTS`` holds what may be done without
leaving a state. ``TURN`` says whose move it is in each state: it is never decided anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from intranet import permissions as p
from intranet.dossiers.terms import DossierState
from intranet.errors import Refused
from intranet.transitions import Machine, Transition
from intranet.translation import gettext as _
from intranet.works.terms import ContractState, Side, SplitState

S = SplitState
C = ContractState

TURN: Mapping[SplitState, Side | None] = {
    S.DRAFT: Side.ALC,
    S.PROPOSED: Side.BAILLEUR,
    S.COUNTERED: Side.ALC,
    S.AGREED: Side.ALC,  # the contract is to be made and signed
    S.SIGNED: None,
    S.AMENDED: None,
    S.WITHDRAWN: None,
}

SPLIT_DOSSIER_STATES = frozenset({DossierState.ALLOCATED, DossierState.JOINED, DossierState.WORKS})
"""Before a dwelling is allocated the person is not a tenant, and the law on tenants does not apply."""

JOINED_STATES = frozenset({DossierState.JOINED, DossierState.WORKS})


class LineRefusal(NamedTuple):
    """The first guard-rail that a line breaks, in words."""

    line_id: int
    line: str
    room: str
    message: str


class LinesRefused(Refused):
    """Guard-rails say no to some lines; ``lines`` says which, for a page to lead to each."""

    def __init__(self, lines: tuple[LineRefusal, ...]) -> None:
        said = " ".join(f"{each.room} — {each.line} : {each.message}" for each in lines)
        super().__init__("split.guardrails", said)
        self.lines = lines


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """What the guards of a split look at. Counts are of lines, dropped ones included in ``lines``."""

    dossier_state: DossierState
    same_dwelling: bool = True
    lines: int = 0
    kept: int = 0  # not dropped
    refusals: tuple[LineRefusal, ...] = ()  # guard-rails broken by a line
    heard: bool = True  # the bailleur answered, commented or wrote something in this turn
    missing: tuple[str, ...] = ()  # lines that some side has not accepted in their present wording
    signed: bool = False  # the contract bears every signature it needs
    rent_pending: bool = False  # works against rent that bailleur and tenant have not both agreed to
    idle: bool = False  # an amendment whose lines and rent are those of the contract in force


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What the guards of a contract look at: the sides whose signature is still missing."""

    unsigned: frozenset[Side] = frozenset()


def dwelling_allocated(facts: SplitFacts) -> Refused | None:
    """The split lives only while the family is the tenant of its home."""
    if facts.dossier_state not in SPLIT_DOSSIER_STATES:
        return Refused(
            "split.not_allocated",
            _("La répartition demande un logement attribué : sans lui, la famille n’est pas locataire."),
        )
    if not facts.same_dwelling:
        return Refused(
            "split.other_dwelling",
            _(
                "La famille a maintenant un autre logement : retirez cette répartition et ouvrez-en une autre."
            ),
        )
    return None


def _has_lines(facts: SplitFacts) -> Refused | None:
    if facts.kept:
        return None
    return Refused("split.empty", _("Ajoutez au moins une ligne de travaux avant de proposer."))


def _changes_something(facts: SplitFacts) -> Refused | None:
    if not facts.idle:
        return None
    return Refused(
        "amendment.idle",
        _(
            "Cet avenant ne change rien aux travaux du contrat en vigueur : aucune ligne n’y est rouverte ni ajoutée. "
            "Ajoutez des travaux, établissez l’avenant si seul le calendrier change, ou retirez-le et ouvrez-en un "
            "autre en choisissant les lignes à rouvrir."
        ),
    )


def _as_signed(facts: SplitFacts) -> Refused | None:
    if facts.idle:
        return None
    return Refused(
        "amendment.discussed",
        _("Cet avenant change des travaux ou le loyer : proposez-le au bailleur avant de l’établir."),
    )


def _within_guardrails(facts: SplitFacts) -> Refused | None:
    if not facts.refusals:
        return None
    return LinesRefused(facts.refusals)


def _heard(facts: SplitFacts) -> Refused | None:
    if facts.heard:
        return None
    return Refused(
        "split.nothing_said", _("Répondez à une ligne au moins, ou écrivez un message, avant de renvoyer.")
    )


def _accepted_by_all(facts: SplitFacts) -> Refused | None:
    if not facts.missing:
        return None
    return Refused("split.not_accepted", _("Toutes les lignes ne sont pas acceptées par chacun."))


def _rent_settled(facts: SplitFacts) -> Refused | None:
    if not facts.rent_pending:
        return None
    return Refused(
        "split.rent_pending",
        _("Les travaux déduits du loyer attendent l’accord du bailleur et de la famille sur ces chiffres."),
    )


def _all_signed(facts: SplitFacts) -> Refused | None:
    if facts.signed:
        return None
    return Refused("split.contract_unsigned", _("Le contrat ne porte pas encore toutes les signatures."))


def _complete(facts: ContractFacts) -> Refused | None:
    if not facts.unsigned:
        return None
    return Refused("contract.unsigned", _("Le contrat ne porte pas encore toutes les signatures."))


def _on(*states: SplitState) -> frozenset[SplitState]:
    return frozenset(states)


SPLIT = Machine(
    "split",
    SplitState,
    Transition(
        "propose",
        _on(S.DRAFT, S.COUNTERED),
        S.PROPOSED,
        p.SPLIT_WRITE,
        "works.split.proposed",
        (dwelling_allocated, _has_lines, _changes_something, _within_guardrails),
    ),
    Transition("send_back", _on(S.PROPOSED), S.COUNTERED, p.SPLIT_ANSWER, "works.split.sent_back", (_heard,)),
    Transition("fall_silent", _on(S.PROPOSED), S.COUNTERED, None, "works.split.silent"),
    Transition(
        "agree",
        _on(S.COUNTERED),
        S.AGREED,
        None,  # nobody asks for it: it follows from the last acceptance, whoever gives it
        "works.split.agreed",
        (dwelling_allocated, _has_lines, _within_guardrails, _accepted_by_all, _rent_settled),
    ),
    Transition(
        "settle",
        _on(S.DRAFT, S.COUNTERED),
        S.AGREED,
        None,  # nobody asks for it: it is part of establishing an amendment of the calendar alone
        "works.split.settled",
        (dwelling_allocated, _as_signed, _has_lines, _within_guardrails, _accepted_by_all, _rent_settled),
    ),
    Transition(
        "reopen", _on(S.AGREED), S.COUNTERED, p.SPLIT_WRITE, "works.split.reopened", needs_reason=True
    ),
    Transition("sign", _on(S.AGREED), S.SIGNED, p.CONTRACT_SIGN, "works.split.signed", (_all_signed,)),
    Transition(
        "give_back", _on(S.AGREED), S.COUNTERED, None, "works.split.contract_refused", needs_reason=True
    ),  # a party refuses to sign the contract: its own machine says who may
    Transition(
        "withdraw",
        _on(S.DRAFT, S.PROPOSED, S.COUNTERED, S.AGREED),
        S.WITHDRAWN,
        p.SPLIT_WRITE,
        "works.split.withdrawn",
        needs_reason=True,
    ),
    Transition(
        "amend",
        _on(S.SIGNED),
        S.AMENDED,
        p.CONTRACT_ISSUE,
        "works.split.amended",
        (dwelling_allocated,),
        needs_reason=True,
    ),
    Transition(
        "restore", _on(S.AMENDED), S.SIGNED, None, "works.split.restored"
    ),  # its amendment is withdrawn
)

CONTRACT = Machine(
    "contract",
    ContractState,
    Transition(
        "sign",
        frozenset({C.PREPARED}),
        C.SIGNED,
        p.CONTRACT_SIGN,
        "works.contract.signed",
        (_complete,),
    ),
    Transition(
        "cancel",
        frozenset({C.PREPARED}),
        C.CANCELLED,
        p.CONTRACT_ISSUE,
        "works.contract.cancelled",
        needs_reason=True,
    ),
    Transition(
        "refuse",
        frozenset({C.PREPARED}),
        C.REFUSED,
        p.CONTRACT_SIGN,
        "works.contract.refused",
        needs_reason=True,
    ),
    Transition("replace", frozenset({C.SIGNED}), C.REPLACED, None, "works.contract.replaced"),
)


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a split, to its contract or to what comes of it, without leaving its state."""

    name: str
    states: frozenset[StrEnum]
    permission: str
    event: str


_WRITING = _on(S.DRAFT, S.COUNTERED)
_ALIVE = frozenset(S) - {S.WITHDRAWN}
_SENT = frozenset(S) - {S.DRAFT}

SPLIT_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("reuse_split", _on(S.DRAFT), p.VISIT_WRITE, "works.split.reused"),
        Act("add_line", _WRITING, p.VISIT_WRITE, "works.line.added"),
        Act("change_line", _WRITING, p.SPLIT_WRITE, "works.line.changed"),
        Act("remove_line", _WRITING, p.SPLIT_WRITE, "works.line.removed"),
        Act("override_guardrail", _WRITING, p.SPLIT_OVERRIDE, "works.line.overridden"),
        Act("adopt_counter", _on(S.COUNTERED), p.SPLIT_WRITE, "works.line.adopted"),
        Act("answer_line", _on(S.PROPOSED), p.SPLIT_ANSWER, "works.line.answered"),
        Act("accept_undisputed", _on(S.PROPOSED), p.SPLIT_ANSWER, "works.split.accepted_undisputed"),
        Act("record_household", _on(S.COUNTERED), p.SPLIT_HOUSEHOLD, "works.split.household_answered"),
        Act("answer_as_household", _on(S.COUNTERED), p.SPLIT_VOICE, "works.split.household_spoke"),
        Act("comment_alc", _on(S.DRAFT, S.PROPOSED, S.COUNTERED), p.SPLIT_WRITE, "works.line.commented"),
        Act("comment_bailleur", _on(S.PROPOSED, S.COUNTERED), p.SPLIT_ANSWER, "works.line.commented"),
        Act("grant_time", _on(S.PROPOSED), p.SPLIT_GRANT_TIME, "works.split.time_granted"),
        Act("write_rent", _WRITING, p.SPLIT_WRITE, "works.rent.written"),
        Act("answer_rent", _on(S.PROPOSED, S.COUNTERED), p.SPLIT_ANSWER, "works.rent.consented"),
        Act(
            "record_rent",
            _on(S.DRAFT, S.PROPOSED, S.COUNTERED),
            p.SPLIT_HOUSEHOLD,
            "works.rent.tenant_consented",
        ),
        Act(
            "file_consent",
            _on(S.DRAFT, S.PROPOSED, S.COUNTERED, S.AGREED),
            p.SPLIT_WRITE,
            "works.consent.filed",
        ),
        Act("give_consent", _on(S.PROPOSED, S.COUNTERED, S.AGREED), p.SPLIT_ANSWER, "works.consent.given"),
        Act("issue_contract", _on(S.AGREED), p.CONTRACT_ISSUE, "works.contract.issued"),
        Act("open_access", _ALIVE, p.GUEST_INVITE, "guests.access.opened"),
        Act("close_access", frozenset(S), p.GUEST_INVITE, "guests.access.revoked"),
        Act("adopt_answers", _SENT, p.GUEST_ADOPT, "guests.access.adopted"),
    )
}


CONTRACT_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("sign_own", frozenset({C.PREPARED}), p.CONTRACT_SIGN, "works.contract.signature"),
        Act("record_other", frozenset({C.PREPARED}), p.CONTRACT_RECORD, "works.contract.signature"),
        Act("render_again", frozenset({C.PREPARED, C.SIGNED}), p.CONTRACT_ISSUE, "works.contract.issued"),
    )
}
"""What a party, or ALC for another, does to a contract that is to be signed; the last signature moves it.

A document, or a sealed file, that could not be made is asked for again (``render_again``): nothing is written
but the request.
"""


def check_still_agreed(facts: SplitFacts) -> None:
    """``Refused`` when what was agreed could not be agreed any more: a report or the home's decency has changed."""
    for guard in SPLIT.transitions["agree"].guards:
        refusal = guard(facts)
        if refusal is not None:
            raise refusal


def may_now(name: str, state: SplitState) -> bool:
    """Whether the act or move ``name`` exists in ``state``. Who may is for ``access`` to say."""
    if name in SPLIT_ACTS:
        return state in SPLIT_ACTS[name].states
    return state in SPLIT.transitions[name].sources


def check_act(name: str, state: SplitState) -> Act:
    """The act, or ``Refused`` with a sentence that says where the split is now."""
    from intranet.works.wordings import state_refusal

    act = SPLIT_ACTS[name]
    if state not in act.states:
        raise Refused(f"split.{name}.state", state_refusal(state))
    return act
