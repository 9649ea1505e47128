"""The page where a contract is signed, by each party for itself or by ALC on site for another, and what it sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import OrganisationKind, actor, can, open_to_guests, require, requires
from intranet.accounts.session import client_address
from intranet.documents.uploads import receives_files, sent_file
from intranet.errors import Refused
from intranet.guests.texts import LANGUAGES, door_texts
from intranet.rows import Row
from intranet.signatures import codes, queries, service, wordings
from intranet.signatures.commands import Signer
from intranet.signatures.forms import DrawForm, PaperForm, RefuseForm, SendCodeForm, SigningForm, UseCodeForm
from intranet.signatures.loading import is_own
from intranet.signatures.rules import CODE_LIFE, PAD_HEIGHT, PAD_WIDTH
from intranet.translation import gettext as _
from intranet.web.answering import DONE, obey
from intranet.web.forms import BaseForm
from intranet.works import queries as works
from intranet.works.document_part import answer_part, waiting
from intranet.works.models import Contract
from intranet.works.rules import side_of
from intranet.works.terms import ContractState, Side
from intranet.works.wordings import contract_state_word

bp = Blueprint("signatures", __name__, url_prefix="/contracts")

WAYS: dict[str, type[BaseForm]] = {
    "draw": DrawForm,
    "send": SendCodeForm,
    "code": UseCodeForm,
    "paper": PaperForm,
    "refuse": RefuseForm,
}
PORTAL_PAGES = {
    OrganisationKind.ASSOCIATION: "staff.contract",
    OrganisationKind.BAILLEUR: "bailleur.contract",
}
FAMILY_LANGUAGES = tuple(door_texts(language) for language in LANGUAGES)


@bp.get("/<int:contract_id>")
@open_to_guests
@requires(p.CONTRACT_READ)
def contract(contract_id: int) -> ResponseReturnValue:
    """The contract for those whose portal has no page of its own for it: state, document, who has signed."""
    row = _readable(contract_id)
    if _home(contract_id) != url_for("signatures.contract", contract_id=contract_id):
        return redirect(_home(contract_id))
    reader = side_of(actor().scope)
    marks = wordings.marks(row.lines, works.signatures(contract_id))
    mine = any(mark.side is reader for mark in wordings.awaited(marks))
    return render_template(
        "signatures/contract.html",
        contract=row,
        state=contract_state_word(row.state),
        sentence=wordings.contract_sentence(row.state, marks, reader, ready=row.document_id is not None),
        signatures=marks if actor().guest_id is None else wordings.for_guest(marks, reader),
        reader=reader,
        may_sign=mine and signable(row) and can(p.CONTRACT_SIGN, Contract, contract_id),
        **waiting(row, _part(contract_id)),
        standing=works.standing(row.split_id, reader or Side.PARTNER),
        family_languages=FAMILY_LANGUAGES,
    )


@bp.get("/<int:contract_id>/document")
@open_to_guests
@requires(p.CONTRACT_READ)
def document(contract_id: int) -> ResponseReturnValue:
    """The link to the document, or word that it is being made: htmx asks until it is there."""
    return answer_part(_readable(contract_id), _part(contract_id))


def _part(contract_id: int) -> str:
    return url_for("signatures.document", contract_id=contract_id)


@bp.get("/<int:contract_id>/sign/<side>")
@open_to_guests
@requires(p.CONTRACT_SIGN)
def room(contract_id: int, side: str) -> ResponseReturnValue:
    """Read, then sign: on the screen, with a code, on paper; or refuse."""
    party = _party(contract_id, side)
    row = _readable(contract_id)
    if not _awaited(row, party):
        return redirect(_home(contract_id))
    return _page(row, party)


@bp.post("/<int:contract_id>/sign/<side>/drawn")
@open_to_guests
@requires(p.CONTRACT_SIGN)
def sign_drawn(contract_id: int, side: str) -> ResponseReturnValue:
    """One sending holds the whole drawing. A browser that lost the network sends it again: it is one signature."""

    def sign(form: Any, signer: Signer) -> None:
        service.sign_drawn(actor(), form.command(signer))

    return _attempt(contract_id, side, "draw", sign)


@bp.post("/<int:contract_id>/sign/<side>/code/send")
@open_to_guests
@requires(p.CONTRACT_SIGN)
def send_code(contract_id: int, side: str) -> ResponseReturnValue:
    """Send a code, or show it once, to be read out."""
    party = _party(contract_id, side)
    form = SendCodeForm(prefix="send-")
    shown: list[str] = []
    status = obey(
        form, lambda: shown.append(codes.send_code(actor(), form.command(_signer(contract_id, party, form))))
    )
    if status != DONE:
        return _again(contract_id, party, "send", form, status)
    if shown[0]:
        return _page(_readable(contract_id), party, way="code", code=shown[0])
    flash(_("Le code est envoyé. Il vaut %(minutes)s minutes.", minutes=_minutes()), "success")
    return redirect(url_for("signatures.room", contract_id=contract_id, side=side, way="code"), 303)


@bp.post("/<int:contract_id>/sign/<side>/code")
@open_to_guests
@requires(p.CONTRACT_SIGN)
def sign_with_code(contract_id: int, side: str) -> ResponseReturnValue:
    """Sign with the code received."""

    def sign(form: Any, signer: Signer) -> None:
        codes.sign_with_code(actor(), form.command(signer))

    return _attempt(contract_id, side, "code", sign)


@bp.post("/<int:contract_id>/sign/<side>/paper")
@receives_files
@open_to_guests
@requires(p.CONTRACT_SIGN)
def sign_on_paper(contract_id: int, side: str) -> ResponseReturnValue:
    """Record a signature given on paper, with its scan."""

    def sign(form: Any, signer: Signer) -> None:
        file = sent_file(form.file.name)
        if file is None:
            raise Refused("signature.file", _("Choisissez le fichier de la page signée."), field="file")
        service.sign_on_paper(actor(), form.command(signer, file))

    return _attempt(contract_id, side, "paper", sign)


@bp.post("/<int:contract_id>/sign/<side>/refuse")
@open_to_guests
@requires(p.CONTRACT_SIGN)
def refuse(contract_id: int, side: str) -> ResponseReturnValue:
    """Refuse to sign, with a reason: the split goes back to ALC."""

    def sign(form: Any, signer: Signer) -> None:
        service.refuse_to_sign(actor(), form.command(signer))

    return _attempt(contract_id, side, "refuse", sign)


def signable(row: Row) -> bool:
    """Whether the contract waits for signatures and its document is there to be read."""
    return row.state is ContractState.PREPARED and row.document_id is not None


def _attempt(
    contract_id: int, side: str, way: str, sign: Callable[[Any, Signer], None]
) -> ResponseReturnValue:
    """Do it and go back to the contract; else the page again, with what was typed and why not."""
    party = _party(contract_id, side)
    form = WAYS[way](prefix=f"{way}-")
    status = obey(form, lambda: sign(form, _signer(contract_id, party, form)))
    if status != DONE:
        return _again(contract_id, party, way, form, status)
    if way == "refuse":
        flash(_("Le refus est enregistré : la répartition revient à ALC."), "success")
    else:
        flash(_("Signature enregistrée."), "success")
    if "HX-Request" in request.headers:  # the drawing is sent by script, which is told where to go
        return Response(status=204, headers={"HX-Redirect": _home(contract_id)})
    return redirect(_home(contract_id), 303)


def _again(contract_id: int, party: Side, way: str, form: BaseForm, status: int) -> ResponseReturnValue:
    """The page with the form that was refused; the contract's own, in words, once this party has nothing to sign."""
    row = _readable(contract_id)
    if not _awaited(row, party):
        for message in [*form.form_errors, *(error for field in form for error in field.errors)]:
            flash(message, "error")
        return redirect(_home(contract_id), 303)
    return _page(row, party, way=way, form=form), status


