"""Pages are sent compressed, except to another site.

A page holds secrets (names, the form token) next to words taken from its address: compressed, its length would tell
one from the other to a site that can make the browser ask for it again and again (BREACH). Browsers say who asks in
``Sec-Fetch-Site``; only what our own pages or the person herself ask for is compressed. So a proxy in front must
leave pages alone (nginx: ``gzip off`` for the application). Static files are compressed beforehand by ``./dev setup``.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response

from intranet.current import this_request

LEVEL = 3
SMALLEST = 1000  # bytes
VARY = "Accept-Encoding, Cookie, Sec-Fetch-Site"
OWN = frozenset({"same-origin", "none"})


def compress(response: Response) -> Response:
    """The response, smaller if the browser may have it so."""
    if response.mimetype != "text/html" or response.direct_passthrough or response.is_streamed:
        return response
    response.headers.add("Vary", VARY)
    asked = this_request().headers
    if (
        "gzip" not in asked.get("Accept-Encoding", "")
        or asked.get("Sec-Fetch-Site") not in OWN
        or "Content-Encoding" in response.headers
    ):
        return response
    body = response.get_data()
    if len(body) >= SMALLEST:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def init_app(app: Flask) -> None:
    """Compress the pages of ``app``."""
    app.after_request(compress)
