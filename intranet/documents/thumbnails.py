"""The small pictures shown in lists, made by the worker after the commit."""

from __future__ import annotations

from typing import Any

from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.documents.storage import storage
from intranet.extensions import db


def make_thumbnail(payload: dict[str, Any]) -> None:
    """Make the thumbnail of ``payload["document_id"]``. Run again, it finds it made and does nothing."""
    from intranet.documents.pictures import THUMBNAIL_SIDE, rewrite

    document = db.session.get(Document, payload["document_id"])
    if document is None or document.thumbnail_digest:
        return
    small = rewrite(read_bytes(document), document.media_type, THUMBNAIL_SIDE)
    document.thumbnail_digest = storage().put(small.data)
    db.session.commit()
