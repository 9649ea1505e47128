"""The tenant's attestation of insurance: for ALC and the bailleur of the dwelling (``domain.md`` §6)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, select, update

from intranet import permissions as p
from intranet.access import Actor, Scope, require_may, visible
from intranet.clock import today
from intranet.documents.intake import Prepared
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import keep
from intranet.dossiers.commands import AttestInsurance
from intranet.dossiers.loading import take_dossier
from intranet.dossiers.machine import HOUSED_STATES
from intranet.errors import Refused
from intranet.extensions import db
from intranet.rows import Statement
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _

WITH_BAILLEUR = ("alc", "bailleur")
LONGEST = timedelta(days=2 * 366)
"""An attestation covers a year; a day further than two years from now is a slip of the pen."""


def attest_insurance(actor: Actor, command: AttestInsurance, file: Prepared) -> Document:
    """Keep the attestation; the former ones stay below it. Référent, coordinator.

    ``Refused`` before there is a dwelling to insure, for a day past or absurdly far, and for a file ``documents``
    does not take in.
    """
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(command.dossier_id)
    if dossier.state not in HOUSED_STATES:
        raise Refused("insurance.dwelling", _("L’assurance se joint une fois le logement attribué."))
    if command.valid_until < today():
        raise Refused(
            "insurance.expired",
            _("Cette attestation n’est plus valable. Demandez à la famille celle de l’année en cours."),
            field="valid_until",
        )
    if command.valid_until > today() + LONGEST:
        raise Refused(
            "insurance.far", _("Vérifiez l’année : une attestation couvre un an."), field="valid_until"
        )
    document = keep(
        file,
        kind=DocumentKind.INSURANCE,
        dossier_id=dossier.id,
        audience=WITH_BAILLEUR,
        actor=actor,
    )
    document.valid_until = command.valid_until
    record(
        "dossier.insured",
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        data={"on": command.valid_until},
        audience=WITH_BAILLEUR,
    )
    commit()
    return document


def close_attestations(dossier_id: int) -> None:
    """Another dwelling, or none: what insured the former is ALC's alone from now on. Does not commit."""
    db.session.execute(
        update(Document)
        .where(Document.dossier_id == dossier_id, Document.kind == DocumentKind.INSURANCE)
        .values(audience="alc"),
        execution_options={"synchronize_session": False},
    )


def attestations(scope: Scope) -> Statement:
    """The attestations of a dossier (``:dossier_id``) that the person may open, the last one first."""
    statement = (
        select(Document.id, Document.name, Document.valid_until, Document.uploaded_at, Document.audience)
        .where(Document.dossier_id == bindparam("dossier_id"), Document.kind == DocumentKind.INSURANCE)
        .order_by(Document.id.desc())
    )
    return visible(scope, statement, p.FILE_READ, Document)
