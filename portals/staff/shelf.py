"""The shelf of a dossier: every file of it that the person may open, by kind, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.accounts.models import User
from intranet.documents.models import Document, DocumentKind
from intranet.organisations.models import Organisation
from intranet.rows import Row, Statement, fetch_all
from intranet.translation import lazy_gettext as _l

KINDS: Mapping[DocumentKind, Any] = {
    DocumentKind.CONTRACT: _l("Contrats"),
    DocumentKind.INSURANCE: _l("Assurance"),
    DocumentKind.ATTACHMENT: _l("Pièces jointes"),
    DocumentKind.PHOTO: _l("Photos"),
}
"""The boards of the shelf, in their order."""


def files_of(scope: Scope) -> Statement:
    """The files of a dossier (``:dossier_id``) with who sent each: a person, her organisation, or the application."""
    statement = (
        select(
            Document.id,
            Document.kind,
            Document.name,
            Document.uploaded_at,
            Document.valid_until,
            User.name.label("sender"),
            Organisation.name.label("organisation"),
        )
        .outerjoin(User, User.id == Document.uploaded_by)
        .outerjoin(Organisation, Organisation.id == Document.sent_by)
        .where(Document.dossier_id == bindparam("dossier_id"))
        .order_by(Document.id.desc())
    )
    return visible(scope, statement, p.FILE_READ, Document)


def shelf(dossier_id: int) -> list[tuple[Any, Sequence[Row]]]:
    """The files kind by kind; a kind without any is left out. One statement."""
    rows = fetch_all(files_of, dossier_id=dossier_id)
    boards = [(label, [row for row in rows if row.kind is kind]) for kind, label in KINDS.items()]
    return [(label, files) for label, files in boards if files]
