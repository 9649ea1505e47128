"""Headers of every answer: what a browser may load, keep and tell.

Nothing comes from elsewhere and nothing runs from inside a page: no inline script, no inline style. The one
``data:`` is for the arrows and ticks that Tabler draws inside its own style sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response

from intranet.current import person, this_request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # The address of a dossier must not leave; Flask-WTF checks the referrer of our own forms.
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
# A static file runs nothing by itself; an SVG opened alone must not either.
STATIC_HEADERS = tuple(
    (name, value)
    for name, value in HEADERS
    if name not in ("Permissions-Policy", "Cross-Origin-Opener-Policy")
)
HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
FOREVER = "public, max-age=31536000, immutable"
BY_NAME = {name.lower(): (name, value) for name, value in HEADERS}


class Guarded:
    """The application behind its headers: they are added where an answer leaves, to what is then a plain list.

    A view that set one of its own keeps it.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            own = [name for name, _value in headers if name.lower() in BY_NAME]
            if own:
                names = {name.lower() for name in own}
                headers.extend(each for name, each in BY_NAME.items() if name not in names)
            else:
                headers.extend(HEADERS)
            if environ["wsgi.url_scheme"] == "https":
                headers.append(HSTS)
            return start_response(status, headers, *exc_info)

        return self.application(environ, start)


def say_how_long_to_keep(response: Response) -> Response:
    """A page must not stay in a shared computer's cache after sign-out."""
    headers = response.headers
    asked = this_request()
    if asked.endpoint == "static":
        if "v" in asked.args and response.status_code < 400:
            headers["Cache-Control"] = FOREVER
    elif "Cache-Control" not in headers:
        headers.add("Cache-Control", "no-store" if person().is_authenticated else "no-cache, private")
    return response


def init_app(app: Flask) -> None:
    """Set the headers on every answer of ``app``."""
    app.after_request(say_how_long_to_keep)
