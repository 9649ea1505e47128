"""The search entries. Their index is FTS5 on SQLite and a tsvector on PostgreSQL, made by the migration."""

from __future__ import annotations

from zlib import crc32

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model

OBJECTS = 1 << 32
"""How many numbers each kind of entry has; an object's own is a key of the database, below 2**31."""


def first_of(kind: str) -> int:
    """The number before those of a kind's entries: drawn from its name, the same on every database."""
    return (crc32(kind.encode()) & 0x7FFFFFFF or 1) * OBJECTS


class SearchEntry(Model):
    """Words under which one object is found. ``words`` is folded: lower case, no accents.

    ``id`` is ``first_of(kind) + object_id``: the index, which knows entries by it, finds those of one kind
    in one range and says which object each is about.

    ``kind`` is the source's: the same dossier has one entry for each audience, holding only the words that
    audience may see, so that a search cannot reveal what a page would hide.
    """

    __tablename__ = "core_search_entry"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(255))
    words: Mapped[str] = mapped_column(Text)
