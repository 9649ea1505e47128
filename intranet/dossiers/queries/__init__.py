"""Reading dossiers and dwellings: columns, never objects; every statement built once for each shape.

Builders take the scope first and are run through ``intranet.rows``. All are limited by the policy of the
permission they name, the same one that ``require`` asks for a single page.
"""

from intranet.dossiers.queries.dossiers import (
    COUNT_UP_TO,
    dossier_count,
    dossier_export,
    dossier_header,
    dossier_list,
    filter_options,
    grants,
    incomplete_trio,
    notes,
    staff_people,
)
from intranet.dossiers.queries.dwellings import (
    dwelling_count,
    dwelling_dossiers,
    dwelling_list,
    dwelling_page,
    free_dwellings,
)
from intranet.dossiers.queries.households import Programme, programme

__all__ = [
    "COUNT_UP_TO",
    "Programme",
    "dossier_count",
    "dossier_export",
    "dossier_header",
    "dossier_list",
    "dwelling_count",
    "dwelling_dossiers",
    "dwelling_list",
    "dwelling_page",
    "filter_options",
    "free_dwellings",
    "grants",
    "incomplete_trio",
    "notes",
    "programme",
    "staff_people",
]
