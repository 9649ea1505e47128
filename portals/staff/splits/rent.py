"""Works set against the rent, as ALC keeps them: the clause, its receipts, the tenant's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import SelectMultipleField
from wtforms.validators import NumberRange, Optional

from intranet import permissions as p
from intranet.access import actor, can, require, requires
from intranet.clock import today
from intranet.documents.uploads import receives_files, sent_file
from intranet.errors import Refused
from intranet.rent.commands import SaveOffset, TenantAnswer
from intranet.rent.offsets import OffsetView, candidates, offset_of
from intranet.rent.rules import MOST_MONTHS
from intranet.rent.service import attach_document, record_tenant, remove_offset, save_offset
from intranet.rent.wordings import EARLY_DEPARTURE, clause, state_word
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import CONFLICT, DONE, SHOWN, obey, sent_version
from intranet.web.forms import (
    BaseForm,
    DateField,
    InputRequired,
    IntegerField,
    LongTextField,
    MoneyField,
    RadioField,
    TextField,
    required,
)
from intranet.works import queries
from intranet.works.machine import may_now
from intranet.works.models import Split
from portals.staff.blueprint import bp

YES, NO = "yes", "no"


class RentForm(BaseForm):
    """The clause in full. What the law asks for has no default but a text to start from."""

    line_ids = SelectMultipleField(_l("Travaux déduits"), coerce=int, validate_choice=False)
    documented_cents = MoneyField(
        _l("Coût justifié de ces travaux (€)"), [InputRequired(_l("Indiquez le coût justifié."))]
    )
    monthly_cents = MoneyField(
        _l("Baisse du loyer par mois (€)"), [InputRequired(_l("Indiquez le montant."))]
    )
    months = IntegerField(
        _l("Nombre de mois"),
        [
            InputRequired(_l("Indiquez le nombre de mois.")),
            NumberRange(1, MOST_MONTHS, _l("De 1 à 60 mois.")),
        ],
        render_kw={"inputmode": "numeric"},
    )
    starts_on = DateField(_l("À partir du loyer du"), [InputRequired(_l("Indiquez le premier mois."))])
    early_departure = LongTextField(
        _l("Si la famille part avant la fin"),
        [required(_l("Dites comment la famille est dédommagée."))],
        max_length=2000,
        render_kw={"rows": 3},
    )
    decency_attested_by = TextField(
        _l("Qui atteste que le logement est décent"),
        [required(_l("Indiquez qui l’atteste."))],
        max_length=120,
    )
    decency_attested_on = DateField(
        _l("Attesté le"), [InputRequired(_l("Indiquez la date de l’attestation."))]
    )

    def command(self, split_id: int, version: int) -> SaveOffset:
        starts_on, attested_on = self.starts_on.data, self.decency_attested_on.data
        if starts_on is None or attested_on is None:
            raise ValueError("a form that did not validate gives no command")
        return SaveOffset(
            split_id=split_id,
            version=version,
            monthly_cents=self.monthly_cents.data or 0,
            months=self.months.data or 0,
            starts_on=starts_on,
            documented_cents=self.documented_cents.data or 0,
            line_ids=tuple(self.line_ids.data or ()),
            early_departure=self.early_departure.data or "",
            decency_attested_on=attested_on,
            decency_attested_by=self.decency_attested_by.data or "",
        )


class ReceiptForm(BaseForm):
    """The quotes or receipts behind the cost."""

    file = FileField(
        _l("Devis ou factures"),
        description=_l("Un PDF ou une photo, lus par le bailleur aussi."),
        render_kw={"accept": "application/pdf,image/*"},
    )


class TenantForm(BaseForm):
    """What the tenant said to the figures read out."""

    answer = RadioField(
        _l("Réponse de la famille"),
        [required(_l("Indiquez la réponse."))],
        choices=[(YES, _l("D’accord avec ces chiffres")), (NO, _l("Pas d’accord"))],
    )
    by_name = TextField(_l("Donnée par"), [required(_l("Indiquez qui a répondu."))], max_length=120)
    on = DateField(_l("Le"), [InputRequired(_l("Indiquez le jour de la réponse."))])
    reason = TextField(_l("Pourquoi, en cas de refus"), [Optional()], max_length=400)


@bp.route("/splits/<int:split_id>/rent", methods=["GET", "POST"])
@requires(p.SPLIT_READ)
def split_rent(split_id: int) -> ResponseReturnValue:
    """The clause, its consents, and the form to write it."""
    require(p.SPLIT_READ, Split, split_id)
    form = RentForm()
    if request.method == "GET":
        return _page(split_id, form), SHOWN
    require(p.SPLIT_WRITE, Split, split_id, seen_by=p.SPLIT_READ)
    return _done(
        split_id,
        form,
        lambda: save_offset(actor(), form.command(split_id, sent_version())),
        _("La clause est enregistrée. Le bailleur et la famille doivent accepter ces chiffres."),
    )


@bp.post("/splits/<int:split_id>/rent/document")
@receives_files
@requires(p.SPLIT_WRITE)
def split_rent_document(split_id: int) -> ResponseReturnValue:
    """Join the quotes or receipts."""
    require(p.SPLIT_WRITE, Split, split_id, seen_by=p.SPLIT_READ)
    form = ReceiptForm()

    def attach() -> None:
        sent = sent_file("file")
        if sent is None:
            raise Refused("rent.document", _("Choisissez un fichier."), field="file")
        attach_document(actor(), split_id, sent_version(), sent)

    return _done(split_id, form, attach, _("Le justificatif est joint."))


@bp.post("/splits/<int:split_id>/rent/tenant")
@requires(p.SPLIT_HOUSEHOLD)
def split_rent_tenant(split_id: int) -> ResponseReturnValue:
    """Record the tenant's answer to the figures that were read out."""
    require(p.SPLIT_HOUSEHOLD, Split, split_id, seen_by=p.SPLIT_READ)
    form = TenantForm()

    def answer() -> None:
        given = form.answer.data == YES
        command = TenantAnswer(
            split_id,
            request.form.get("digest", ""),
            given,
            form.by_name.data or "",
            form.on.data or today(),
            form.reason.data or "",
        )
        record_tenant(actor(), command)

    return _done(split_id, form, answer, _("La réponse de la famille est enregistrée."))


