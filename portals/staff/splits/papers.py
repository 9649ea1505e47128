"""Beside one line: why it is proposed to whom, and the bailleur's written consent with its paper."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField

from intranet import permissions as p
from intranet.access import actor, require, requires
from intranet.clock import today
from intranet.documents.uploads import receives_files, sent_file
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, SHOWN, UNPROCESSABLE, obey, sent_version
from intranet.web.forms import BaseForm, DateField, InputRequired
from intranet.works import queries, service
from intranet.works.machine import may_now
from intranet.works.models import Split
from intranet.works.queries import LineView
from intranet.works.why import explain
from portals.staff.blueprint import bp


class ConsentForm(BaseForm):
    """A written consent ALC was given: its date, and the paper."""

    consent_on = DateField(_l("Accord donné le"), [InputRequired(_l("Indiquez la date de l’accord."))])
    file = FileField(
        _l("L’accord écrit"),
        description=_l("Un PDF ou une photo. Le bailleur pourra l’ouvrir aussi."),
        render_kw={"accept": "application/pdf,image/*"},
    )


@bp.get("/splits/<int:split_id>/lines/<int:line_id>/why")
@requires(p.SPLIT_READ)
def split_line_why(split_id: int, line_id: int) -> ResponseReturnValue:
    """The six tests as they speak of the line; only the list for htmx, which unfolds it in place."""
    require(p.SPLIT_READ, Split, split_id)
    line = _line(split_id, line_id)
    why = explain(line) or abort(404)
    if "HX-Request" in request.headers:
        return render_template("works/_why.html", why=why)
    back = url_for("staff.split", split_id=split_id, _anchor=f"line-{line_id}")
    return render_template("works/why.html", line=line, why=why, back=back)


@bp.route("/splits/<int:split_id>/lines/<int:line_id>/consent", methods=["GET", "POST"])
@receives_files
@requires(p.SPLIT_WRITE)
def split_line_consent(split_id: int, line_id: int) -> ResponseReturnValue:
    """The written consent of the bailleur: its date and its paper, recorded and joined."""
    require(p.SPLIT_WRITE, Split, split_id, seen_by=p.SPLIT_READ)
    line = _line(split_id, line_id)
    head = queries.split_header(split_id)
    form = ConsentForm()
    form.file.flags.required = line.consent_document_id is None
    status = obey(
        form,
        lambda: service.file_consent(
            actor(), line_id, sent_version(), form.consent_on.data or today(), sent_file("file")
        ),
    )
    back = url_for("staff.split", split_id=split_id, _anchor=f"line-{line_id}")
    if status == DONE:
        flash(_("L’accord écrit est enregistré."), "success")
        return redirect(back, DONE)
    if status == SHOWN:
        form.consent_on.data = line.consent_on or today()
    page = render_template(
        "works/consent.html",
        line=line,
        form=form,
        back=back,
        side="alc",
        open=head is not None and may_now("file_consent", head.state),
        version=sent_version() if status == UNPROCESSABLE else line.version,
    )
    return page, status


def _line(split_id: int, line_id: int) -> LineView:
    found = next((line for line in queries.split_lines(split_id) if line.id == line_id), None)
    if found is None:
        abort(404)
    return found
