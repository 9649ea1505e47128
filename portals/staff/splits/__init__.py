"""The split of works as ALC keeps it: joint visit, table, household's answer, participation contract."""

from portals.staff.splits import access as access
from portals.staff.splits import amendments as amendments
from portals.staff.splits import contracts as contracts
from portals.staff.splits import family as family
from portals.staff.splits import household as household
from portals.staff.splits import lines as lines
from portals.staff.splits import papers as papers
from portals.staff.splits import past as past
from portals.staff.splits import rent as rent
from portals.staff.splits import reuse as reuse
from portals.staff.splits import table as table
from portals.staff.splits import turns as turns
from portals.staff.splits import visit as visit
