"""What signatures offer the application."""

from __future__ import annotations

from intranet.plugin_api import Job
from intranet.signatures.command import contract_commands
from intranet.signatures.finishing import seal_contract
from intranet.signatures.service import SEAL_JOB
from intranet.signatures.views import bp

BLUEPRINTS = (bp,)
COMMANDS = (contract_commands,)
JOBS = (Job(SEAL_JOB, seal_contract),)
