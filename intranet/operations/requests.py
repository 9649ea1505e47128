"""Each request's id, its line in the access log and its place in the metrics."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from flask import Flask, Response

from intranet.current import notes, this_request
from intranet.operations import metrics
from intranet.operations.logs import REQUEST

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
errors = structlog.get_logger("intranet.errors")


def init_app(app: Flask) -> None:
    """Before everything else of a request, and after everything else of its answer."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    log = structlog.get_logger("intranet.access").bind()  # found once: structlog looks it up at each line
    app.after_request_funcs.setdefault(None, []).insert(0, partial(_end, log.info))
    app.log_exception = _log_exception  # type: ignore[method-assign]


def _begin() -> None:
    """Keep the id a proxy gave if it is one, else draw one; the error page shows it."""
    given = this_request().headers.get(HEADER, "")
    here = notes()
    here[REQUEST] = given if given and WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    here["began"] = time.perf_counter()


def _end(say: Callable[..., None], response: Response) -> Response:
    here, asked = notes(), this_request()
    if REQUEST not in here:
        return response
    seconds = time.perf_counter() - here["began"]
    endpoint = asked.endpoint or "-"
    response.headers[HEADER] = here[REQUEST]
    metrics.observe(endpoint, asked.method, response.status_code, seconds)
    say(
        "request",
        method=asked.method,
        endpoint=endpoint,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        bytes=response.calculate_content_length(),
    )
    return response


def _log_exception(exc_info: Any) -> None:
    """An error nobody expected, with its traceback and the id shown to the person."""
    asked = this_request()
    errors.error("unexpected_error", endpoint=asked.endpoint or "-", method=asked.method, exc_info=exc_info)
