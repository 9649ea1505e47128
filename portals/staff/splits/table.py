"""The split table as ALC works on it: who does what, the bailleur's answers, and the one next step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, can, require, requires
from intranet.errors import Refused
from intranet.rent.card import rent_card
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.web.answering import DONE, refusal_of, sent_version, status_of
from intranet.works import queries, service, table
from intranet.works.commands import Propose
from intranet.works.machine import may_now
from intranet.works.models import Side, Split, SplitState
from intranet.works.problem import Problem
from intranet.works.turn import turn_block
from intranet.works.untouched import stands_as_signed
from intranet.works.wordings import next_sentence, state_word
from portals.staff.blueprint import bp
from portals.staff.splits.amendments import STANDING_LINKS


class Step(NamedTuple):
    """The main action of the state. With ``url`` it is a link, without it proposes."""

    label: str
    icon: str
    url: str = ""


@bp.get("/splits/<int:split_id>")
@requires(p.SPLIT_READ)
def split(split_id: int) -> ResponseReturnValue:
    """The table; 404 for a dossier that is not the person's."""
    require(p.SPLIT_READ, Split, split_id)
    return page(split_id)


@bp.post("/splits/<int:split_id>/propose")
@requires(p.SPLIT_WRITE)
def split_propose(split_id: int) -> ResponseReturnValue:
    """Send it to the bailleur. A second click finds it sent."""
    message = request.form.get("message", "")
    return _move(
        split_id,
        lambda: service.propose(actor(), Propose(split_id, sent_version(), message)),
        _("La répartition est partie chez le bailleur."),
    )


@bp.post("/splits/<int:split_id>/withdraw")
@requires(p.SPLIT_WRITE)
def split_withdraw(split_id: int) -> ResponseReturnValue:
    """Give it up, with a reason."""
    reason = request.form.get("reason", "")
    return _move(
        split_id,
        lambda: service.withdraw(actor(), split_id, sent_version(), reason),
        _("La répartition est retirée."),
    )


@bp.post("/splits/<int:split_id>/reopen")
@requires(p.SPLIT_WRITE)
def split_reopen(split_id: int) -> ResponseReturnValue:
    """Take an agreed split back to the table, with a reason."""
    reason = request.form.get("reason", "")
    return _move(
        split_id,
        lambda: service.reopen(actor(), split_id, sent_version(), reason),
        _("La répartition est rouverte : vous pouvez la modifier."),
    )


def _move(split_id: int, command: Callable[[], Any], done: str) -> ResponseReturnValue:
    require(p.SPLIT_WRITE, Split, split_id, seen_by=p.SPLIT_READ)
    refused = refusal_of(command)
    if refused is not None:
        return page(split_id, refused=refused), status_of(refused)
    flash(done, "success")
    return redirect(url_for("staff.split", split_id=split_id), DONE)


def page(split_id: int, problem: Problem | None = None, refused: Refused | None = None) -> str:
    """The whole page, with what went wrong and what was typed."""
    shown = _context(split_id, problem)
    head = shown["split"]
    return render_template(
        "staff/splits/split.html",
        **shown,
        groups=shown["table"].groups,
        refused=refused,
        typed=request.form,
        standing=queries.standing(split_id),
        standing_links=STANDING_LINKS,
        turn=turn_block(split_id, Side.ALC),
        may_grant=may_now("grant_time", head.state) and can(p.SPLIT_GRANT_TIME, Split, split_id),
        history=entries_about("split", split_id, Side.ALC, 12),
        may_hear=bool(head.number) and can(p.SPLIT_HOUSEHOLD, Split, split_id),
        may_withdraw=may_now("withdraw", head.state) and shown["may_write"],
        may_reopen=may_now("reopen", head.state) and shown["may_write"],
        rent=rent_card(split_id),
        rent_url=url_for("staff.split_rent", split_id=split_id),
        may_write_rent=may_now("write_rent", head.state) and shown["may_write"],
    )


