"""What administration reads. Builders are run through ``intranet.rows``: each list is a constant number of statements.

Whoever reaches these pages sees every row of them: the permission alone decides, but for what the access log tells of
dossiers.
"""

from portals.staff.administration.queries.access_log import (
    EXPORT,
    KINDS,
    READ,
    REFUSED,
    SIGN_IN,
    access_log,
    access_log_count,
)
from portals.staff.administration.queries.catalogue import kind, kind_count, kinds, trades
from portals.staff.administration.queries.paging import Asked
from portals.staff.administration.queries.people import (
    PLACES,
    open_sessions,
    people,
    people_count,
    person,
    person_places,
    places_of,
)
from portals.staff.administration.queries.structures import (
    organisation,
    organisation_choices,
    organisation_count,
    organisations,
    pole,
    pole_choices,
    site,
    site_count,
    sites,
)

__all__ = [
    "EXPORT",
    "KINDS",
    "PLACES",
    "READ",
    "REFUSED",
    "SIGN_IN",
    "Asked",
    "access_log",
    "access_log_count",
    "kind",
    "kind_count",
    "kinds",
    "open_sessions",
    "organisation",
    "organisation_choices",
    "organisation_count",
    "organisations",
    "people",
    "people_count",
    "person",
    "person_places",
    "places_of",
    "pole",
    "pole_choices",
    "site",
    "site_count",
    "sites",
    "trades",
]
