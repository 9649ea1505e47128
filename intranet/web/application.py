"""The Flask application, with what its pages need at each request made once instead.

- one environment of templates for each language, their constant calls folded (``templating``), and what was compiled
  kept for the next start (``compiled``);
- one signer for the session's cookie, where Flask derives its key anew for each request and each answer, and what
  it verified kept for a minute;
- addresses that differ by their numbers alone kept as patterns, and what makes an address written when it is made;
- views and hooks called as they are: none is asynchronous, and Flask would ask each of them at each request.

An address names no number that a key of the database cannot be: it leads nowhere instead of to the database.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from types import MethodType
from typing import Any

from flask import Flask, Request, Response, has_request_context
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.templating import Environment
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import IntegerConverter, Map, Rule

from intranet.current import this_request
from intranet.translation import current_language
from intranet.web.compiled import Shelf
from intranet.web.templating import IntranetEnvironment

LARGEST_KEY = 2**31 - 1
"""What an ``INTEGER`` column holds on either database."""

ENVIRONMENTS = 16
"""How many environments of templates are kept: languages times beginnings, of which an installation has one or two."""

ADDRESSES = 4096
"""How many patterns of addresses are kept: several times what the pages hold."""


class KeyConverter(IntegerConverter):
    """``<int:…>`` in an address: a number that may be a key, else there is no such page."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(url_map, *args, **{"max": LARGEST_KEY, **kwargs})


class AddressRule(Rule):
    """A rule that writes the functions which make its addresses when one is made.

    Werkzeug writes two for each rule when it is added: a tenth of an application's start, and most are never asked.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        write = super()._compile_builder

        def build(self: AddressRule, /, **values: Any) -> tuple[str, str]:
            written = MethodType(write(append_unknown), self)
            setattr(self, "_build_unknown" if append_unknown else "_build", written)
            made: tuple[str, str] = written(**values)
            return made

        return build


class SignedSession(SecureCookieSessionInterface):
    """Flask's signed cookie. The key is derived once, and a cookie just verified is not verified again.

    Only flat cookies are remembered (numbers and texts): nothing a request does to its session reaches the next.
    """

    REMEMBERED = 512
    TRUSTED_SECONDS = 60.0

    def __init__(self) -> None:
        self._signer: tuple[Any, URLSafeTimedSerializer | None] | None = None
        self._verified: dict[str, tuple[float, dict[str, Any]]] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signer is None or self._signer[0] != app.secret_key:
            self._signer = (app.secret_key, super().get_signing_serializer(app))
            self._verified.clear()
        return self._signer[1]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        signer = self.get_signing_serializer(app)
        cookie = request.cookies.get(self.get_cookie_name(app))
        if signer is None or not cookie:
            return super().open_session(app, request)
        at = monotonic()
        known = self._verified.get(cookie)
        if known is not None and known[0] > at:
            return self.session_class(known[1])
        session = super().open_session(app, request)
        if session and all(type(value) in (str, int, bool) for value in session.values()):
            if len(self._verified) >= self.REMEMBERED:
                self._verified.clear()
            self._verified[cookie] = (at + self.TRUSTED_SECONDS, dict(session))
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.modified or (session.permanent and app.config["SESSION_REFRESH_EACH_REQUEST"]):
            super().save_session(app, session, response)
        elif session.accessed and "Vary" not in response.headers:
            response.headers.add("Vary", "Cookie")


class Application(Flask):
    """Flask as this intranet uses it."""

    jinja_environment = IntranetEnvironment
    url_rule_class: type[Rule] = AddressRule

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._environments: dict[tuple[str, str | None], Environment] = {}
        self.shelf: Shelf | None = None
        self._addresses: dict[tuple[str, ...], str] = {}
        super().__init__(*args, **kwargs)
        self.session_interface = SignedSession()
        self.url_map.converters["int"] = KeyConverter

    @property
    def jinja_env(self) -> Environment:
        """The environment of the reader's language, and of where the application begins in the address asked for.

        Both are in the text of compiled templates. All share filters, globals and loader with the first.
        """
        key = (current_language(), this_request().root_path if has_request_context() else None)
        return self._environments.get(key) or self._environment(*key)

    def _environment(self, language: str, root: str | None) -> Environment:
        known = list(self._environments.items())
        if not known:
            made = self.create_jinja_environment()
        else:
            if len(known) >= ENVIRONMENTS:
                self._environments = dict(known[:1])
            first = known[0][1]
            # While templates are reloaded, other text is compiled of them.
            kept = None if self.shelf is None or first.auto_reload else self.shelf.place(language, root)
            made = first.overlay(bytecode_cache=kept)
        self._environments[language, root] = made
        return made

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Flask's, which builds anew each time; an address that differs by its numbers alone is kept as a pattern."""
        plain = (
            not (_anchor or _method or _scheme or _external) and endpoint[0] != "." and has_request_context()
        )
        if not plain or not all(type(value) is int and value >= 0 for value in values.values()):
            return super().url_for(
                endpoint,
                _anchor=_anchor,
                _method=_method,
                _scheme=_scheme,
                _external=_external,
                **values,
            )
        key = (this_request().root_path, endpoint, *values)
        pattern = self._addresses.get(key)
        if pattern is None:
            if len(self._addresses) >= ADDRESSES:
                self._addresses.clear()
            pattern = self._addresses[key] = self._pattern(endpoint, tuple(values))
        return pattern % values if pattern else super().url_for(endpoint, **values)

    def _pattern(self, endpoint: str, names: tuple[str, ...]) -> str:
        """The address with ``%(name)d`` for each number; empty when it depends on more than them."""
        if not self.is_constant(endpoint):
            return ""
        build: Callable[..., str] = partial(super().url_for, endpoint)
        marks = {name: 1_000_000_007 + index for index, name in enumerate(names)}
        pattern = build(**marks).replace("%", "%%")
        for name, mark in marks.items():
            pattern = pattern.replace(str(mark), f"%({name})d")
        others = {name: 2 + index for index, name in enumerate(names)}
        return pattern if pattern % others == build(**others) else ""

    def is_constant(self, endpoint: str) -> bool:
        """Whether the endpoint has one address only, whatever the request: one rule, and no defaults put in."""
        owners = {None, *endpoint.split(".")[:-1]}
        return (
            not owners & self.url_default_functions.keys()
            and len(self.url_map._rules_by_endpoint.get(endpoint, ())) == 1
        )

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
