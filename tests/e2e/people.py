"""Whose eyes the tests of every link and every page borrow."""

from __future__ import annotations

from intranet.demo.people import (
    ADMIN,
    AGENT_AZUR,
    AGENT_RIVIERA,
    ANIMATOR,
    COORDINATION,
    DIRECTOR,
    REFERENT,
    TECHNICAL,
)

STAFF = (COORDINATION, ADMIN, REFERENT, TECHNICAL, DIRECTOR)
OUTSIDE = (AGENT_AZUR, AGENT_RIVIERA, ANIMATOR)
EVERYONE = (*STAFF, *OUTSIDE)
"""Those who see most come first: two processes that follow their links end together."""
