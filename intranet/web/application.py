"""The Flask application, with what its pages need at each request made once instead.

- one environment of templates for each language, their constant calls folded (``templating``);
- one signer for the session's cookie, where Flask derives its key anew for each request and each answer;
- views and hooks called as they are: none is asynchronous, and Flask would ask each of them at each request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.templating import Environment
from itsdangerous import URLSafeTimedSerializer

from intranet.web.templating import IntranetEnvironment
from intranet.web.translation import current_language


class SignedSession(SecureCookieSessionInterface):
    """Flask's signed cookie; the key is derived once."""

    def __init__(self) -> None:
        self._signer: tuple[Any, URLSafeTimedSerializer | None] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signer is None or self._signer[0] != app.secret_key:
            self._signer = (app.secret_key, super().get_signing_serializer(app))
        return self._signer[1]


class Application(Flask):
    """Flask as this intranet uses it."""

    jinja_environment = IntranetEnvironment

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._environments: dict[str, Environment] = {}
        super().__init__(*args, **kwargs)
        self.session_interface = SignedSession()

    @property
    def jinja_env(self) -> Environment:
        """The environment of the reader's language. All share filters, globals and loader with the first."""
        language = current_language()
        found = self._environments.get(language)
        if found is None:
            first = next(iter(self._environments.values()), None)
            # Compiled templates are kept apart: their text differs.
            found = self.create_jinja_environment() if first is None else first.overlay(bytecode_cache=None)
            self._environments[language] = found
        return found

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
