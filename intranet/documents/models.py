"""Tables of stored files."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model, UtcDateTime, choice, now


class DocumentKind(enum.StrEnum):
    PHOTO = "photo"
    CONTRACT = "contract"
    ATTACHMENT = "attachment"
    INSURANCE = "insurance"  # the tenant's attestation, good until ``valid_until``


class Document(Model):
    """A file, named by its content. Served only through the view that checks access.

    ``audience`` is the list of sides that may open it, space separated: ``alc bailleur partner``; which
    *people* of those sides is decided by the dossier's own policy.
    """

    __tablename__ = "core_document"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("core_dossier.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind))
    name: Mapped[str] = mapped_column(String(160))  # as shown and downloaded: tells nothing of who sent it
    sent_name: Mapped[str] = mapped_column(String(160), default="")  # the sender's own, for ``sent_by`` alone
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("core_organisation.id"))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)  # bytes
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256, also its name in the storage
    thumbnail_digest: Mapped[str] = mapped_column(String(64), default="")
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    audience: Mapped[str] = mapped_column(String(60), default="alc")
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("core_user.id"))
    valid_until: Mapped[date | None] = mapped_column(Date)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
