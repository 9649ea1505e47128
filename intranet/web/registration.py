"""What the pages' frame registers with the core."""

from __future__ import annotations

from intranet.plugin_api import Job
from intranet.web import export, offline, preferences
from intranet.web.maintenance import maintenance_command
from intranet.web.submissions import forget_old

DAY = 24 * 3600

BLUEPRINTS = (export.bp, offline.bp, preferences.bp)
JOBS = (Job("web.forget_submissions", forget_old, every_seconds=DAY),)
COMMANDS = (maintenance_command,)
