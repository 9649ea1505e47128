"""What each application of a test run leaves to the next, so that an application of its own costs a test little.

Each is worked out by the real code, once for each process, and is the same for every application: templates and
addresses compiled, statements compiled. Passwords are hashed by the real algorithm at its least strength.
"""

from __future__ import annotations

from typing import Any, ClassVar

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.engine import Dialect, Engine
from werkzeug.routing import Rule

from intranet.accounts import passwords
from intranet.config import Settings
from intranet.extensions import db
from intranet.rows import Kept, reader
from intranet.web.application import Application

PRODUCTS_HASHER = passwords._hasher
"""As strong as in service: a tenth of the run would go into it."""


class CompiledTemplates(BytecodeCache):
    """Each test has its own application; its templates need not be compiled each time."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


class CompiledRule(Rule):
    """Nor its addresses: Werkzeug parses each and writes two functions for it, most of an application's start."""

    known: ClassVar[dict[object, Rule]] = {}

    def compile(self) -> None:
        key = (self.rule, self.subdomain, self.host, self.merge_slashes, str(self.defaults))
        known = self.known.get(key)
        if known is None:
            super().compile()
            self.known[key] = self
            return
        self._parts, self._trace, self._converters = known._parts, known._trace, known._converters
        self.arguments |= known.arguments
        self._build = known._build.__func__.__get__(self)  # type: ignore[attr-defined]
        self._build_unknown = known._build_unknown.__func__.__get__(self)  # type: ignore[attr-defined]


class CompiledStatements:
    """Nor its statements: their text depends on the dialect and on the plugins in service, not on the database."""

    def __init__(self) -> None:
        self.dialect: Dialect | None = None
        self.by_sqlalchemy: dict[Any, Any] = {}
        self.by_rows: dict[tuple[str, ...] | None, dict[Any, Kept]] = {}

    def begin_with(self, engine: Engine) -> None:
        """From now on every application speaks through this engine's dialect, which has met the server."""
        self.dialect = engine.dialect

    def lend(self, settings: Settings) -> None:
        """To the current application."""
        if self.dialect is None:
            return
        db.engine.dialect = self.dialect
        db.engine.update_execution_options(compiled_cache=self.by_sqlalchemy)
        reader().kept = self.by_rows.setdefault(settings.plugins, {})


PAGES, MAILS = CompiledTemplates(), CompiledTemplates()
STATEMENTS = CompiledStatements()


def install() -> None:
    """Before the first application of the process."""
    Application.url_rule_class = CompiledRule
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def lend(app: Flask, settings: Settings) -> None:
    """What is known so far, to a new application."""
    with app.test_request_context():
        app.jinja_env.bytecode_cache = PAGES
    with app.app_context():
        app.jinja_env.bytecode_cache = MAILS
        STATEMENTS.lend(settings)
