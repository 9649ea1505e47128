"""The contract's document: Typst lays its facts out; the PDF is kept with the dossier, or why there is none is said.

A site may lay it out its own way with ``templates/contract.typ`` in its instance. When that file is there it is
the one that counts: if it cannot be read, no document is made and the contract says so. Ours never replaces it.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import structlog
from flask_babel import force_locale
from sqlalchemy import select, update

from intranet.config import settings
from intranet.documents.models import DocumentKind
from intranet.documents.service import store_bytes
from intranet.extensions import db
from intranet.signatures.mailing import tell_to_sign
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.contract_content import ContractContent, document
from intranet.works.contract_facts import CONTRACT, read_content
from intranet.works.models import Contract
from intranet.works.typesetting_process import (
    JOB_SECONDS,
    PAGE_SECONDS,
    TypesettingFailed,
    TypesettingLate,
    typeset,
)

AUDIENCE = ("alc", "bailleur", "partner")
SITE_TEMPLATE = "contract.typ"
FAILURE_LIMIT = 255
LARGEST_TEMPLATE = 500_000  # bytes

log = structlog.get_logger()

_PACKAGE = re.compile(rb'"@[a-z]+/')


class TemplateFailed(Exception):
    """The template makes no document; the message says why, in words for who runs the site."""


def make_document(contract_id: int) -> None:
    """Make the PDF of the contract and its reading copy, unless they are there. Commits.

    Safe to run twice: the document is fixed before the first signature and never made again. When the site's
    template fails, or the file cannot be kept, the reason is on the contract, for its page to show with a way to
    try again; the outbox tries the latter again by itself.
    """
    contract = db.session.scalars(CONTRACT.where(Contract.id == contract_id)).one()
    if contract.document_id is not None:
        return
    try:
        made = {
            language: render_pdf(read_content(contract, language), seconds=JOB_SECONDS)
            for language in ("fr", "en")
        }
    except TemplateFailed as failed:
        log.warning("the contract cannot be made", contract=contract.number, reason=str(failed))
        _write(contract, "works.contract.failed", failure=str(failed)[:FAILURE_LIMIT])
        return
    made_meanwhile = select(Contract.document_id).where(Contract.id == contract_id).with_for_update()
    if db.session.scalar(made_meanwhile) is not None:
        return  # by another worker, and perhaps signed since
    try:
        french = _keep(contract, f"{contract.number}.pdf", made["fr"])
        english = _keep(contract, f"{contract.number}-reading-copy.pdf", made["en"])
    except Exception:
        db.session.rollback()
        _write(
            contract,
            "works.contract.failed",
            failure=_("Le document n’a pas pu être rangé : le stockage ne répond pas."),
        )
        raise
    tell_to_sign(contract)
    _write(contract, "works.contract.rendered", document_id=french, reading_document_id=english, failure="")


def render_pdf(content: ContractContent, *, seconds: float = PAGE_SECONDS) -> bytes:
    """The PDF of these facts: the same bytes for the same facts.

    Raises ``TemplateFailed`` when the site has a template of its own that does not work, or does not end within
    ``seconds``; ``TypesettingLate`` when ours does not.
    """
    with force_locale(content.language):
        values = document(content)
    note = values.pop("unprinted")
    own = site_template()
    try:
        template = built_in_template() if own is None else _checked(own)
        return typeset(template, "contract", values, content.issued_at, note=note, seconds=seconds)
    except TypesettingLate as late:
        if own is None or seconds < JOB_SECONDS:
            raise  # perhaps the machine, which has too much to do
        raise TemplateFailed(
            _(
                "Le modèle de contrat du site (%(name)s) ne se termine pas en %(seconds)d secondes.",
                name=SITE_TEMPLATE,
                seconds=int(seconds),
            )
        ) from late
    except TypesettingFailed as error:
        if own is None:  # a fault of ours
            log.exception("our own template cannot be laid out", contract=content.number)
            raise TemplateFailed(
                _("Le document n’a pas pu être composé. Prévenez la personne qui gère l’intranet.")
            ) from error
        raise TemplateFailed(
            _(
                "Le modèle de contrat du site (%(name)s) contient une erreur : %(error)s",
                name=SITE_TEMPLATE,
                error=" ".join(str(error).split()),
            )
        ) from error


def site_template() -> Path | None:
    """The site's own template, when it has one."""
    path = settings().instance / "templates" / SITE_TEMPLATE
    return path if path.exists() else None


def built_in_template() -> bytes:
    """Ours, which a site may begin from."""
    return files("intranet.works").joinpath("contract_template.typ").read_bytes()


def _checked(own: Path) -> Path:
    """The site's template, if it can be tried at all."""
    try:
        source = own.read_bytes()
    except OSError as error:
        raise TemplateFailed(
            _("Le modèle de contrat du site (%(name)s) ne peut pas être lu.", name=SITE_TEMPLATE)
        ) from error
    if len(source) > LARGEST_TEMPLATE:
        raise TemplateFailed(_("Le modèle de contrat du site est trop gros pour en être un."))
    if _PACKAGE.search(source):
        raise TemplateFailed(
            _(
                "Le modèle de contrat du site demande un paquet Typst à télécharger ; copiez plutôt ses fichiers "
                "à côté du modèle."
            )
        )
    return own


def _keep(contract: Contract, name: str, pdf: bytes) -> int:
    return store_bytes(
        pdf,
        name=name,
        media_type="application/pdf",
        kind=DocumentKind.CONTRACT,
        dossier_id=contract.dossier_id,
        audience=AUDIENCE,
        actor=None,
    ).id


def _write(contract: Contract, kind: str, **values: Any) -> None:
    """By columns: a form opened to cancel or sign the contract is not stale for having its document."""
    db.session.execute(update(Contract).where(Contract.id == contract.id).values(**values))
    record(
        kind,
        actor=None,
        subject="contract",
        subject_id=contract.id,
        dossier_id=contract.dossier_id,
        data={"number": contract.number},
        audience=AUDIENCE if kind == "works.contract.rendered" else ("alc",),
    )
    commit()
