"""The pages' commands, the same for those on site and for ALC.

A portal gives its blueprint and how it shows its page of a chantier; the routes are hung on it here. What a
service refuses comes back on that page, at the form it belongs to, with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.chantiers import forms, parts, service
from intranet.chantiers.models import Chantier
from intranet.chantiers.terms import StartItem
from intranet.documents.uploads import receives_photos, sent_file
from intranet.errors import Refused, Stale
from intranet.rows import Builder, fetch_value
from intranet.translation import gettext as _
from intranet.web.answering import DONE, refusal_of, status_of


class Problem(NamedTuple):
    """Why a form of the page was refused. ``form`` is its id; ``typed`` what was sent with it."""

    form: str
    message: str
    field: str | None
    changes: tuple[str, ...]
    typed: Mapping[str, str]


Page = Callable[[int, Problem | None], str]


def answer(
    form: str, done: str, command: Callable[[], object], again: Callable[[Problem], str], saved: str = ""
) -> ResponseReturnValue:
    """Run ``command``, then go to the address ``done``; refused, show the page ``again`` with the reason."""
    refused = refusal_of(command)
    if refused is not None:
        changes = refused.changes if isinstance(refused, Stale) else ()
        problem = Problem(form, str(refused.message), refused.field, changes, request.form)
        return again(problem), status_of(refused)
    if saved:
        flash(saved, "success")
    return redirect(done, DONE)


def check(permission: str, chantier_id: int, part: Builder | None = None, part_id: int = 0) -> None:
    """Go on only if the person may do that on the chantier, and the part is one of its own."""
    require(permission, Chantier, chantier_id, seen_by=p.CHANTIER_READ)
    if part is not None and fetch_value(part, chantier_id=chantier_id, part_id=part_id) is None:
        abort(404)


def add_site_views(bp: Blueprint, page: Page) -> None:
    """Hang the commands of a chantier on a portal's blueprint; ``<portal>.chantier`` is its page."""

    def run(
        chantier_id: int, form: str, command: Callable[[], object], saved: str = ""
    ) -> ResponseReturnValue:
        done = url_for(f"{bp.name}.chantier", chantier_id=chantier_id, _anchor=form)
        return answer(form, done, command, lambda problem: page(chantier_id, problem), saved)

    @bp.post("/chantiers/<int:chantier_id>/start")
    @requires(p.CHANTIER_PREPARE)
    def chantier_start(chantier_id: int) -> ResponseReturnValue:
        """Tick an item of the right to start, or take the tick back (``undo``)."""
        check(p.CHANTIER_PREPARE, chantier_id)
        try:
            item = StartItem(request.form.get("item", ""))
        except ValueError:
            abort(400)
        if request.form.get("undo"):
            return run(chantier_id, "start", lambda: service.untick_start(actor(), chantier_id, item))
        note = request.form.get("note", "")
        return run(chantier_id, "start", lambda: service.tick_start(actor(), chantier_id, item, note))

    @bp.post("/chantiers/<int:chantier_id>/move")
    @requires(p.CHANTIER_RUN)
    def chantier_move(chantier_id: int) -> ResponseReturnValue:
        """Move the chantier itself."""
        check(p.CHANTIER_RUN, chantier_id)
        sent = request.form
        version = forms.read_number(sent, "version")
        return run(
            chantier_id,
            "chantier",
            lambda: service.move_chantier(
                actor(), chantier_id, sent.get("move", ""), version, sent.get("reason", "")
            ),
        )

    @bp.post("/chantiers/<int:chantier_id>/tasks/<int:task_id>")
    @requires(p.CHANTIER_RUN)
    def chantier_task(chantier_id: int, task_id: int) -> ResponseReturnValue:
        """Move a task."""
        check(p.CHANTIER_RUN, chantier_id, parts.task_in, task_id)
        sent = request.form
        version = forms.read_number(sent, "version")
        return run(
            chantier_id,
            f"task-{task_id}",
            lambda: service.move_task(
                actor(), task_id, sent.get("move", ""), version, sent.get("reason", "")
            ),
        )

    @bp.post("/chantiers/<int:chantier_id>/tasks/<int:task_id>/hours")
    @requires(p.CHANTIER_RUN)
    def chantier_hours(chantier_id: int, task_id: int) -> ResponseReturnValue:
        """Enter the hours of a task."""
        check(p.CHANTIER_RUN, chantier_id, parts.task_in, task_id)
        return run(
            chantier_id,
            f"hours-{task_id}",
            lambda: service.enter_hours(actor(), forms.hours_from(request.form, chantier_id, task_id)),
            _("Heures enregistrées."),
        )

    @bp.post("/chantiers/<int:chantier_id>/hours/<int:hours_id>/remove")
    @requires(p.CHANTIER_RUN)
    def chantier_hours_remove(chantier_id: int, hours_id: int) -> ResponseReturnValue:
        """Take an entry of hours back."""
        check(p.CHANTIER_RUN, chantier_id)
        if fetch_value(parts.hours_in, chantier_id=chantier_id, part_id=hours_id) is None:
            return redirect(url_for(f"{bp.name}.chantier", chantier_id=chantier_id, _anchor="hours"), 303)
        return run(
            chantier_id, "hours", lambda: service.remove_hours(actor(), hours_id), _("Heures retirées.")
        )

    @bp.post("/chantiers/<int:chantier_id>/photos")
    @requires(p.CHANTIER_RUN)
    @receives_photos
    def chantier_photo(chantier_id: int) -> ResponseReturnValue:
        """Add a picture."""
        check(p.CHANTIER_RUN, chantier_id)
        task_id = forms.read_number(request.form, "task_id")
        form = f"photo-{task_id}" if task_id else "photo"

        def add() -> None:
            file = sent_file()
            if file is None:
                raise Refused("photo.none", _("Prenez ou choisissez une photo."), field="file")
            service.add_photo(actor(), forms.photo_from(request.form, chantier_id), file)

        return run(chantier_id, form, add, _("Photo ajoutée."))

    @bp.post("/chantiers/<int:chantier_id>/photos/<int:photo_id>/remove")
    @requires(p.CHANTIER_RUN)
    def chantier_photo_remove(chantier_id: int, photo_id: int) -> ResponseReturnValue:
        """Take a picture away."""
        check(p.CHANTIER_RUN, chantier_id)
        if fetch_value(parts.photo_in, chantier_id=chantier_id, part_id=photo_id) is None:
            return redirect(url_for(f"{bp.name}.chantier", chantier_id=chantier_id, _anchor="photos"), 303)
        return run(
            chantier_id, "photos", lambda: service.remove_photo(actor(), photo_id), _("Photo supprimée.")
        )

    @bp.post("/chantiers/<int:chantier_id>/image")
    @requires(p.CHANTIER_IMAGE)
    def chantier_image(chantier_id: int) -> ResponseReturnValue:
        """What the family says of being on the pictures."""
        check(p.CHANTIER_IMAGE, chantier_id)
        return run(
            chantier_id,
            "image",
            lambda: service.answer_image(actor(), forms.image_from(request.form, chantier_id)),
            _("La réponse de la famille est notée."),
        )

    @bp.post("/chantiers/<int:chantier_id>/notes")
    @requires(p.CHANTIER_RUN)
    def chantier_note(chantier_id: int) -> ResponseReturnValue:
        """Write a session note."""
        check(p.CHANTIER_RUN, chantier_id)
        return run(
            chantier_id,
            "notes",
            lambda: service.write_note(actor(), forms.note_from(request.form, chantier_id)),
            _("Compte rendu enregistré."),
        )


