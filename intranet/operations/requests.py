"""Each request's id, its line in the access log and its place in the metrics."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from intranet.operations import metrics

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
log = structlog.get_logger("intranet.access")
errors = structlog.get_logger("intranet.errors")


def init_app(app: Flask) -> None:
    """Before everything else of a request, and after everything else of its answer."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request_funcs.setdefault(None, []).insert(0, _end)
    app.teardown_request(_forget)
    app.log_exception = _log_exception  # type: ignore[method-assign]


def _begin() -> None:
    """Keep the id a proxy gave if it is one, else draw one; the error page shows it."""
    given = request.headers.get(HEADER, "")
    g.request_id = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    seconds = time.perf_counter() - g.began
    endpoint = request.endpoint or "-"
    response.headers[HEADER] = g.request_id
    metrics.observe(endpoint, request.method, response.status_code, seconds)
    log.info(
        "request",
        method=request.method,
        endpoint=endpoint,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        bytes=response.calculate_content_length(),
    )
    return response


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")


def _log_exception(exc_info: Any) -> None:
    """An error nobody expected, with its traceback and the id shown to the person."""
    errors.error(
        "unexpected_error", endpoint=request.endpoint or "-", method=request.method, exc_info=exc_info
    )
