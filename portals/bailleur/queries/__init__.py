"""What a bailleur reads: its own columns, never the full dossier (``domain.md`` §6).

No statement here names the pôle, the site, the référent, the notes, nor the phone and address of a
family beyond the contact it chose. Every one is limited by the same policies as single objects.
"""

from portals.bailleur.queries.contracts import contract_of, contract_page, contracts_to_sign
from portals.bailleur.queries.dwellings import dwelling_count, dwelling_list, dwelling_page
from portals.bailleur.queries.news import news
from portals.bailleur.queries.portfolio import portfolio_count, portfolio_page, portfolio_rows
from portals.bailleur.queries.rents import rents_to_answer
from portals.bailleur.queries.splits import (
    dwelling_splits,
    split_count,
    split_list,
    splits_under_way,
)

__all__ = [
    "contract_of",
    "contract_page",
    "contracts_to_sign",
    "dwelling_count",
    "dwelling_list",
    "dwelling_page",
    "dwelling_splits",
    "news",
    "portfolio_count",
    "portfolio_page",
    "portfolio_rows",
    "rents_to_answer",
    "split_count",
    "split_list",
    "splits_under_way",
]
