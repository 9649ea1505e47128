"""Headers of every answer: what a browser may load, keep and tell.

Nothing comes from elsewhere and nothing runs from inside a page: no inline script, no inline style. The one
``data:`` is for the arrows and ticks that Tabler draws inside its own style sheet.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask_login import current_user

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
NAMES = frozenset(name.lower() for name, _value in HEADERS)
HSTS = "max-age=31536000; includeSubDomains"
FOREVER = "public, max-age=31536000, immutable"


def set_headers(response: Response) -> Response:
    """Add the headers; a view that set one of its own keeps it."""
    headers = response.headers
    own = NAMES.intersection(name.lower() for name, _value in headers)
    headers.extend(HEADERS if not own else [each for each in HEADERS if each[0].lower() not in own])
    if request.scheme == "https":
        headers["Strict-Transport-Security"] = HSTS
    if request.endpoint == "static":
        if "v" in request.args and response.status_code < 400:
            headers["Cache-Control"] = FOREVER
    elif "Cache-Control" not in headers:
        # A page must not stay in a shared computer's cache after sign-out.
        headers["Cache-Control"] = "no-store" if current_user.is_authenticated else "no-cache, private"
    return response


def init_app(app: Flask) -> None:
    """Set the headers on every answer of ``app``."""
    app.after_request(set_headers)
