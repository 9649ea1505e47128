"""Templates are compiled once for each language, and escape what they are given."""

from __future__ import annotations

import pytest
from flask import Flask, render_template
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from intranet.web.templating import quote


@given(st.one_of(st.text(), st.integers(), st.none(), st.booleans(), st.floats(), st.text().map(Markup)))
def test_a_value_is_escaped_as_markupsafe_does(value: object) -> None:
    assert quote(value) == str(escape(value))


@pytest.fixture
def templates(app: Flask) -> dict[str, str]:
    sources: dict[str, str] = {}
    loader = app.jinja_loader
    assert loader is not None
    loader.loaders.append(DictLoader(sources))  # type: ignore[attr-defined]
    return sources


def test_a_constant_call_is_made_once_and_a_call_with_a_value_each_time(
    app: Flask, templates: dict[str, str]
) -> None:
    templates["folded.html"] = '{{ icon("plus-lg") }}|{{ _("%(n)s lignes", n=n) }}|{{ text }}'
    with app.test_request_context():
        first = render_template("folded.html", n=1, text="<b>")
        second = render_template("folded.html", n=2, text="é")
    assert first.count("<svg") == 1
    assert first.split("|")[1:] == ["1 lignes", "&lt;b&gt;"]
    assert second.split("|")[1:] == ["2 lignes", "é"]


def test_a_template_speaks_each_language_in_turn(app: Flask, templates: dict[str, str]) -> None:
    templates["spoken.html"] = '{{ _("fr") }} {{ locale() }}'
    with app.test_request_context(), force_locale("fr"):
        french = app.jinja_env
    french.globals["locale"] = lambda: "" if app.jinja_env is french else "other"
    with app.test_request_context(), force_locale("fr"):
        assert render_template("spoken.html") == "fr "
    with app.test_request_context(), force_locale("en"):
        assert app.jinja_env is not french
        assert render_template("spoken.html").endswith(" other")
    with app.test_request_context(), force_locale("fr"):
        assert render_template("spoken.html") == "fr "


def test_a_function_is_called_as_it_is_unless_it_wants_the_context(
    app: Flask, templates: dict[str, str]
) -> None:
    @pass_context
    def wanted(context: Context, name: str) -> str:
        return str(context[name])

    app.jinja_env.globals.update(wanted=wanted, given=lambda *values, **named: f"{values} {named}")
    templates["called.html"] = (
        '{% for n in [1, 2] %}{{ given(n, "a", **{"b": n}) }}{{ given(n, c=n) }}{{ wanted("word") }}{% endfor %}'
    )
    templates["own.html"] = "{{ given(1) }}{% set given = other %}{{ given(2) }}"
    with app.test_request_context():
        said = render_template("called.html", word="<é>")
        assert said == "".join(
            escape(f"({n}, 'a') {{'b': {n}}}") + escape(f"({n},) {{'c': {n}}}") + escape("<é>")
            for n in (1, 2)
        )
        assert render_template("own.html", other=lambda n: f"mine {n}", given=lambda n: f"page's {n}") == (
            "page&#39;s 1mine 2"
        )


def test_a_name_of_the_template_s_own_is_not_taken_for_a_global(
    app: Flask, templates: dict[str, str]
) -> None:
    templates["own.html"] = '{% macro icon(name) %}mine {{ name }}{% endmacro %}{{ icon("x") }}'
    with app.test_request_context():
        assert render_template("own.html") == "mine x"
