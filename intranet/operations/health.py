"""What ``/healthz`` looks at besides the owners' own checks."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

import structlog
from sqlalchemy import text

from intranet.access import registry
from intranet.config import settings
from intranet.extensions import db

PROBE = 64 * 1024
"""Bytes written to see whether there is room."""

log = structlog.get_logger("intranet.health")


def failing() -> list[str]:
    """The names of the checks that fail, each ``owner.name``; what is wrong goes to the log only."""
    names = []
    for check in registry().health_checks:
        try:
            problem = check.check()
        except Exception as error:
            db.session.rollback()
            problem = type(error).__name__
        if problem:
            names.append(f"{check.owner}.{check.name}")
            log.warning("health_check_failed", owner=check.owner, check=check.name, problem=problem)
    return names


def check_database() -> str | None:
    """Whether the database answers."""
    db.session.execute(text("SELECT 1"))
    return None


def check_instance() -> str | None:
    """Whether the instance folder can be written: not only the name of a file, some of its content."""
    probe = settings().instance / f".healthz-{os.getpid()}-{threading.get_ident()}"
    try:
        probe.write_bytes(bytes(PROBE))
    except OSError as problem:
        return f"the instance folder cannot be written: {problem.strerror}"
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return None
