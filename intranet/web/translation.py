"""A quick ``_()`` for templates.

Flask-Babel looks its catalogue up through several proxies at each call, and Jinja's wrapper formats and
escapes the result again. A page says ``_()`` a hundred times, always in one language: here the translation
is one look-up in a dictionary, already marked safe.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import get_locale, get_translations
from markupsafe import Markup


class Phrases:
    """The phrases already asked for, by language. They come from templates, so there are only so many."""

    def __init__(self) -> None:
        self._kept: dict[Any, dict[str, Markup]] = {}

    def gettext(self, message: str, /, **values: Any) -> Markup:
        """The message in the reader's language; ``values`` are escaped and put in its ``%(name)s``."""
        locale = get_locale()
        try:
            found = self._kept[locale][message]
        except KeyError:
            text = get_translations().ugettext(message)
            found = self._kept.setdefault(locale, {})[message] = Markup(text)  # noqa: S704 (catalogue)
        if values:
            return found % values
        return found.replace("%%", "%") if "%" in found else found

    def ngettext(self, singular: str, plural: str, num: int, /, **values: Any) -> Markup:
        """The form of the message that goes with ``num``, which may stand in it as ``%(num)s``."""
        text = get_translations().ungettext(singular, plural, num)
        return Markup(text) % {"num": num, **values}  # noqa: S704 (catalogue)


def init_app(app: Flask) -> None:
    """Take the place of Flask-Babel's callables in the templates."""
    phrases = Phrases()
    app.jinja_env.globals.update(_=phrases.gettext, gettext=phrases.gettext, ngettext=phrases.ngettext)
