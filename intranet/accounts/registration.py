"""What accounts offer the core."""

from __future__ import annotations

from intranet.accounts import door, views  # noqa: F401 - they register their pages on the blueprint
from intranet.accounts.blueprint import bp
from intranet.accounts.retention import sweep
from intranet.accounts.service import PASSWORD_LINK_JOB, send_password_link
from intranet.plugin_api import Job

BLUEPRINTS = (bp,)
JOBS = (
    Job(PASSWORD_LINK_JOB, send_password_link),
    Job("accounts.sweep", sweep, every_seconds=24 * 3600),
)
