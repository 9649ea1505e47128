"""The log: one JSON object a line on standard error, for the core, plugins and libraries alike.

No personal data: a request is logged by its endpoint, never by its address, which may hold a token or say
whose dossier was opened (that is the read-access log's, in the database).
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from flask import has_app_context

from intranet.current import notes
from intranet.redaction import without_values

REQUEST = "request_id"


def _name_the_request(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """What is logged during a request carries its id."""
    if has_app_context() and REQUEST in (here := notes()):
        event[REQUEST] = here[REQUEST]
    return event


def _redact(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Errors quote what they failed on: nobody's address, and no row of the database, goes to the log."""
    return {name: without_values(value) if isinstance(value, str) else value for name, value in event.items()}


SHARED: list[Any] = [
    _name_the_request,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.processors.format_exc_info,
    _redact,
]


class LogHandler(logging.StreamHandler[Any]):
    """Ours, told from others' handlers, so that configuring twice adds none."""


def configure(level: str) -> None:
    """Send everything from ``level`` up to standard error as JSON. Process-wide; harmless when repeated."""
    number = logging.getLevelName(level)
    structlog.configure(
        processors=[*SHARED, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_StandardError(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, LogHandler) for handler in root.handlers):
        handler = LogHandler(sys.stderr)
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
                foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name],
            )
        )
        root.addHandler(handler)
    root.setLevel(number)
    for chatty in ("alembic", "werkzeug", "fontTools", "PIL"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))


class _StandardError:
    """Makes loggers, all itself, that write to whatever standard error is at that moment (tests replace it)."""

    def __call__(self, *_names: Any) -> _StandardError:
        return self

    def msg(self, line: str) -> None:
        """One line, in one piece."""
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = msg
