"""``/healthz`` for whoever watches, ``/metrics`` for who holds the token."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, jsonify, request

from intranet.access import public
from intranet.config import settings
from intranet.operations import health, metrics

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """200 when all is well, else 503 and the names of what fails; why is in the log."""
    failing = health.failing()
    return jsonify(status="failing" if failing else "ok", failing=failing), 503 if failing else 200


@bp.get("/metrics")
@public
def metrics_page() -> Response:
    """For who sends ``Authorization: Bearer`` with the token of the settings; for others there is no page."""
    token = settings().metrics_token
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        abort(404)
    return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