def row(split_id: int, line_id: int, problem: Problem | None = None) -> str:
    """One row and the bar for htmx; the whole page for a browser that sent a plain form."""
    if "HX-Request" not in request.headers:
        return page(split_id, problem)
    shown = _context(split_id, problem)
    return render_template("staff/splits/_row.html", lines=shown["table"].only(line_id), **shown)


def _context(split_id: int, problem: Problem | None) -> dict[str, Any]:
    """What the table and the bar need, in a constant number of statements."""
    head = queries.split_header(split_id)
    if head is None:
        abort(404)
    person = actor()
    rows = queries.split_lines(split_id)
    mine = head.state in (SplitState.DRAFT, SplitState.COUNTERED)
    changes = queries.pending_differences(split_id, rows) if mine else queries.last_differences(split_id)
    lifted = queries.overrides(split_id)
    shown = table.arrange(rows, head.state, Side.ALC, queries.comments(split_id), changes, lifted)
    contract = queries.live_contract(split_id)
    settles = _settles(head, rows)
    may_write = person.may(p.SPLIT_WRITE) and can(p.SPLIT_WRITE, Split, split_id)
    return {
        "split": head,
        "state": state_word(head.state, Side.ALC),
        "sentence": next_sentence(head.state, Side.ALC, head.turn_since, silent=head.silent),
        "table": shown,
        "contract": contract,
        "side": Side.ALC,
        "base": url_for("staff.split", split_id=split_id),
        "problem": problem,
        "may_write": may_write,
        "can_answer": False,
        "can_decide": may_write and may_now("change_line", head.state),
        "can_comment": may_write and may_now("comment_alc", head.state),
        "can_resolve": may_write and may_now("comment_alc", head.state),
        "has_past": True,
        "has_reasons": True,
        "has_papers": True,
        "can_consent": may_write and may_now("file_consent", head.state),
        "settles": settles,
        "step": _step(head, shown, contract, may_write, settles),
    }


def _settles(head: Any, rows: Sequence[queries.LineView]) -> bool:
    """Whether this amends a contract without discussing its works: asked of the database for amendments alone."""
    untouched = may_now("settle", head.state) and bool(rows) and all(row.fixed for row in rows)
    return untouched and stands_as_signed(head.id)


def _step(head: Any, shown: table.Table, contract: Any, may_write: bool, settles: bool) -> Step | None:
    """The one main action, for a person who may take it."""
    person = actor()
    split_id, counts = head.id, shown.counts
    if not counts["lines"]:
        visit = url_for("staff.visit", dossier_id=head.dossier_id)
        return Step(_("Relever les travaux"), "plus-lg", visit) if person.may(p.VISIT_WRITE) else None
    if settles:
        url = url_for("staff.split_contract", split_id=split_id)
        return (
            Step(_("Établir l’avenant"), "file-earmark-text", url) if person.may(p.CONTRACT_ISSUE) else None
        )
    match head.state:
        case SplitState.DRAFT:
            return Step(_("Proposer au bailleur"), "send") if may_write else None
        case SplitState.COUNTERED if counts["agreed"] == counts["lines"] and person.may(p.SPLIT_HOUSEHOLD):
            url = url_for("staff.split_household", split_id=split_id)
            return Step(_("Recueillir la réponse de la famille"), "clipboard-check", url)
        case SplitState.COUNTERED:
            return Step(_("Proposer à nouveau"), "send") if may_write else None
        case SplitState.AGREED if contract is None:
            url = url_for("staff.split_contract", split_id=split_id)
            return (
                Step(_("Établir le contrat"), "file-earmark-text", url)
                if person.may(p.CONTRACT_ISSUE)
                else None
            )
        case SplitState.AGREED:
            url = url_for("staff.contract", contract_id=contract.id)
            return (
                Step(_("Enregistrer les signatures"), "pencil-square", url)
                if person.may(p.CONTRACT_SIGN)
                else None
            )
        case SplitState.SIGNED if contract is not None:
            return Step(
                _("Voir le contrat"), "file-earmark-text", url_for("staff.contract", contract_id=contract.id)
            )
        case _:
            return None