def add_handover_views(bp: Blueprint, page: Page) -> None:
    """Hang the decisions of the handover on a portal's blueprint; ``<portal>.chantier_handover`` is its page."""

    def run(chantier_id: int, form: str, command: Callable[[], object]) -> ResponseReturnValue:
        done = url_for(f"{bp.name}.chantier_handover", chantier_id=chantier_id, _anchor=form)
        return answer(form, done, command, lambda problem: page(chantier_id, problem))

    @bp.post("/chantiers/<int:chantier_id>/handover/<int:task_id>")
    @requires(p.HANDOVER_DECIDE)
    def chantier_decide(chantier_id: int, task_id: int) -> ResponseReturnValue:
        """Accept a task, put a reserve on it, or think again (``reconsider``)."""
        check(p.HANDOVER_DECIDE, chantier_id, parts.task_in, task_id)
        sent, form = request.form, f"task-{task_id}"
        if sent.get("decision") == "reconsider":
            version, reason = forms.read_number(sent, "version"), sent.get("reason", "")
            return run(
                chantier_id,
                form,
                lambda: service.move_task(actor(), task_id, "reconsider", version, reason),
            )
        return run(
            chantier_id, form, lambda: service.hand_over_task(actor(), forms.handover_from(sent, task_id))
        )

    @bp.post("/chantiers/<int:chantier_id>/handover/all")
    @requires(p.HANDOVER_DECIDE)
    def chantier_accept_all(chantier_id: int) -> ResponseReturnValue:
        """Accept every task that the page showed as done."""
        check(p.HANDOVER_DECIDE, chantier_id)
        command = forms.accept_all_from(request.form, chantier_id)
        return run(chantier_id, "chantier", lambda: service.accept_all(actor(), command))

    @bp.post("/chantiers/<int:chantier_id>/reserves/<int:reserve_id>")
    @requires(p.HANDOVER_DECIDE)
    def chantier_lift(chantier_id: int, reserve_id: int) -> ResponseReturnValue:
        """A reserve is lifted."""
        check(p.HANDOVER_DECIDE, chantier_id, parts.reserve_in, reserve_id)
        version = forms.read_number(request.form, "version")
        return run(chantier_id, "reserves", lambda: service.lift_reserve(actor(), reserve_id, version))
