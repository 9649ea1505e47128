"""The words of a dossier: the values its columns, rules and commands share."""

from __future__ import annotations

import enum


class DossierState(enum.StrEnum):
    """Where a household is on its path (``domain.md`` §3)."""

    SPOTTED = "spotted"
    DIAGNOSED = "diagnosed"
    PREPARING = "preparing"
    ALLOCATED = "allocated"
    JOINED = "joined"
    WORKS = "works"
    SETTLED = "settled"
    CLOSED = "closed"
    LEFT = "left"


class LeavingReason(enum.StrEnum):
    """Why a household left before the end."""

    REHOUSED_ELSEWHERE = "rehoused_elsewhere"
    MOVED_AWAY = "moved_away"
    WITHDREW = "withdrew"
    NOT_ELIGIBLE = "not_eligible"
    OFFER_REFUSED = "offer_refused"
    LOST_CONTACT = "lost_contact"
    OTHER = "other"


class Survey(enum.StrEnum):
    """What is known from an asbestos or lead report."""

    MISSING = "missing"  # none is held
    CLEAR = "clear"  # held, nothing found
    FOUND = "found"  # held, something found
