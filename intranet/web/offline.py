"""What is shown without network: a page the service worker keeps, and nothing else is kept."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

from intranet.access import public
from intranet.web.assets import SPRITE, STYLES, static_url

bp = Blueprint("web", __name__)

OFFLINE = "js/offline.js"


@bp.get("/offline")
@public
def offline() -> Response:
    """The page itself: the same for everyone, so that it may be kept."""
    answer = Response(render_template("errors/offline.html"))
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """The service worker. It stands at the root, for that decides which pages it sees."""
    answer = Response(
        render_template(
            "web/sw.js",
            version=current_app.extensions["intranet.assets"].path(STYLES[-1]),
            kept=[static_url(name) for name in (*STYLES, SPRITE, OFFLINE)],
        ),
        content_type="text/javascript; charset=utf-8",
    )
    answer.headers["Cache-Control"] = "no-cache"
    return answer
