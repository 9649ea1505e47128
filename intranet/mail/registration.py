"""What mail offers the core."""

from __future__ import annotations

from intranet.mail.service import JOB, forget, send
from intranet.plugin_api import Job

JOBS = (Job(JOB, send, lane="mail", forget=forget),)
