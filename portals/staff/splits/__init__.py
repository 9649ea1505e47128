"""The split of works as ALC keeps it: joint visit, table, household's answer, participation contract."""

from portals.staff.splits import contracts, household, lines, table, visit

PAGES = (visit, lines, table, household, contracts)
"""The modules whose routes stand on the staff blueprint."""
