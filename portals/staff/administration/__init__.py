"""Administration: accounts, organisations, pôles, sites, catalogue, settings, plugins, access log.

Importing the package hangs its pages on the staff blueprint.
"""

from portals.staff.administration import (
    views_access_log,
    views_catalogue,
    views_people,
    views_structures,
    views_system,
)

__all__ = ["views_access_log", "views_catalogue", "views_people", "views_structures", "views_system"]
