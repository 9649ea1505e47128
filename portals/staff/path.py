"""Moving a household along its path: one small form for each step, or a plain button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.clock import today
from intranet.dossiers import commands as c
from intranet.dossiers import service
from intranet.dossiers.closing import still_due
from intranet.dossiers.machine import DOSSIER
from intranet.dossiers.models import Dossier
from intranet.dossiers.queries import free_dwellings
from intranet.rows import fetch_all
from intranet.translation import gettext as _
from intranet.web.answering import DONE, SHOWN, obey, refusal_of, sent_version
from intranet.web.forms import BaseForm
from portals.staff import queries
from portals.staff.blueprint import bp
from portals.staff.dossiers import open_head
from portals.staff.forms import (
    AllocationForm,
    DiagnosisForm,
    JoiningForm,
    LeaveForm,
    ReasonForm,
    VisitForm,
)


def _home_of(dossier_id: int) -> str:
    return url_for("staff.dossier", dossier_id=dossier_id)


def _back(dossier_id: int, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(_home_of(dossier_id), DONE)


def _ask(
    dossier_id: int,
    form: BaseForm,
    command: Callable[[], Any],
    said: str,
    *,
    at_first: Callable[[], Any] | None = None,
    done: str = "",
    **words: Any,
) -> ResponseReturnValue:
    """One step: its form, obeyed and left (for ``done``, else the dossier), or shown with what will happen.

    ``at_first`` fills what the form proposes before anything was typed.
    """
    status = obey(form, command)
    if status == DONE:
        flash(said, "success")
        return redirect(done or _home_of(dossier_id), DONE)
    if status == SHOWN and at_first is not None:
        at_first()
    return render_template("staff/step.html", dossier=open_head(dossier_id), form=form, **words), status


def _push(dossier_id: int, command: Callable[[], Any], said: str) -> ResponseReturnValue:
    """Obey a plain button; what a rule says against it is said on the dossier's page."""
    refused = refusal_of(command)
    if refused is not None:
        flash(str(refused.message), "error")
        return redirect(_home_of(dossier_id), DONE)
    return _back(dossier_id, said)


@bp.route("/dossiers/<int:dossier_id>/diagnosis", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_diagnosis(dossier_id: int) -> ResponseReturnValue:
    """A person decides whether the family enters the programme, and says why (R38)."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = DiagnosisForm()

    def decide() -> None:
        eligible = form.eligible.data == "yes"
        service.diagnose(
            actor(), c.Diagnose(dossier_id, sent_version(), eligible, form.explanation.data or "")
        )

    return _ask(
        dossier_id,
        form,
        decide,
        _("Décision enregistrée."),
        title=_("Décider du diagnostic"),
        intro=_("C’est une personne qui décide, et qui explique. La décision entre dans l’historique."),
        label=_("Enregistrer la décision"),
    )


@bp.post("/dossiers/<int:dossier_id>/prepare")
@requires(p.DOSSIER_EDIT)
def dossier_prepare(dossier_id: int) -> ResponseReturnValue:
    """The housing project begins."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    return _push(
        dossier_id,
        lambda: service.prepare(actor(), dossier_id, sent_version()),
        _("Le projet logement est lancé."),
    )


