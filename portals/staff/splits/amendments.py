"""Amending a signed contract, and having a document made again that could not be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import bindparam, select

from intranet import permissions as p
from intranet.access import actor, can, require, requires
from intranet.chantiers.models import Chantier
from intranet.dossiers.models import Dossier
from intranet.rows import Row, fetch_one
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.answering import DONE, UNPROCESSABLE, obey, sent_version
from intranet.web.formatting import hours, money
from intranet.web.forms import BaseForm, LongTextField, required
from intranet.works import contract as contracts
from intranet.works import queries, service
from intranet.works.machine import SPLIT_DOSSIER_STATES
from intranet.works.models import Contract, ContractState, Holder, Split, SplitState
from intranet.works.service.amending import OVER
from intranet.works.wordings import who_does
from portals.staff.blueprint import bp

_STATES = (
    select(Dossier.state.label("dossier"), Chantier.state.label("chantier"))
    .select_from(Contract)
    .join(Dossier, Dossier.id == Contract.dossier_id)
    .outerjoin(Chantier, Chantier.contract_id == Contract.id)
    .where(Contract.id == bindparam("contract_id"))
)
STANDING_LINKS = {"split": "staff.split", "contract": "staff.contract"}


class AmendForm(BaseForm):
    """Why; the lines are plain checkboxes of the page."""

    reason = LongTextField(
        _l("Pourquoi cet avenant ?"),
        [required(_l("Dites pourquoi : c’est écrit dans l’avenant."))],
        render_kw={"rows": 3},
    )


@bp.route("/contracts/<int:contract_id>/amendment", methods=["GET", "POST"])
@requires(p.CONTRACT_ISSUE)
def contract_amend(contract_id: int) -> ResponseReturnValue:
    """Choose the lines to open again, say why; leads to the new split."""
    require(p.CONTRACT_READ, Contract, contract_id)
    row = queries.contract_header(contract_id)
    if row is None:
        abort(404)
    require(p.CONTRACT_ISSUE, Split, row.split_id, seen_by=p.SPLIT_READ)
    form = AmendForm()
    chosen = _chosen(row)
    made: list[int] = []

    def open_it() -> None:
        opened = service.open_amendment(actor(), contract_id, chosen, form.reason.data or "", sent_version())
        made.append(opened.id)

    status = obey(form, open_it)
    if status == DONE:
        flash(
            _(
                "L’avenant est ouvert. Le contrat %(number)s reste en vigueur jusqu’à sa signature.",
                number=row.number,
            ),
            "success",
        )
        if not chosen:
            flash(
                _(
                    "Vous n’avez rouvert aucune ligne : vous pouvez ajouter des travaux, ou établir l’avenant pour "
                    "ne changer que le calendrier ou l’accompagnement."
                ),
                "info",
            )
        return redirect(url_for("staff.split", split_id=made[0]), DONE)
    page = render_template(
        "staff/splits/amendment.html",
        contract=row,
        form=form,
        lines=[_shown(line, chosen) for line in row.lines],
        open_to_amend=may_amend(row),
        standing=queries.standing(row.split_id),
        standing_links=STANDING_LINKS,
        version=row.version if status != UNPROCESSABLE else sent_version(),
    )
    return page, status


@bp.post("/contracts/<int:contract_id>/render")
@requires(p.CONTRACT_ISSUE)
def contract_render(contract_id: int) -> ResponseReturnValue:
    """Try to make the document again, the site's template having been mended."""
    require(p.CONTRACT_READ, Contract, contract_id)
    row = queries.contract_header(contract_id)
    if row is None:
        abort(404)
    require(p.CONTRACT_ISSUE, Split, row.split_id, seen_by=p.SPLIT_READ)
    contracts.render_again(actor(), contract_id)
    return redirect(url_for("staff.contract", contract_id=contract_id), DONE)


def may_amend(row: Row) -> bool:
    """Whether an amendment of this contract may be opened now by this person."""
    if row.state is not ContractState.SIGNED or not can(p.CONTRACT_ISSUE, Split, row.split_id):
        return False
    head = queries.split_header(row.split_id)
    if head is None or head.state is not SplitState.SIGNED:
        return False
    states = fetch_one(_STATES, contract_id=row.id)
    return states is not None and states.dossier in SPLIT_DOSSIER_STATES and states.chantier not in OVER


def retry_of(row: Row) -> str:
    """Where to ask for the document again, for those who may; empty for others, or when it did not fail."""
    if not row.failure or not can(p.CONTRACT_ISSUE, Split, row.split_id):
        return ""
    return url_for("staff.contract_render", contract_id=row.id)


def _chosen(row: Row) -> frozenset[int]:
    """The lines ticked, among those of the contract."""
    known = {str(line["id"]): int(line["id"]) for line in row.lines}
    return frozenset(known[each] for each in request.form.getlist("line") if each in known)


def _shown(line: Mapping[str, Any], chosen: frozenset[int]) -> dict[str, Any]:
    return {
        "id": line["id"],
        "label": line["label"],
        "room": line["room"],
        "who": who_does(Holder(line["holder"]), line.get("tenant_share_pct")),
        "hours": hours(line["minutes"]) if line["minutes"] else "",
        "amount": money(line["materials_cents"]) if line["materials_cents"] else "",
        "chosen": line["id"] in chosen,
    }
