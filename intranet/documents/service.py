"""Taking files in and keeping the ones we made. Neither commits: the caller's command does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

from sqlalchemy import or_, select

from intranet.access import Actor
from intranet.config import settings
from intranet.documents.models import Document, DocumentKind
from intranet.documents.storage import storage
from intranet.extensions import db
from intranet.jobs.service import enqueue

THUMBNAIL_JOB = "documents.thumbnail"
FORGET_JOB = "documents.forget"
MAX_NAME = 160


def take_in(
    stream: IO[bytes],
    filename: str,
    *,
    kind: DocumentKind,
    dossier_id: int | None,
    audience: Iterable[str],
    actor: Actor | None,
) -> Document:
    """Keep a file somebody sent, made safe (see ``intake``), and order its thumbnail.

    ``audience`` names the sides that may open it (``alc``, ``bailleur``, ``partner``). Raises ``Refused`` on the
    field ``file``. The bytes are stored before the row is committed: a file without a row is harmless,
    a row without its file is not.
    """
    from intranet.documents import intake  # Pillow is loaded by the first picture, not at the start

    data = intake.read_at_most(stream, settings().max_upload_mb)
    taken = intake.inspect(data, filename, kind)
    document = store_bytes(
        taken.data,
        name=taken.name,
        media_type=taken.media_type,
        kind=kind,
        dossier_id=dossier_id,
        audience=audience,
        actor=actor,
    )
    if taken.width is not None:
        document.width, document.height = taken.width, taken.height
        enqueue(THUMBNAIL_JOB, {"document_id": document.id})
    return document


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
    for digest in payload["digests"]:
        named = select(Document.id).where(or_(Document.digest == digest, Document.thumbnail_digest == digest))
        if db.session.scalar(named.limit(1)) is None:
            storage().delete(digest)
