"""The search entries. Their index is FTS5 on SQLite and a tsvector on PostgreSQL, made by the migration."""

from __future__ import annotations

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intranet.database import Model


class SearchEntry(Model):
    """Words under which one object is found. ``words`` is folded: lower case, no accents.

    ``kind`` is the source's: the same dossier has one entry for each audience, holding only the words that
    audience may see, so that a search cannot reveal what a page would hide.
    """

    __tablename__ = "core_search_entry"
    __table_args__ = (UniqueConstraint("kind", "object_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(255))
    words: Mapped[str] = mapped_column(Text)
