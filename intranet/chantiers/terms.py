"""The words of a chantier: the values its columns, rules and commands share."""

from __future__ import annotations

import enum


class ChantierState(enum.StrEnum):
    PREPARED = "prepared"
    CLEARED = "cleared"
    OPEN = "open"
    PAUSED = "paused"
    FINISHED = "finished"
    HANDED_OVER = "handed_over"


class TaskState(enum.StrEnum):
    TO_DO = "to_do"
    READY = "ready"
    DOING = "doing"
    DONE = "done"
    ACCEPTED = "accepted"
    RESERVE = "reserve"
    LIFTED = "lifted"
    BLOCKED = "blocked"


class StartItem(enum.StrEnum):
    """The right to start (``domain.md`` §5). One missing item stops the start and says which."""

    CONTRACT = "contract"
    INSURANCE = "insurance"
    DIAGNOSTICS = "diagnostics"
    PROTECTION = "protection"
    MATERIALS = "materials"
    FAMILY = "family"
    NEIGHBOURS = "neighbours"


class HoursRole(enum.StrEnum):
    FAMILY = "family"
    HELPER = "helper"
    PARTNER = "partner"
    ALC = "alc"


class Recognisable(enum.StrEnum):
    """Who can be recognised on a picture. Anybody but the family is never shown."""

    NOBODY = "nobody"
    FAMILY = "family"


class Moment(enum.StrEnum):
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
