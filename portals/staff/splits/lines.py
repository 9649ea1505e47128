"""One line in ALC's hands: changed, copied to another room, removed, adopted or kept, remarked on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, can, require, requires
from intranet.translation import gettext as _
from intranet.web.answering import DONE, UNPROCESSABLE, obey, refusal_of, sent_version, status_of
from intranet.web.formatting import day
from intranet.works import queries, service
from intranet.works.commands import AddLine, OverrideGuardrail
from intranet.works.guardrails import GuardRailBroken
from intranet.works.models import Split
from intranet.works.problem import Problem
from intranet.works.queries import KindChoice, LineView
from portals.staff.blueprint import bp
from portals.staff.splits import showing
from portals.staff.splits.damage import damage_preview
from portals.staff.splits.forms import NO, YES, ChangeLineForm
from portals.staff.splits.table import row


@bp.route("/splits/<int:split_id>/lines/<int:line_id>", methods=["GET", "POST"])
@requires(p.SPLIT_WRITE)
def split_line(split_id: int, line_id: int) -> ResponseReturnValue:
    """The line's form. A change sets every answer to it back to waiting, and says so.

    A guard-rail that stops the change is shown with its reason; a coordinator may set some aside from there.
    """
    line = _own_line(split_id, line_id)
    kinds = queries.kind_choices()
    form = ChangeLineForm(data=_values(line, kinds))
    form.kind_id.choices = showing.kind_options(kinds)
    broken: list[GuardRailBroken] = []
    status = obey(form, lambda: _change(form, line_id, broken))
    if status == DONE:
        flash(_("Ligne modifiée."), "success")
        return redirect(url_for("staff.split", split_id=split_id, _anchor=f"line-{line_id}"), DONE)
    head = queries.split_header(split_id)
    page = render_template(
        "staff/splits/line.html",
        split=head,
        line=line,
        form=form,
        version=sent_version() if status == UNPROCESSABLE else line.version,
        preview=showing.preview(form, head, kinds),
        damage=damage_preview(form, head.dossier_id, line_id) if head else None,
        default_url=url_for("staff.visit_default", dossier_id=head.dossier_id, line=line_id) if head else "",
        places=showing.places(()),
        lift=_liftable(split_id, broken),
        lift_reason=request.form.get("lift_reason", ""),
    )
    return page, status


def _change(form: ChangeLineForm, line_id: int, broken: list[GuardRailBroken]) -> None:
    """Change the line, setting a guard-rail aside when that button was pressed; keep what stopped it."""
    wanted = form.change_command(line_id, sent_version())
    rule, reason = request.form.get("lift", ""), request.form.get("lift_reason", "")
    try:
        if rule:
            lifting = OverrideGuardrail(line_id, wanted.version, rule, reason, change=wanted)
            changed = service.override(actor(), lifting)
        else:
            changed = service.change_line(actor(), wanted)
    except GuardRailBroken as refused:
        broken.append(refused)
        raise
    if wanted.consent_on and not changed.consent_on:
        flash(
            _(
                "L’accord écrit du %(day)s portait sur d’autres travaux : il n’est plus retenu pour cette ligne.",
                day=day(wanted.consent_on),
            ),
            "warning",
        )


def _liftable(split_id: int, broken: Sequence[GuardRailBroken]) -> str:
    """The guard-rail the person may set aside: it stopped this change, or was being lifted without a reason."""
    if not can(p.SPLIT_OVERRIDE, Split, split_id):
        return ""
    if broken:
        return broken[0].rule if broken[0].overridable else ""
    return request.form.get("lift", "")


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/remove")
@requires(p.SPLIT_WRITE)
def split_line_remove(split_id: int, line_id: int) -> ResponseReturnValue:
    """Take the line away; one the bailleur has seen is dropped, not erased."""
    line = _own_line(split_id, line_id)
    service.remove_line(actor(), line_id, sent_version())
    flash(_("« %(label)s » (%(room)s) a été retirée.", label=line.label, room=line.room), "success")
    return redirect(_back(split_id), DONE)


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/copy")
@requires(p.VISIT_WRITE)
def split_line_copy(split_id: int, line_id: int) -> ResponseReturnValue:
    """The same works in another room; the rules propose the holder again."""
    line = _own_line(split_id, line_id)
    room = request.form.get("room", "").strip()
    service.add_line(actor(), _same(line, split_id, room))
    flash(_("« %(label)s » est aussi prévu : %(room)s.", label=line.label, room=room), "success")
    return redirect(_back(split_id), DONE)


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/adopt")
@requires(p.SPLIT_WRITE)
def split_line_adopt(split_id: int, line_id: int) -> ResponseReturnValue:
    """Take what the bailleur offers."""
    return _at_line(split_id, line_id, lambda: service.adopt_counter(actor(), line_id, sent_version()))


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/keep")
@requires(p.SPLIT_WRITE)
def split_line_keep(split_id: int, line_id: int) -> ResponseReturnValue:
    """Keep ALC's wording: the bailleur is asked again."""
    return _at_line(split_id, line_id, lambda: service.keep_line(actor(), line_id, sent_version()))


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/comments")
@requires(p.SPLIT_WRITE)
def split_line_comment(split_id: int, line_id: int) -> ResponseReturnValue:
    """Remark something on the line, read by ALC and the bailleur."""
    text = request.form.get("comment", "")
    return _at_line(split_id, line_id, lambda: service.comment(actor(), line_id, text))


