"""The queues of the staff's home page: what each looks for, who may move it, and reading them."""

from portals.staff.queues.declared import BY_KEY, QUEUES
from portals.staff.queues.kinds import Queue
from portals.staff.queues.reading import clock, counts, late_answers, oldest

__all__ = ["BY_KEY", "QUEUES", "Queue", "clock", "counts", "late_answers", "oldest"]
