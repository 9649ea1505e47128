"""The words of the split of works: the values its columns, rules and commands share."""

from __future__ import annotations

import enum


class Side(enum.StrEnum):
    """A party to the split."""

    ALC = "alc"
    BAILLEUR = "bailleur"
    HOUSEHOLD = "household"
    PARTNER = "partner"


class DefaultHolder(enum.StrEnum):
    TENANT = "tenant"
    BAILLEUR = "bailleur"
    OPEN = "open"


class Professional(enum.StrEnum):
    """Whether a kind of works needs a professional; ``partly``: when ``professional_condition`` holds."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"


class Holder(enum.StrEnum):
    """Who does a line of works. ``shared``: the tenant's part is ``tenant_share_pct``."""

    TENANT = "tenant"
    BAILLEUR = "bailleur"
    PARTNER = "partner"
    SHARED = "shared"
    DROPPED = "dropped"


class Payer(enum.StrEnum):
    """Who pays the materials."""

    TENANT = "tenant"
    BAILLEUR = "bailleur"
    ALC = "alc"
    PARTNER = "partner"


class Need(enum.StrEnum):
    NEEDED = "needed"
    WISHED = "wished"


class Cause(enum.StrEnum):
    """Why the works are needed; it decides the default holder (``domain.md`` §4, tests 2 and 3)."""

    USE = "use"  # ordinary use and upkeep
    DAMAGE = "damage"  # by the tenant
    WEAR = "wear"  # worn by time
    BADLY_MADE = "badly_made"
    FORCE_MAJEURE = "force_majeure"


class SplitState(enum.StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    COUNTERED = "countered"
    AGREED = "agreed"
    SIGNED = "signed"
    AMENDED = "amended"
    WITHDRAWN = "withdrawn"


class Answer(enum.StrEnum):
    """One side's answer to one wording of one line."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    COUNTERED = "countered"
    REFUSED = "refused"


class ContractState(enum.StrEnum):
    PREPARED = "prepared"
    SIGNED = "signed"
    REFUSED = "refused"  # a party will not sign it
    REPLACED = "replaced"  # by the amendment now in force
    CANCELLED = "cancelled"


GIVEN_UP = frozenset({ContractState.CANCELLED, ContractState.REFUSED})
"""Contracts that bind nobody and make room for another of the same split."""
