"""The participation contract: established, printed, signed side by side, then the chantier."""

from __future__ import annotations

from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, can, require, requires
from intranet.chantiers.image_right import ImageRight, image_sentence
from intranet.chantiers.queries import image_answer
from intranet.errors import Refused
from intranet.rows import Row, fetch_value
from intranet.signatures import wordings as signing
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.web.answering import DONE, UNPROCESSABLE, obey, sent_version
from intranet.works import contract as contracts
from intranet.works import queries
from intranet.works.contract_content import ContractContent
from intranet.works.contract_document import TemplateFailed, render_pdf
from intranet.works.contract_party import usual_support
from intranet.works.document_part import answer_part, waiting
from intranet.works.machine import may_now
from intranet.works.models import Contract, ContractState, Side, Split, SplitState
from intranet.works.untouched import stands_as_signed
from intranet.works.wordings import contract_state_word
from portals.staff.blueprint import bp
from portals.staff.splits.amendments import STANDING_LINKS, may_amend, retry_of
from portals.staff.splits.forms import ContractForm
from portals.staff.splits.queries import chantier_of


@bp.route("/splits/<int:split_id>/contract", methods=["GET", "POST"])
@requires(p.CONTRACT_ISSUE)
def split_contract(split_id: int) -> ResponseReturnValue:
    """Establish the contract of an agreed split; a split that has one leads to it."""
    require(p.CONTRACT_ISSUE, Split, split_id, seen_by=p.SPLIT_READ)
    head = queries.split_header(split_id)
    live = queries.live_contract(split_id)
    if head is None:
        abort(404)
    if live is not None:
        return redirect(url_for("staff.contract", contract_id=live.id), DONE)
    amended = queries.standing(split_id).amends
    form = ContractForm()
    if not form.is_submitted():
        if amended is not None:
            image = _image_today(_chantier(amended.contract_id))
            form.begin_from(queries.contract_header(amended.contract_id), image)
        else:
            form.begin_as_usual(usual_support())
    settles = amended is not None and may_now("settle", head.state) and stands_as_signed(split_id)
    form.offer_partners([(each.id, each.name) for each in queries.partners()])
    made: list[int] = []
    shown: list[ContractContent] = []

    def establish() -> None:
        command = form.command(split_id, sent_version())
        if "preview" in request.form:
            shown.append(contracts.preview(actor(), command))
        else:
            made.append(contracts.issue(actor(), command).id)

    status = obey(form, establish)
    if shown:
        return _preview(shown[0], split_id)
    if status == DONE:
        flash(_("Le contrat est établi. Son document est en préparation."), "success")
        return redirect(url_for("staff.contract", contract_id=made[0]), DONE)
    page = render_template(
        "staff/splits/contract_form.html",
        split=head,
        form=form,
        agreed=head.state is SplitState.AGREED or settles,
        amends=amended is not None,
        settles=settles,
        version=head.version if status != UNPROCESSABLE else sent_version(),
    )
    return page, status


def _preview(content: ContractContent, split_id: int) -> ResponseReturnValue:
    """The contract as it would be signed, kept nowhere; why not, when the site's template makes none."""
    try:
        pdf = render_pdf(content)
    except TemplateFailed as failed:
        flash(str(failed), "error")
        return redirect(url_for("staff.split_contract", split_id=split_id), DONE)
    answer = send_file(BytesIO(pdf), mimetype="application/pdf", download_name="apercu.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/contracts/<int:contract_id>")
@requires(p.CONTRACT_READ)
def contract(contract_id: int) -> ResponseReturnValue:
    """State, document, signatures, and what comes next."""
    return _page(contract_id)


@bp.get("/contracts/<int:contract_id>/document")
@requires(p.CONTRACT_READ)
def contract_document(contract_id: int) -> ResponseReturnValue:
    """The link to the document, or word that it is being made: htmx asks until it is there."""
    row = _own(contract_id)
    return answer_part(row, _part(contract_id), retry_of(row))


def _part(contract_id: int) -> str:
    return url_for("staff.contract_document", contract_id=contract_id)


@bp.post("/contracts/<int:contract_id>/cancel")
@requires(p.CONTRACT_ISSUE)
def contract_cancel(contract_id: int) -> ResponseReturnValue:
    """Cancel a contract not yet signed by all, with a reason; the split stays agreed."""
    require(p.CONTRACT_READ, Contract, contract_id)
    split_id = _own(contract_id).split_id
    require(p.CONTRACT_ISSUE, Split, split_id, seen_by=p.SPLIT_READ)
    try:
        contracts.cancel_contract(actor(), contract_id, sent_version(), request.form.get("reason", ""))
    except Refused as refused:
        flash(str(refused.message), "error")
        return redirect(url_for("staff.contract", contract_id=contract_id), DONE)
    flash(
        _("Le contrat est annulé. La répartition reste acceptée : vous pouvez en établir un autre."),
        "success",
    )
    return redirect(url_for("staff.split", split_id=split_id), DONE)


def _chantier(contract_id: int) -> int | None:
    found: int | None = fetch_value(chantier_of, contract_id=contract_id)
    return found


def _image_today(chantier_id: int | None) -> ImageRight | None:
    """What the family says of its image since its chantier opened: it may have changed its mind."""
    return image_answer(chantier_id) if chantier_id is not None else None


def _own(contract_id: int) -> Row:
    require(p.CONTRACT_READ, Contract, contract_id)
    row = queries.contract_header(contract_id)
    if row is None:
        abort(404)
    return row


def _page(contract_id: int) -> str:
    row = _own(contract_id)
    marks = signing.marks(row.lines, queries.signatures(contract_id))
    ready = row.document_id is not None
    open_now = ready and row.state is ContractState.PREPARED
    chantier_id = _chantier(contract_id)
    image = _image_today(chantier_id)
    may_record = open_now and can(p.CONTRACT_RECORD, Contract, contract_id)
    return render_template(
        "staff/splits/contract.html",
        contract=row,
        state=contract_state_word(row.state),
        sentence=signing.contract_sentence(row.state, marks, Side.ALC, ready=ready),
        signatures=marks,
        lines=row.lines,
        sign_for={mark.side for mark in signing.awaited(marks)} if may_record else set(),
        reader=Side.ALC,
        may_cancel=row.state is ContractState.PREPARED and can(p.CONTRACT_ISSUE, Split, row.split_id),
        may_open=row.state is ContractState.SIGNED and can(p.CHANTIER_PREPARE, Contract, contract_id),
        chantier_id=chantier_id,
        image_said=image_sentence(image) if image else "",
        **waiting(row, _part(contract_id)),
        retry=retry_of(row),
        standing=queries.standing(row.split_id),
        standing_links=STANDING_LINKS,
        may_amend=may_amend(row),
        history=entries_about("contract", contract_id, Side.ALC, 12),
    )
