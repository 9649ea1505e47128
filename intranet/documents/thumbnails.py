"""The small pictures shown in lists, made by the worker after the commit."""

from __future__ import annotations

from typing import Any

from intranet.config import settings
from intranet.database import writing
from intranet.documents.inspector import inspector
from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.documents.storage import storage
from intranet.extensions import db

SIDE = 480
"""Pixels of its longer side."""


def make_thumbnail(payload: dict[str, Any]) -> None:
    """Make the thumbnail of ``payload["document_id"]``. Run again, it finds it made and does nothing."""
    with writing(False):
        document = db.session.get(Document, payload["document_id"])
        if document is None or document.thumbnail_digest:
            return
        whole = read_bytes(document)
        db.session.rollback()  # no transaction while a picture is decoded
    small = inspector.inspect(settings().instance, whole, picture_only=True, longest_side=SIDE)
    digest = storage().put(small.data)
    document = db.session.get(Document, payload["document_id"])
    if document is not None:
        document.thumbnail_digest = digest
        db.session.commit()
