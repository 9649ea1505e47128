"""What may be asked of the directory's service."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.directory.models import Engagement, EntryKind


@dataclass(frozen=True, slots=True)
class EntryFields:
    """An entry as a form gives it."""

    kind: EntryKind
    name: str
    engagement: Engagement
    contact: str = ""
    phone: str = ""
    email: str = ""
    services: str = ""
    notes: str = ""
    site_id: int | None = None
    organisation_id: int | None = None
