"""The joint visit: works written down room by room, each line with its default holder at once."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.dossiers.models import Dossier
from intranet.dossiers.queries import dossier_header
from intranet.rows import fetch_one
from intranet.translation import gettext as _
from intranet.web.answering import DONE, SHOWN, obey
from intranet.works import queries, service
from intranet.works.machine import may_now
from intranet.works.models import Need, Side, SplitState
from intranet.works.queries.reusable import reusable
from intranet.works.wordings import state_word
from portals.staff.blueprint import bp
from portals.staff.splits import showing
from portals.staff.splits.damage import damage_preview
from portals.staff.splits.forms import LineForm
from portals.staff.splits.queries import open_split


@bp.route("/dossiers/<int:dossier_id>/visit", methods=["GET", "POST"])
@requires(p.VISIT_WRITE)
def visit(dossier_id: int) -> ResponseReturnValue:
    """The lines so far and the form for the next one. The first line opens the split."""
    require(p.VISIT_WRITE, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    dossier = fetch_one(dossier_header, dossier_id=dossier_id)
    if dossier is None:
        abort(404)
    form = LineForm()
    kinds = queries.kind_choices()
    form.kind_id.choices = showing.kind_options(kinds)

    def add() -> None:
        split = service.open_split(actor(), dossier_id)
        service.add_line(actor(), form.add_command(split.id))

    status = obey(form, add)
    if status == DONE:
        flash(_("Ligne ajoutée. Vous pouvez écrire la suivante."), "success")
        here = url_for("staff.visit", dossier_id=dossier_id, room=form.room.data, need=form.need.data)
        return redirect(f"{here}#next-line", DONE)
    if status == SHOWN:
        form.room.data = request.args.get("room", "")[:60]
        form.need.data = request.args.get("need") or Need.NEEDED.value
    head = fetch_one(open_split, dossier_id=dossier_id)
    rooms = showing.by_room(head.id, head.state) if head else ()
    writable = head is None or may_now("add_line", head.state)
    offered = not rooms and writable and dossier.dwelling_id is not None
    page = render_template(
        "staff/splits/visit.html",
        dossier=dossier,
        reusable=reusable(dossier.dwelling_id) if offered else (),
        words={state: state_word(state, Side.ALC) for state in SplitState},
        split=head,
        rooms=rooms,
        form=form,
        preview=showing.preview(form, dossier, kinds),
        damage=damage_preview(form, dossier_id),
        default_url=url_for("staff.visit_default", dossier_id=dossier_id),
        writable=writable,
        places=showing.places(rooms),
    )
    return page, status


@bp.get("/dossiers/<int:dossier_id>/split")
@requires(p.SPLIT_READ)
def dossier_split(dossier_id: int) -> ResponseReturnValue:
    """To the dossier's open split, or to the visit that will open it."""
    head = fetch_one(open_split, dossier_id=dossier_id)
    if head is None:
        return redirect(url_for("staff.visit", dossier_id=dossier_id), DONE)
    return redirect(url_for("staff.split", split_id=head.id), DONE)


@bp.get("/dossiers/<int:dossier_id>/visit/default")
@requires(p.VISIT_WRITE)
def visit_default(dossier_id: int) -> ResponseReturnValue:
    """Who would hold the line being written, and why: asked by htmx as the form changes."""
    require(p.VISIT_WRITE, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    dossier = fetch_one(dossier_header, dossier_id=dossier_id)
    if dossier is None:
        abort(404)
    form = LineForm(request.args)
    kinds = queries.kind_choices()
    form.kind_id.choices = showing.kind_options(kinds)
    line_id = int(text) if (text := request.args.get("line", "")).isdecimal() and len(text) < 10 else 0
    return render_template(
        "staff/splits/_default.html",
        form=form,
        preview=showing.preview(form, dossier, kinds),
        damage=damage_preview(form, dossier_id, line_id),
        default_url=url_for("staff.visit_default", dossier_id=dossier_id, line=line_id or None),
    )