@bp.route("/dossiers/<int:dossier_id>/allocation", methods=["GET", "POST"])
@requires(p.DOSSIER_ALLOCATE)
def dossier_allocation(dossier_id: int) -> ResponseReturnValue:
    """A dwelling for the household: a free one, or a new one recorded in the same form (R28)."""
    require(p.DOSSIER_ALLOCATE, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = AllocationForm()
    free = fetch_all(free_dwellings)
    form.offer(fetch_all(queries.bailleurs))
    form.dwelling_id.choices = [
        ("", _("Un nouveau logement, décrit ci-dessous")),
        *((row.id, f"{row.address}, {row.town} · {row.kind} · {row.bailleur}") for row in free),
    ]
    status = obey(form, lambda: service.allocate(actor(), form.command(dossier_id, sent_version())))
    if status == DONE:
        known = next((row for row in free if row.id == form.dwelling_id.data), None)
        decent = known.decent if known else form.dwelling().decent
        if decent is False:
            flash(
                _("Ce logement n’est pas décent : les travaux de mise en décence restent au bailleur."),
                "warning",
            )
        return _back(dossier_id, _("Logement attribué. Le bailleur voit maintenant cette attribution."))
    if status == SHOWN:
        form.allocated_on.data = today()
    return render_template("staff/allocation.html", dossier=open_head(dossier_id), form=form), status


@bp.route("/dossiers/<int:dossier_id>/joining", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_joining(dossier_id: int) -> ResponseReturnValue:
    """The family's dated adhésion (R29)."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = JoiningForm()
    return _ask(
        dossier_id,
        form,
        lambda: service.record_joining(
            actor(), c.RecordJoining(dossier_id, sent_version(), form.joined_on.data or today())
        ),
        _("Adhésion enregistrée."),
        at_first=lambda: setattr(form.joined_on, "data", today()),
        title=_("Enregistrer l’adhésion"),
        intro=_("La famille adhère librement. Elle peut revenir sur son adhésion à tout moment."),
        label=_("Enregistrer l’adhésion"),
    )


@bp.route("/dossiers/<int:dossier_id>/joining/revoke", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_joining_revoke(dossier_id: int) -> ResponseReturnValue:
    """The adhésion ends; the reason stays with ALC."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = ReasonForm()
    return _ask(
        dossier_id,
        form,
        lambda: service.revoke_joining(actor(), dossier_id, sent_version(), form.reason.data or ""),
        _("L’adhésion a pris fin. Elle peut être enregistrée à nouveau."),
        title=_("Mettre fin à l’adhésion"),
        intro=_("Le logement reste attribué. La répartition des travaux attend une nouvelle adhésion."),
        label=_("Mettre fin à l’adhésion"),
    )


@bp.route("/dossiers/<int:dossier_id>/visited", methods=["GET", "POST"])
@requires(p.VISIT_WRITE)
def dossier_visited(dossier_id: int) -> ResponseReturnValue:
    """The day of the joint visit; its works are written down on the next page."""
    require(p.VISIT_WRITE, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = VisitForm()
    return _ask(
        dossier_id,
        form,
        lambda: service.record_visit(
            actor(), c.RecordVisit(dossier_id, sent_version(), form.visited_on.data or today())
        ),
        _("Date enregistrée. Relevez maintenant les travaux, pièce par pièce."),
        at_first=lambda: setattr(form.visited_on, "data", open_head(dossier_id).visited_on or today()),
        done=url_for("staff.visit", dossier_id=dossier_id),
        title=_("Visite commune"),
        intro=_("Famille, bailleur et ALC visitent ensemble le logement et relèvent les travaux."),
        label=_("Enregistrer et relever les travaux"),
    )


@bp.route("/dossiers/<int:dossier_id>/leave", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_leave(dossier_id: int) -> ResponseReturnValue:
    """The household leaves the path, with a coded reason. It can come back."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = LeaveForm()
    return _ask(
        dossier_id,
        form,
        lambda: service.leave(actor(), form.command(dossier_id, sent_version())),
        _("Départ enregistré. Le dossier peut être rouvert."),
        at_first=lambda: setattr(form.left_on, "data", today()),
        title=_("Enregistrer un départ"),
        intro=_("Le logement attribué redevient libre. Rien n’est effacé : le dossier peut être rouvert."),
        label=_("Enregistrer le départ"),
    )


@bp.post("/dossiers/<int:dossier_id>/come-back")
@requires(p.DOSSIER_EDIT)
def dossier_come_back(dossier_id: int) -> ResponseReturnValue:
    """The household returns."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    return _push(
        dossier_id, lambda: service.come_back(actor(), dossier_id, sent_version()), _("Dossier rouvert.")
    )


@bp.route("/dossiers/<int:dossier_id>/close", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_close(dossier_id: int) -> ResponseReturnValue:
    """The follow-up is over: what is still due is named, and a reason is asked."""
    require(p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ)
    form = ReasonForm()
    return _ask(
        dossier_id,
        form,
        lambda: service.close(actor(), dossier_id, sent_version(), form.reason.data or ""),
        _("Dossier clos. Il peut être rouvert."),
        title=_("Clore le dossier"),
        intro=_("Le suivi s’arrête. Rien n’est effacé : le dossier peut être rouvert."),
        label=_("Clore le dossier"),
        due=still_due(open_head(dossier_id)),
    )


def _undo(dossier_id: int, name: str, title: Any, intro: Any) -> ResponseReturnValue:
    """Take one step of the path back, with a reason."""
    require(
        DOSSIER.transitions[name].permission or p.DOSSIER_EDIT, Dossier, dossier_id, seen_by=p.DOSSIER_READ
    )
    form = ReasonForm()
    return _ask(
        dossier_id,
        form,
        lambda: service.step_back(actor(), dossier_id, sent_version(), name, form.reason.data or ""),
        _("C’est annulé. L’historique garde ce qui avait été fait."),
        title=title,
        intro=intro,
        label=title,
    )


@bp.route("/dossiers/<int:dossier_id>/reopen", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_reopen(dossier_id: int) -> ResponseReturnValue:
    """A dossier closed too soon."""
    return _undo(
        dossier_id,
        "reopen",
        _("Rouvrir le dossier"),
        _("Le suivi reprend là où il en était : la famille est installée."),
    )


@bp.route("/dossiers/<int:dossier_id>/diagnosis/undo", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_undiagnose(dossier_id: int) -> ResponseReturnValue:
    """The decision was a slip, or is to be taken again."""
    return _undo(
        dossier_id,
        "undiagnose",
        _("Revenir sur le diagnostic"),
        _("La décision est à prendre de nouveau. La première reste dans l’historique."),
    )


@bp.route("/dossiers/<int:dossier_id>/prepare/undo", methods=["GET", "POST"])
@requires(p.DOSSIER_EDIT)
def dossier_unprepare(dossier_id: int) -> ResponseReturnValue:
    """The project was begun too soon."""
    return _undo(
        dossier_id,
        "unprepare",
        _("Revenir sur le projet"),
        _("Le diagnostic reste validé ; le projet logement sera lancé plus tard."),
    )


@bp.route("/dossiers/<int:dossier_id>/allocation/undo", methods=["GET", "POST"])
@requires(p.DOSSIER_ALLOCATE)
def dossier_unallocate(dossier_id: int) -> ResponseReturnValue:
    """The wrong dwelling, or the wrong family: possible while no works are noted."""
    return _undo(
        dossier_id,
        "unallocate",
        _("Revenir sur l’attribution"),
        _(
            "Le logement redevient libre. Le bailleur ne voit plus la famille ; il apprend la fin, non la raison."
        ),
    )
