"""What is done to a commitment, and in which of its computed states. It has no moves of its own: dates move it."""

from __future__ import annotations

from collections.abc import Mapping

from intranet import permissions as p
from intranet.commitments.rules import OPEN, CommitmentState
from intranet.commitments.wordings import state_refusal
from intranet.errors import Refused
from intranet.works.machine import Act

_DONE = frozenset({CommitmentState.DONE})

COMMITMENT_ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("mark_done", OPEN, p.COMMITMENT_DO, "commitment.done"),
        Act("take_back", _DONE, p.COMMITMENT_DO, "commitment.taken_back"),
        Act("confirm", _DONE, p.COMMITMENT_CONFIRM, "commitment.confirmed"),
        Act("return_works", _DONE, p.COMMITMENT_CONFIRM, "commitment.sent_back"),
        Act("confirm_as_household", _DONE, p.COMMITMENT_VOICE, "commitment.confirmed"),
        Act("return_as_household", _DONE, p.COMMITMENT_VOICE, "commitment.sent_back"),
    )
}


def check_act(name: str, state: CommitmentState) -> Act:
    """The act, or ``Refused`` with a sentence that says where the commitment is now."""
    act = COMMITMENT_ACTS[name]
    if state not in act.states:
        raise Refused("commitment.state", state_refusal(state))
    return act
