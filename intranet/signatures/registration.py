"""What signatures offer the application."""

from __future__ import annotations

from intranet.plugin_api import Job
from intranet.signatures.command import contract_commands
from intranet.signatures.finishing import ready_certificate, seal_contract
from intranet.signatures.rules import SEAL_JOB
from intranet.signatures.views import bp

BLUEPRINTS = (bp,)
COMMANDS = (contract_commands,)
JOBS = (
    Job(SEAL_JOB, seal_contract),
    # At the first start, then each day: a certificate that cannot be used is known before a contract waits for it.
    Job("signatures.certificate", ready_certificate, every_seconds=24 * 3600),
)
