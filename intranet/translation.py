"""Translation at the speed of a look-up: one place, used by every page, wording and lazy label.

Flask-Babel resolves its catalogue, its domain and the name of the locale again at each call, and Jinja's wrapper
formats and escapes the result once more: some five microseconds a phrase, and a page has a hundred. The phrases are
constants of the code, so each language's are kept in a dictionary once asked for. What Flask-Babel itself is asked
(a plugin may) goes the same way.
"""

from __future__ import annotations

from typing import Any

from babel.support import NullTranslations
from flask import Flask
from flask_babel import Domain, LazyString, get_locale
from markupsafe import Markup, escape

from intranet.current import notes, this_app
from intranet.extensions import babel
from intranet.typography import french_spaces

EXTENSION = "intranet.phrases"


def current_language() -> str:
    """``fr`` or ``en``: the reader's, or the one ``force_locale`` set."""
    try:
        # Where Flask-Babel keeps what its selector answered for this request.
        language = notes()["_flask_babel"].babel_locale.language
    except (RuntimeError, KeyError, AttributeError):
        locale = get_locale()
        language = locale.language if locale is not None else "fr"
    return str(language)


class Source(NullTranslations):
    """What no catalogue translates is French, set as it should be; nought and one are singular (« 0 ligne »)."""

    def gettext(self, message: str) -> str:
        """The French itself."""
        return french_spaces(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The French form that goes with ``n``."""
        return french_spaces(msgid1 if abs(n) < 2 else msgid2)


class Phrases(Domain):  # type: ignore[misc]
    """Flask-Babel's domain, remembering the phrases it was asked for."""

    def __init__(self, domain: str = "messages") -> None:
        super().__init__(domain=domain)
        self._catalogues: dict[str, Any] = {}
        self._plain: dict[tuple[str, str], str] = {}
        self._safe: dict[tuple[str, str], Markup] = {}

    def get_translations(self) -> Any:
        """The catalogue of the reader's language, with the French sources behind it."""
        language = current_language()
        known = self._catalogues.get(language)
        if known is None:
            known = super().get_translations()
            if known._fallback is None:
                known.add_fallback(Source())
            self._catalogues[language] = known  # once it is whole: another thread takes it as it is
        return known

    def gettext(self, message: str, /, **values: Any) -> str:
        """The message in the reader's language; ``values`` fill its ``%(name)s``."""
        key = (current_language(), message)
        found = self._plain.get(key)
        if found is None:
            found = self._plain[key] = str(self.get_translations().ugettext(message))
        return found % values if values else found

    def markup(self, message: str, /, **values: Any) -> Markup:
        """The same for a template: the message is ours and safe, the ``values`` are escaped."""
        key = (current_language(), message)
        found = self._safe.get(key)
        if found is None:
            text = self.get_translations().ugettext(message)
            found = self._safe[key] = Markup(text)  # noqa: S704 (catalogue)
        if values:
            return _fill(found, values)
        # In a template a per cent sign is always written twice, as if values were filled in.
        return found.replace("%%", "%") if "%%" in found else found

    def plural_markup(self, singular: str, plural: str, num: int, /, **values: Any) -> Markup:
        """The form of the message that goes with ``num``, which stands in it as ``%(num)s``."""
        text = self.get_translations().ungettext(singular, plural, num)
        return _fill(text, {"num": num, **values})


def _fill(message: str, values: dict[str, Any]) -> Markup:
    """A message of ours with values of others: these are escaped, figures need not be."""
    safe = {name: each if type(each) in (int, float) else escape(each) for name, each in values.items()}
    return Markup(str.__mod__(message, safe))  # noqa: S704 (catalogue)


_SOURCES = Source()


def _phrases() -> Phrases | None:
    """Of this application; ``None`` outside one."""
    try:
        found: Phrases | None = this_app().extensions.get(EXTENSION)
    except RuntimeError:
        found = None
    return found


def gettext(message: str, /, **values: Any) -> str:
    """The message in the reader's language, ``values`` in the place of its ``%(name)s``; outside a page, in French."""
    phrases = _phrases()
    if phrases is not None:
        return phrases.gettext(message, **values)
    found = _SOURCES.gettext(message)
    return found % values if values else found


def ngettext(singular: str, plural: str, num: int, /, **values: Any) -> str:
    """The form of the message that goes with ``num``, which stands in it as ``%(num)d``."""
    phrases = _phrases()
    if phrases is not None:
        return str(phrases.ngettext(singular, plural, num, **values))
    return _SOURCES.ngettext(singular, plural, num) % {"num": num, **values}


def lazy_gettext(message: str, /, **values: Any) -> LazyString:
    """The message, said in the language of whoever reads it when it is read."""
    return LazyString(gettext, message, **values)


def init_app(app: Flask) -> None:
    """Take the place of Flask-Babel's domain, and of its callables in the templates."""
    phrases = Phrases()
    babel.domain_instance = phrases
    app.extensions[EXTENSION] = phrases
    app.jinja_env.globals.update(_=phrases.markup, gettext=phrases.markup, ngettext=phrases.plural_markup)
