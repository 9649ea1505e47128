"""The application, made in steps: settings → extensions → plugins → registry → checks."""

from __future__ import annotations

import os
from pathlib import Path

from babel import Locale
from flask import Flask, has_request_context, redirect, request, session, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from intranet import access_log, operations, rows, static_files, web
from intranet.access import GUESTS_ONLY, public, registry
from intranet.accounts.session import load_actor
from intranet.config import Settings
from intranet.current import person, this_app, this_request
from intranet.database import set_up_engine
from intranet.documents import uploads
from intranet.extensions import babel, csrf, db, login_manager
from intranet.guests.session import load_guest
from intranet.operations import logs
from intranet.pluginsystem import checks, gate
from intranet.pluginsystem.manager import Plugins
from intranet.pluginsystem.registry import CORE, Registry, collect
from intranet.web.application import Application
from intranet.web.security import Guarded

PACKAGE = Path(__file__).parent
TEMPLATES = PACKAGE.parent / "templates"
LANGUAGES = ("fr", "en")
LOCALES = {code: Locale(code) for code in LANGUAGES}  # parsing one for each request costs as much as a query


def create_app(settings: Settings | None = None) -> Application:
    """A ready application. Raises ``SettingsError`` or ``StartRefused``, whose messages say how to mend."""
    settings = settings or Settings.from_env(os.environ)
    logs.configure(settings.log_level)
    app = _make_flask(settings)
    _bind_extensions(app)
    plugins = Plugins(settings)
    _speak(app, plugins)
    found = collect(plugins)
    app.extensions["intranet"] = found
    _mount(app, found)
    uploads.init_app(app)
    web.init_app(app)
    gate.install(app, found)
    access_log.install(app)
    operations.init_app(app)
    checks.run(app, found)
    return app


def _make_flask(settings: Settings) -> Application:
    app = Application(
        "intranet",
        static_folder=str(PACKAGE / "static"),
        instance_path=str(settings.instance),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        SESSION_COOKIE_NAME="intranet",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        MAX_CONTENT_LENGTH=(settings.max_upload_mb + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["intranet.settings"] = settings
    app.request_class = uploads.FormRequest
    # The site's own templates win over ours and over every plugin's.
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(settings.instance / "templates"), FileSystemLoader(TEMPLATES)]
    )
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # The host is that of the request: a proxy passes on an X-Forwarded-Host that a browser made up.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.wsgi_app = Guarded(app.wsgi_app)  # type: ignore[method-assign]
    static_files.serve(app)
    return app


def _engine_options(settings: Settings) -> dict[str, object]:
    """The connection used last is taken first: what it has prepared and read is still warm."""
    options: dict[str, object] = {"hide_parameters": True, "pool_use_lifo": True}
    if not settings.database_url.startswith("sqlite"):
        options |= {"pool_size": 5, "max_overflow": 10, "pool_recycle": 1800}
    return options


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        set_up_engine(db.engine)
    rows.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.request_loader(_load_person)


def _speak(app: Flask, plugins: Plugins) -> None:
    """The catalogues of the core and of every plugin in service, as one."""
    folders = [PACKAGE, *(found.folder for found in plugins.enabled.values())]
    catalogues = ";".join(str(folder / "translations") for folder in folders)
    babel.init_app(app, default_translation_directories=catalogues, locale_selector=_language)


def _load_person(_request: object) -> object | None:
    """The account's person; on pages open to guests the guest, who is a stranger everywhere else."""
    welcome = gate.guests_of(this_app(), this_request().endpoint)
    found = None if welcome == GUESTS_ONLY else load_actor()
    return load_guest() if found is None and welcome else found


def _language() -> Locale:
    """The person's own, else the one chosen on the sign-in page, else French."""
    who = person() if has_request_context() else None
    if who is not None and who.is_authenticated:
        chosen = who.language
    else:
        chosen = request.cookies.get("language", "") if request else ""
    return LOCALES.get(chosen) or LOCALES["fr"]


def _mount(app: Flask, found: Registry) -> None:
    """Each blueprint under its owner's name; the core's where they say themselves."""
    for owner, blueprint in found.blueprints:
        if owner == CORE:
            app.register_blueprint(blueprint)
        else:
            app.register_blueprint(blueprint, url_prefix=f"/{owner}{blueprint.url_prefix or ''}")
    app.add_url_rule("/", "home", _home)


@public
def _home() -> Response:
    """To the person's portal, or to the door she came through: a code's, else the sign-in page."""
    if not person().is_authenticated:
        return redirect(url_for(gate.GUESTS_ENTER if gate.GUEST_COOKIE in session else gate.SIGN_IN))
    portal = registry().portal_of(person().scope.kind)
    return redirect(url_for(portal.endpoint if portal else "accounts.profile"))
