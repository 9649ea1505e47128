"""What stored files offer the core."""

from __future__ import annotations

from intranet.documents.retention import SWEEP_JOB, sweep_bytes
from intranet.documents.service import FORGET_JOB, THUMBNAIL_JOB, forget_bytes
from intranet.documents.storage import storage
from intranet.documents.thumbnails import make_thumbnail
from intranet.documents.views import bp
from intranet.plugin_api import HealthCheck, Job

BLUEPRINTS = (bp,)
JOBS = (
    Job(THUMBNAIL_JOB, make_thumbnail),
    Job(FORGET_JOB, forget_bytes),
    Job(SWEEP_JOB, sweep_bytes, every_seconds=24 * 3600),
)
HEALTH_CHECKS = (HealthCheck("storage", lambda: storage().problem()),)
