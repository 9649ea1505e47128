"""What the bailleur undertook by contract: the list, and each one marked done with a photo or an invoice."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from intranet import permissions as p
from intranet.access import Actor, actor, require, requires
from intranet.clock import today
from intranet.commitments import queries, service
from intranet.commitments.commands import MarkDone
from intranet.commitments.listing import read_list, worded
from intranet.commitments.models import Commitment
from intranet.commitments.rules import OPEN, CommitmentState
from intranet.commitments.wordings import next_sentence, state_word
from intranet.documents.uploads import receives_files, upload_limit_mb
from intranet.timeline.queries import entries_about
from intranet.web.answering import DONE, refusal_of, sent_version, status_of
from intranet.web.forms import BaseForm, DateField, LongTextField, apply_refusal, required
from intranet.works.terms import Side
from intranet.works.wordings import SIDES
from portals.bailleur.blueprint import bp


class DoneForm(BaseForm):
    """The works are done: when, the proof, and what there is to say."""

    done_on = DateField(_l("Fait le"), [required(_l("Indiquez le jour où les travaux ont été faits."))])
    file = FileField(
        _l("Photo ou facture"), [FileRequired(_l("Joignez une photo des travaux, ou la facture."))]
    )
    note = LongTextField(_l("Précision"), render_kw={"rows": 3})


@bp.get("/commitments")
@requires(p.COMMITMENT_READ)
def commitments() -> ResponseReturnValue:
    """Everything undertaken, the most pressing first. Two statements."""
    return render_template("bailleur/commitments.html", listing=read_list(Side.BAILLEUR))


@bp.get("/commitments/<int:commitment_id>")
@requires(p.COMMITMENT_READ)
def commitment(commitment_id: int) -> ResponseReturnValue:
    """One commitment; 404 for another bailleur's."""
    form = DoneForm(formdata=None, done_on=today())
    return _page(commitment_id, form)


@bp.post("/commitments/<int:commitment_id>/done")
@requires(p.COMMITMENT_DO)
@receives_files
def commitment_done(commitment_id: int) -> ResponseReturnValue:
    """Say it is done, with its proof. A second sending finds it done and says so."""
    form = DoneForm()

    def mark() -> None:
        file = form.file.data
        command = MarkDone(commitment_id, sent_version(), form.done_on.data or today(), form.note.data or "")
        service.mark_done(actor(), command, file.stream, file.filename)

    return _obey(
        commitment_id, form, mark, _("C’est noté : ALC en est averti et le confirme avec la famille.")
    )


@bp.post("/commitments/<int:commitment_id>/take-back")
@requires(p.COMMITMENT_DO)
def commitment_take_back(commitment_id: int) -> ResponseReturnValue:
    """Take back what was said by mistake."""
    form = DoneForm(formdata=None, done_on=today())
    return _obey(
        commitment_id,
        form,
        lambda: service.take_back(actor(), commitment_id, sent_version()),
        _("C’est repris : les travaux sont de nouveau à faire."),
        validates=False,
    )


def commitments_panel(_person: Actor, dwelling_id: int) -> str:
    """The commitments of a dwelling, on its page; nothing when there is none."""
    rows = worded(queries.commitments(dwelling_id=dwelling_id), Side.BAILLEUR)
    if not rows:
        return ""
    return render_template("commitments/_panel.html", rows=rows, prefix=url_for("bailleur.commitments"))


def _obey(
    commitment_id: int,
    form: DoneForm,
    command: Callable[[], object],
    done: str,
    *,
    validates: bool = True,
) -> ResponseReturnValue:
    require(p.COMMITMENT_DO, Commitment, commitment_id, seen_by=p.COMMITMENT_READ)
    if validates and not form.validate():
        return _page(commitment_id, form), 422
    refused = refusal_of(command)
    if refused is not None:
        apply_refusal(form, refused)
        return _page(commitment_id, form), status_of(refused)
    flash(done, "success")
    return redirect(url_for("bailleur.commitment", commitment_id=commitment_id), DONE)


def _page(commitment_id: int, form: DoneForm) -> str:
    found = queries.commitment(commitment_id)
    if found is None:
        abort(404)
    row, state = found
    person = actor()
    return render_template(
        "bailleur/commitment.html",
        row=row,
        side=Side.BAILLEUR,
        state=state_word(state, Side.BAILLEUR),
        sentence=next_sentence(state, Side.BAILLEUR, row.due_on, today()),
        confirmed=str(SIDES[row.confirmed_side]) if row.confirmed_side else None,
        form=form,
        may_do=state in OPEN and person.may(p.COMMITMENT_DO),
        may_take_back=state is CommitmentState.DONE and person.may(p.COMMITMENT_DO),
        history=entries_about("commitment", commitment_id, Side.BAILLEUR, 12),
        max_upload_mb=upload_limit_mb(),
    )
