"""What the bailleurs undertook, for ALC: the list, what is overdue, and the confirmation of what is done."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import Actor, actor, can, require, requires
from intranet.clock import today
from intranet.commitments import queries, service
from intranet.commitments.commands import Confirm, SendBack
from intranet.commitments.listing import read_list, worded
from intranet.commitments.models import Commitment
from intranet.commitments.rules import OPEN, CommitmentState
from intranet.commitments.wordings import CONFIRMERS, next_sentence, state_word
from intranet.errors import Refused
from intranet.guests.queries import has_voice
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.web.answering import DONE, refusal_of, sent_version, status_of
from intranet.works.terms import Side
from intranet.works.wordings import SIDES
from portals.staff.blueprint import bp


@bp.get("/commitments")
@requires(p.COMMITMENT_READ)
def commitments() -> ResponseReturnValue:
    """What the bailleurs undertook in the dossiers the person follows. Two statements."""
    return render_template("staff/commitments.html", listing=read_list(Side.ALC))


@bp.get("/commitments/<int:commitment_id>")
@requires(p.COMMITMENT_READ)
def commitment(commitment_id: int) -> ResponseReturnValue:
    """One commitment, its proof, and who confirms."""
    return _page(commitment_id)


@bp.post("/commitments/<int:commitment_id>/confirm")
@requires(p.COMMITMENT_CONFIRM)
def commitment_confirm(commitment_id: int) -> ResponseReturnValue:
    """The works are there: ALC saw them, or the household told its référent."""

    def confirm() -> None:
        side = request.form.get("side", "")
        if side not in set(Side):
            raise Refused(
                "commitment.side", _("Dites qui a vu les travaux : la famille, ou vous."), field="side"
            )
        service.confirm(actor(), Confirm(commitment_id, sent_version(), Side(side)))

    return _obey(commitment_id, confirm, _("C’est confirmé."))


@bp.post("/commitments/<int:commitment_id>/send-back")
@requires(p.COMMITMENT_CONFIRM)
def commitment_send_back(commitment_id: int) -> ResponseReturnValue:
    """The works are not as agreed: the bailleur reads why."""
    reason = request.form.get("reason", "")
    return _obey(
        commitment_id,
        lambda: service.send_back(actor(), SendBack(commitment_id, sent_version(), reason)),
        _("Le bailleur est averti : ces travaux lui reviennent."),
    )


def commitments_panel(_person: Actor, dossier_id: int) -> str:
    """What the bailleur undertook for a household, on its dossier; nothing before a contract is signed."""
    rows = worded(queries.commitments(dossier_id=dossier_id), Side.ALC)
    if not rows:
        return ""
    return render_template("commitments/_panel.html", rows=rows, prefix=url_for("staff.commitments"))


def _obey(commitment_id: int, command: Callable[[], object], done: str) -> ResponseReturnValue:
    require(p.COMMITMENT_CONFIRM, Commitment, commitment_id, seen_by=p.COMMITMENT_READ)
    refused = refusal_of(command)
    if refused is not None:
        return _page(commitment_id, refused), status_of(refused)
    flash(done, "success")
    return redirect(_back(commitment_id), DONE)


def _back(commitment_id: int) -> str:
    """To the page it was said on: the commitment's own, or the family's that ALC holds out to it."""
    found = queries.commitment(commitment_id) if request.form.get("page") == "family" else None
    if found is None:
        return url_for("staff.commitment", commitment_id=commitment_id)
    return url_for("staff.split_family", split_id=found.row.split_id, lang=request.args.get("lang"))


def _page(commitment_id: int, refused: Refused | None = None) -> str:
    found = queries.commitment(commitment_id)
    if found is None:
        abort(404)
    row, state = found
    invites = state in OPEN and actor().may(p.GUEST_INVITE)
    return render_template(
        "staff/commitment.html",
        row=row,
        side=Side.ALC,
        state=state_word(state, Side.ALC),
        sentence=next_sentence(state, Side.ALC, row.due_on, today()),
        confirmed=str(SIDES[row.confirmed_side]) if row.confirmed_side else None,
        confirmers=CONFIRMERS,
        refused=refused,
        typed=request.form,
        voiceless=invites and not has_voice(row.split_id, row.bailleur_id),
        may_confirm=state is CommitmentState.DONE and can(p.COMMITMENT_CONFIRM, Commitment, commitment_id),
        history=entries_about("commitment", commitment_id, Side.ALC, 12),
    )
