"""What an entry of the directory is found by."""

from __future__ import annotations

from plugins.directory.models import Entry

SEARCH_KIND = "directory"


def words_of(entry: Entry) -> str:
    """The words of an entry, as the index keeps them."""
    return f"{entry.name} {entry.contact} {entry.services} {entry.phone}"
