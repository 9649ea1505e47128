"""Administration: accounts, organisations, pôles, sites, catalogue, wear, contract, settings, plugins, access log.

Importing the package hangs its pages on the staff blueprint.
"""

import portals.staff.administration.views_access_log
import portals.staff.administration.views_catalogue
import portals.staff.administration.views_contract_texts
import portals.staff.administration.views_people
import portals.staff.administration.views_structures
import portals.staff.administration.views_system
import portals.staff.administration.views_wear  # noqa: F401
