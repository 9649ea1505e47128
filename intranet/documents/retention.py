"""Bytes that no document names: a sending cut off between its file and its row leaves some. They are swept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select

from intranet.clock import now
from intranet.documents.models import Document
from intranet.documents.storage import storage
from intranet.extensions import db

SWEEP_JOB = "documents.sweep"
GRACE = timedelta(days=2)
"""How long bytes may wait for their row: more than any form stays open."""

AT_ONCE = 200


def sweep_bytes(_payload: dict[str, Any]) -> None:
    """Delete what was put before the time of grace and is named by no document."""
    old = storage().put_before(now() - GRACE)
    while digests := list(islice(old, AT_ONCE)):
        for digest in _unnamed(digests):
            storage().delete(digest)


def _unnamed(digests: Iterable[str]) -> Iterator[str]:
    wanted = set(digests)
    columns = (Document.digest, Document.thumbnail_digest)
    named = {
        each for column in columns for each in db.session.scalars(select(column).where(column.in_(wanted)))
    }
    db.session.rollback()
    yield from sorted(wanted - named)