def _page(row: Row, party: Side, *, way: str = "", form: BaseForm | None = None, code: str = "") -> str:
    person = actor()
    marks = wordings.marks(row.lines, works.signatures(row.id))
    mark = next(mark for mark in marks if mark.side is party)
    own = is_own(person, party)
    forms = {name: kind(formdata=None, prefix=f"{name}-") for name, kind in WAYS.items()}
    for each in forms.values():
        if isinstance(each, SigningForm):
            each.name.data = person.name if own else ""
    if form is not None:
        forms[way] = form
    for each in forms.values():
        if isinstance(each, SigningForm):
            each.name.flags.required = True  # shown only to those who do not sign in their own name
    return render_template(
        "signatures/room.html",
        contract=row,
        mark=mark,
        own=own,
        named=own and person.author_id is not None,
        forms=forms,
        way=way or _asked_way(),
        code=code,
        minutes=_minutes(),
        may_send=person.author_id is not None,
        digest=queries.document_digest(row.id),
        family_languages=FAMILY_LANGUAGES,
        home=_home(row.id),
        pad=(PAD_WIDTH, PAD_HEIGHT),
    )


def _signer(contract_id: int, party: Side, form: BaseForm) -> Signer:
    name = form.name.data if isinstance(form, SigningForm) else ""
    return Signer(contract_id, party, name or "", request.form.get("digest", ""), client_address())


def _party(contract_id: int, side: str) -> Side:
    """The party named in the address, if the person may sign for it. 404 for none, 403 for another's."""
    if side not in {each.value for each in Side}:
        abort(404)
    party = Side(side)
    needed = p.CONTRACT_SIGN if is_own(actor(), party) else p.CONTRACT_RECORD
    require(needed, Contract, contract_id, seen_by=p.CONTRACT_READ)
    return party


def _awaited(row: Row, party: Side) -> bool:
    """Whether this party's signature is waited for."""
    marks = wordings.marks(row.lines, works.signatures(row.id))
    return signable(row) and any(mark.side is party for mark in wordings.awaited(marks))


def _readable(contract_id: int) -> Row:
    require(p.CONTRACT_READ, Contract, contract_id)
    row = works.contract_header(contract_id)
    if row is None:
        abort(404)
    return row


def _home(contract_id: int) -> str:
    """The contract's page in the person's portal; the plain one where there is none, or it is switched off."""
    endpoint = PORTAL_PAGES.get(actor().scope.kind, "")
    if endpoint not in current_app.view_functions:
        endpoint = "signatures.contract"
    return url_for(endpoint, contract_id=contract_id)


def _asked_way() -> str:
    asked = request.args.get("way", "draw")
    return asked if asked in WAYS else "draw"


def _minutes() -> int:
    return int(CODE_LIFE.total_seconds() // 60)
