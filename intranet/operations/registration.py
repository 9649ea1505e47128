"""What operations offer the core."""

from __future__ import annotations

from intranet.operations.health import check_database, check_instance
from intranet.operations.views import bp
from intranet.plugin_api import HealthCheck

BLUEPRINTS = (bp,)
HEALTH_CHECKS = (HealthCheck("database", check_database), HealthCheck("instance", check_instance))
