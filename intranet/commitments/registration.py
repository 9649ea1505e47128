"""What commitments offer to the application."""

from __future__ import annotations

from intranet.commitments.reminding import remind_overdue
from intranet.commitments.table import EXPORTER
from intranet.plugin_api import Job

JOBS = (Job("commitments.remind", remind_overdue, every_seconds=3600),)
EXPORTERS = (EXPORTER,)
