"""Static files under an address that changes with their content, and the icons of the sprite.

An address carrying the right ``?v=`` may be kept for a year by browsers (``security`` says so).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, request
from markupsafe import Markup

from intranet.current import this_app

SPRITE = "vendor/icons.svg"
MARK = "img/mark.svg"
STYLES = ("vendor/tabler.min.css", "css/intranet.css")
SCRIPTS = ("vendor/htmx.min.js", "js/intranet.js", "js/draft.js")
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
# No eval, no style added to the page (the CSP refuses both), no copy of pages kept in the browser, and an
# answer that refuses a form is shown like any other.
HTMX_SETTINGS = (
    '<meta name="htmx-config" content=\'{"allowEval":false,"includeIndicatorStyles":false,'
    '"historyCacheSize":0,"selfRequestsOnly":true,"responseHandling":'
    '[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"4(09|22)|503","swap":true},'
    '{"code":"[45]..","swap":false,"error":true}]}\'>\n'
)


class Assets:
    """The addresses of one application's static files, each hashed once."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix.rstrip("/")
        self._paths: dict[str, str] = {}
        self._icons: dict[tuple[str, str, str], Markup] = {}
        self._heads: dict[str, Markup] = {}

    def path(self, name: str) -> str:
        """``/static/<name>?v=<hash>``, without the script root. A missing file has no hash."""
        found = self._paths.get(name)
        if found is None:
            file = self.folder / name
            version = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""
            found = f"{self.prefix}/{name}?v={version}" if version else f"{self.prefix}/{name}"
            self._paths[name] = found
        return found

    def icon(self, name: str, root: str, css: str) -> Markup:
        """The drawing, hidden from screen readers: the words beside it speak."""
        key = (name, root, css)
        found = self._icons.get(key)
        if found is None:
            found = self._icons[key] = Markup(
                '<svg class="icon{}" width="16" height="16" aria-hidden="true" focusable="false">'
                '<use href="{}#{}"/></svg>'
            ).format(f" {css}" if css else "", root + self.path(SPRITE), name)
        return found

    def head(self, root: str) -> Markup:
        """Links and scripts, in the order they are needed."""
        found = self._heads.get(root)
        if found is None:
            lines = [Markup('<meta charset="utf-8">\n'), Markup(VIEWPORT), Markup(HTMX_SETTINGS)]  # noqa: S704
            lines += [Markup('<link rel="icon" href="{}">\n').format(root + self.path(MARK))]
            lines += [
                Markup('<link rel="stylesheet" href="{}">\n').format(root + self.path(each))
                for each in STYLES
            ]
            lines += [
                Markup('<script src="{}" defer></script>\n').format(root + self.path(each))
                for each in SCRIPTS
            ]
            found = self._heads[root] = Markup("").join(lines)
        return found

    def logo(self, root: str) -> Markup:
        return Markup('<img class="brand-mark" src="{}" width="28" height="28" alt="">').format(
            root + self.path(MARK)
        )


def _assets() -> Assets:
    assets: Assets = this_app().extensions["intranet.assets"]
    return assets


def static_url(name: str) -> str:
    """The address of a static file, with the hash of its content."""
    return request.root_path + _assets().path(name)


def icon(name: str, css: str = "") -> Markup:
    """One of the icons named in ``static/icons.txt``."""
    return _assets().icon(name, request.root_path, css)


def head() -> Markup:
    """What every page's ``<head>`` holds: style sheets, scripts, marks. Made once for each script root."""
    return _assets().head(request.root_path)


def logo() -> Markup:
    """The mark of the intranet, beside which its name stands."""
    return _assets().logo(request.root_path)


def init_app(app: Flask) -> None:
    """Offer these to the templates; ``draw_icon`` is ``icon`` for the macro of that name."""
    app.extensions["intranet.assets"] = Assets(Path(app.static_folder or ""), app.static_url_path or "")
    app.jinja_env.globals.update(static_url=static_url, icon=icon, draw_icon=icon, head=head, logo=logo)
