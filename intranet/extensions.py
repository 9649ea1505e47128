"""The only globals: Flask extensions, bound to an application by ``create_app``."""

from __future__ import annotations

from flask import Response
from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from intranet.current import READING, this_request
from intranet.database import Model


class People(LoginManager):  # type: ignore[misc]
    """Flask-Login, where a person is known by our own session row alone.

    The cookie holds no user id and there is no remember-me cookie: neither is looked for.
    """

    def _load_user(self) -> None:
        self._update_request_context_with_user()  # a stranger, should reading fail: the error has a page, too
        self._update_request_context_with_user(self._request_callback(this_request()))

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


class Forgery(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's, which looks whether a view is exempt before it looks whether there is anything to check."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if this_request().method not in READING:
            super().protect(apply_exemptions)


db = SQLAlchemy(model_class=Model, disable_autonaming=True)
login_manager = People()
csrf = Forgery()
babel = Babel()
