"""The only globals: Flask extensions, bound to an application by ``create_app``."""

from __future__ import annotations

from flask import request
from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from intranet.database import Model


class People(LoginManager):  # type: ignore[misc]
    """Flask-Login, where a person is known by our own session row alone.

    The cookie holds no user id and there is no remember-me cookie: neither is looked for.
    """

    def _load_user(self) -> None:
        self._update_request_context_with_user(self._request_callback(request))


db = SQLAlchemy(model_class=Model, disable_autonaming=True)
login_manager = People()
csrf = CSRFProtect()
babel = Babel()
