"""Keeping the index: each domain tells what an object is found by, in the command that changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, or_, text

from intranet.access import registry
from intranet.database import insert_unless_there
from intranet.extensions import db
from intranet.search.models import SearchEntry, first_of
from intranet.search.words import fold, index_words

TITLE = 255
BATCH = 1000
STEP = 500
_MERGE = text("INSERT INTO core_search_fts (core_search_fts, rank) VALUES ('merge', :pages)")

__all__ = ["drop_entry", "fold", "merge", "put_entry", "rebuild"]


def put_entry(kind: str, object_id: int, title: str, words: str) -> None:
    """Keep what the object is found by under ``kind``. Part of the caller's transaction; does not commit."""
    offered = insert_unless_there(db.engine.dialect, SearchEntry)
    statement = offered.values(_row(kind, object_id, title, words))
    new = statement.excluded
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[SearchEntry.id],
            set_={"title": new.title, "words": new.words},
            where=or_(SearchEntry.words != new.words, SearchEntry.title != new.title),
        )
    )


def drop_entry(kind: str, object_id: int) -> None:
    """The object is no longer found under ``kind``. Does not commit."""
    db.session.execute(
        delete(SearchEntry).where(SearchEntry.id == first_of(kind) + object_id),
        execution_options={"synchronize_session": False},
    )


def rebuild() -> dict[str, int]:
    """Make every entry again from what the registered sources say, and commit. Entries by kind."""
    counts: dict[str, int] = {}
    for source in registry().search:
        db.session.execute(delete(SearchEntry).where(SearchEntry.kind == source.kind))
        counts[source.kind] = 0
        rows = (_row(source.kind, *entry) for entry in source.index())
        for batch in _batches(rows):
            db.session.execute(insert(SearchEntry), batch)
            counts[source.kind] += len(batch)
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("INSERT INTO core_search_fts (core_search_fts) VALUES ('optimize')"))
    db.session.commit()
    return counts


def rebuild_job(_payload: dict[str, Any]) -> None:
    """Job: ``rebuild``, asked for by a migration when what is kept of a text has changed."""
    rebuild()


def merge(_payload: dict[str, Any]) -> None:
    """Job: make one segment of the many that writing leaves in SQLite's index; a search looks in each of them.

    In small steps, each its own transaction, so that nobody waits to write. PostgreSQL's index needs none of it.
    """
    if db.engine.dialect.name != "sqlite":
        return
    pages = -STEP  # negative: begin with everything, not only with what is due
    merged = 2
    while merged > 1:  # a step that found nothing to merge counts as one change
        driver: Any = db.session.connection().connection.driver_connection
        before = driver.total_changes
        db.session.execute(_MERGE, {"pages": pages})
        merged = driver.total_changes - before
        db.session.commit()
        pages = STEP


def _row(kind: str, object_id: int, title: str, words: str) -> dict[str, Any]:
    return {
        "id": first_of(kind) + object_id,
        "kind": kind,
        "object_id": object_id,
        "title": title[:TITLE],
        "words": index_words(words, title),
    }


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch
