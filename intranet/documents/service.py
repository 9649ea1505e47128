"""Keeping the files that came in and the ones we made. Neither commits: the caller's command does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from intranet.access import Actor
from intranet.clock import today
from intranet.documents.intake import EXTENSIONS, MAX_NAME, Prepared
from intranet.documents.models import Document, DocumentKind
from intranet.documents.storage import storage
from intranet.extensions import db
from intranet.jobs.service import enqueue

THUMBNAIL_JOB = "documents.thumbnail"
FORGET_JOB = "documents.forget"
NOUNS = {
    DocumentKind.PHOTO: "photo",
    DocumentKind.ATTACHMENT: "piece",
    DocumentKind.INSURANCE: "assurance",
}
_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(bindparam("key")))


def keep(
    file: Prepared,
    *,
    kind: DocumentKind,
    dossier_id: int | None,
    audience: Iterable[str],
    actor: Actor | None,
) -> Document:
    """Give a file that was prepared (``intake.prepare``) its row, and order its thumbnail.

    ``audience`` names the sides that may open it (``alc``, ``bailleur``, ``partner``). Everybody sees a name made of
    what it is and of the day; the sender's own is for her organisation alone.
    """
    _hold(file.digest)
    if not storage().holds(file.digest):  # its like was forgotten since it was prepared
        storage().put(file.data)
    document = Document(
        dossier_id=dossier_id,
        kind=kind,
        name=neutral_name(kind, today(), file.media_type),
        sent_name=file.sent_name,
        sent_by=(actor.organisation_id or None) if actor else None,
        media_type=file.media_type,
        size=len(file.data),
        digest=file.digest,
        width=file.width,
        height=file.height,
        audience=" ".join(audience),
        uploaded_by=actor.author_id if actor else None,
    )
    db.session.add(document)
    db.session.flush()
    if file.width is not None:
        enqueue(THUMBNAIL_JOB, {"document_id": document.id})
    return document


def neutral_name(kind: DocumentKind, day: date, media_type: str) -> str:
    """What a file somebody sent is called for everybody: what it is, and the day it came."""
    return f"{NOUNS.get(kind, 'document')}-{day.isoformat()}{EXTENSIONS.get(media_type, '')}"


def store_bytes(
    data: bytes,
    *,
    name: str,
    media_type: str,
    kind: DocumentKind,
    dossier_id: int | None,
    audience: Iterable[str],
    actor: Actor | None,
) -> Document:
    """Keep a file the application made itself. It is not inspected."""
    document = Document(
        dossier_id=dossier_id,
        kind=kind,
        name=name[:MAX_NAME],
        media_type=media_type,
        size=len(data),
        digest=storage().put(data),
        audience=" ".join(audience),
        uploaded_by=actor.author_id if actor else None,
    )
    db.session.add(document)
    db.session.flush()
    return document


def read_bytes(document: Document) -> bytes:
    """The whole file."""
    with storage().open(document.digest) as file:
        return file.read()


def remove(document: Document) -> None:
    """Delete a document; its bytes go once the transaction is committed, unless another document holds them."""
    digests = [digest for digest in (document.digest, document.thumbnail_digest) if digest]
    db.session.delete(document)
    db.session.flush()
    enqueue(FORGET_JOB, {"digests": digests})


def forget_bytes(payload: dict[str, Any]) -> None:
    """Delete the bytes of ``payload["digests"]`` that no document names any more."""
    for digest in sorted(payload["digests"]):
        _hold(digest)
        named = select(Document.id).where(or_(Document.digest == digest, Document.thumbnail_digest == digest))
        if db.session.scalar(named.limit(1)) is None:
            storage().delete(digest)


def _hold(digest: str) -> None:
    """Until the end of the transaction, these bytes are either given a row or forgotten, not both at once.

    On SQLite one transaction writes at a time anyway.
    """
    if db.engine.dialect.name != "sqlite":
        db.session.execute(_ONE_AT_A_TIME, {"key": int(digest[:15], 16)})