@bp.post("/splits/<int:split_id>/lines/<int:line_id>/resolve")
@requires(p.SPLIT_WRITE)
def split_line_resolve(split_id: int, line_id: int) -> ResponseReturnValue:
    """Say that what was discussed on the line is settled."""
    return _at_line(split_id, line_id, lambda: service.resolve(actor(), line_id))


def _at_line(split_id: int, line_id: int, command: Callable[[], Any]) -> ResponseReturnValue:
    """Run what was asked at one line; give the row to htmx, else lead back to it."""
    require(p.SPLIT_WRITE, Split, split_id, seen_by=p.SPLIT_READ)
    if not queries.is_line_of(split_id, line_id):
        abort(404)
    refused = refusal_of(command)
    if refused is not None:
        return row(split_id, line_id, Problem.of(request.form, line_id, refused)), status_of(refused)
    if "HX-Request" in request.headers:
        return row(split_id, line_id)
    return redirect(url_for("staff.split", split_id=split_id, _anchor=f"line-{line_id}"), DONE)


def _own_line(split_id: int, line_id: int) -> LineView:
    require(p.SPLIT_WRITE, Split, split_id, seen_by=p.SPLIT_READ)
    for line in queries.split_lines(split_id):
        if line.id == line_id:
            return line
    abort(404)


def _back(split_id: int) -> str:
    """To the visit when the line was handled there, else to the table."""
    head = queries.split_header(split_id)
    if request.form.get("from") == "visit" and head is not None:
        return url_for("staff.visit", dossier_id=head.dossier_id) + "#lines"
    return url_for("staff.split", split_id=split_id)


def _values(line: LineView, kinds: Sequence[KindChoice]) -> dict[str, Any]:
    own = next((each.label_fr for each in kinds if each.id == line.kind_id), None)
    return {
        "kind_id": str(line.kind_id) if line.kind_id else "",
        "label": "" if line.label == own else line.label,
        "room": line.room,
        "need": line.need.value,
        "cause": line.cause.value,
        "condition_met": {True: YES, False: NO}.get(line.condition_met)
        if line.condition_met is not None
        else None,
        "consent_on": line.consent_on,
        "materials_cents": line.materials_cents or None,
        "minutes": line.minutes or None,
        "holder": line.holder.value,
        "tenant_share_pct": line.tenant_share_pct,
        "materials_payer": line.materials_payer.value,
        "due_on": line.due_on,
        "age_years": line.wear["age_years"] if line.wear else None,
        "cost_cents": line.wear["cost_cents"] if line.wear else None,
    }


def _same(line: LineView, split_id: int, room: str) -> AddLine:
    """The same works elsewhere: a safety question or a written consent was answered for its room alone."""
    return AddLine(
        split_id=split_id,
        room=room,
        need=line.need,
        kind_id=line.kind_id,
        label=line.label,
        cause=line.cause,
        materials_cents=line.materials_cents,
        minutes=line.minutes,
    )