@bp.post("/splits/<int:split_id>/rent/remove")
@requires(p.SPLIT_WRITE)
def split_rent_remove(split_id: int) -> ResponseReturnValue:
    """Set nothing against the rent any more."""
    require(p.SPLIT_WRITE, Split, split_id, seen_by=p.SPLIT_READ)
    remove_offset(actor(), split_id, sent_version())
    flash(_("Rien n’est plus déduit du loyer."), "success")
    return redirect(url_for("staff.split", split_id=split_id), DONE)


def _done(split_id: int, form: BaseForm, command: Callable[[], Any], said: str) -> ResponseReturnValue:
    status = obey(form, command)
    if status == DONE:
        flash(said, "success")
        return redirect(url_for("staff.split_rent", split_id=split_id), DONE)
    return _page(split_id, form, status), status


def _page(split_id: int, sent: BaseForm, status: int = SHOWN) -> str:
    """The page; ``sent`` is the form that came in, the two others are as one first finds them."""
    head, offset = queries.split_header(split_id), offset_of(split_id)
    if head is None:
        abort(404)
    fresh = status == SHOWN
    form = sent if isinstance(sent, RentForm) and not fresh else _clause_form(offset, head.bailleur)
    tenant = sent if isinstance(sent, TenantForm) else _tenant_form(head.tenant)
    may_write = may_now("write_rent", head.state) and can(p.SPLIT_WRITE, Split, split_id)
    return render_template(
        "staff/splits/rent.html",
        split=head,
        offset=offset,
        clause=clause(offset.terms) if offset else "",
        state=state_word(offset) if offset else None,
        form=form,
        receipt=_receipt_form(sent),
        tenant=tenant,
        sent=sent,
        lines=candidates(split_id) if may_write else (),
        chosen=set(form.line_ids.data or ()),
        may_write=may_write,
        may_record=offset is not None
        and may_now("record_rent", head.state)
        and can(p.SPLIT_HOUSEHOLD, Split, split_id),
        version=sent_version() if form is sent and status != CONFLICT else offset.version if offset else 0,
        editing=offset is None or form is sent,
    )


def _clause_form(offset: OffsetView | None, bailleur: str) -> RentForm:
    """The clause as it is; for a new one a text to start from."""
    if offset is None:
        return RentForm(formdata=None, early_departure=str(EARLY_DEPARTURE), decency_attested_by=bailleur)
    lines = [line.id for line in offset.lines]
    return RentForm(formdata=None, obj=offset.terms, line_ids=lines)


def _receipt_form(sent: BaseForm) -> ReceiptForm:
    form = sent if isinstance(sent, ReceiptForm) else ReceiptForm(formdata=None)
    form.file.flags.required = True
    return form


def _tenant_form(tenant: str) -> TenantForm:
    return TenantForm(formdata=None, by_name=tenant, on=today())
