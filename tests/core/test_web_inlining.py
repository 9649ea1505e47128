"""A macro or an include written out where it is used gives the page that calling it gave."""

from __future__ import annotations

import re

import pytest
from flask import Flask, render_template
from jinja2 import DictLoader

KIT = """
{% macro card(title, id=None, level=2) %}
<section{% if id %} id="{{ id }}"{% endif %}><h{{ level }}>{{ title }}</h{{ level }}>{{ caller() }}</section>
{% endmacro %}
{% macro facts(pairs) %}{% for label, value in pairs if value is not none and value != "" %}
<dt>{{ label }}</dt><dd>{{ value }}</dd>{% endfor %}{% endmacro %}
{% macro numbered(pairs) %}
{% for label, value in pairs %}{{ loop.index }}{{ label }}{{ value }}{% endfor %}{% endmacro %}
{% macro head(title, back=None) %}{% if back %}{% set href, word = (back, "Retour") if back is string else back %}
<a href="{{ href }}">{{ word }}</a>{% endif %}<h1>{{ title }}</h1>
{% if caller %}<p>{{ caller() }}</p>{% endif %}{% endmacro %}
{% macro twice(a) %}{{ caller() }}{{ a }}{{ caller() }}{% endmacro %}
{% macro rest(a) %}{{ a }}{{ varargs | join }}{{ kwargs.b }}{% endmacro %}
{% macro outside() %}{{ title }}{% endmacro %}
{% macro inner(x) %}[{{ x }}]{% endmacro %}
{% macro outer(x) %}{{ inner(x) }}{% endmacro %}
{% macro asks(what, sure=true) %}{% if sure %}{{ what }}?{% else %}-{% endif %}{% endmacro %}
"""
BODIES = (
    '{% call kit.card("Logement", "home") %}{{ title }} {{ id }}{% endcall %}',
    '{% call kit.card(title, level=3) %}{% call kit.card("B") %}{{ title }}{% endcall %}{% endcall %}',
    '{{ kit.facts([("A", title), ("B", ""), ("C", none), (title, 0), ("D", danger)]) }}',
    "{{ kit.facts(pairs) }}",
    '{{ kit.numbered([("A", 1), ("B", title)]) }}',
    '{% call kit.head("T", "/here") %}go{% endcall %}{{ kit.head(danger, ("/x", "Y")) }}{{ kit.head(title) }}',
    "{% set href = 'mine' %}{% call kit.head('T', '/x') %}{{ href }}{% endcall %}{{ href }}",
    "{% for label in 'ab' %}{% call kit.card(label) %}{{ kit.facts([(label, loop.index)]) }}{% endcall %}{% endfor %}",
    "{% call kit.twice(1) %}{{ title }}{% endcall %}",
    "{{ kit.rest(1, 2, 3, b=4) }}",
    "{{ kit.outside() }}",
    "{{ kit.outer(title) }}{{ kit.inner(danger) }}",
    "{{ kit.asks('a', title == '') }}{{ kit.asks('b', sure=title) }}{{ kit.asks(what=kit.inner(1)) }}",
    "{{ kit.asks() }}",
    '{{ kit.inner(kit.inner("x") ~ danger) }}',
    "{% set words = kit.inner(title) %}{{ words }}",
    "{% call(x) kit.twice(1) %}{{ x }}{% endcall %}",
    '{% include "part.html" %}{{ made | default("none") }}',
    '{% for title in "ab" %}{% include "part.html" %}{% endfor %}',
    '{% include "part.html" without context %}',
    '{% include ["absent.html", "part.html"] %}',
    '{% include "absent.html" ignore missing %}',
    '{% block inside %}{% include "part.html" %}{{ kit.inner(title) }}{% endblock %}',
)


@pytest.mark.parametrize("body", BODIES)
def test_what_is_written_out_says_the_same(app: Flask, body: str) -> None:
    loader = app.jinja_loader
    assert loader is not None
    loader.loaders.append(  # type: ignore[attr-defined]
        DictLoader(
            {
                "kit.html": KIT,
                "part.html": "{% set made = 'inside' %}<i>{{ title }}{{ made }}</i>",
                "page.html": '{% import "kit.html" as kit %}' + body,
                # An import with context is left alone: here the macros are called.
                "plain.html": '{% import "kit.html" as kit with context %}' + body,
            }
        )
    )
    given = {"title": "Titre", "id": 7, "danger": "<b>&", "pairs": [("P", "q"), ("R", None)]}
    with app.test_request_context():
        environment = app.jinja_env
        written_out = render_template("page.html", **given)
        environment.auto_reload = True
        environment.cache = None
        called = render_template("page.html", **given)
    assert re.sub(r"\s+", " ", written_out) == re.sub(r"\s+", " ", called)


def test_a_kit_serves_those_who_extend_the_page_that_imports_it(app: Flask) -> None:
    templates = {
        "kit.html": "{% macro word() %}said{% endmacro %}",
        "parent.html": '{% import "kit.html" as kit %}{% block here %}{% endblock %}',
        "child.html": '{% extends "parent.html" %}{% block here %}{{ kit.word() }}{% endblock %}',
        "tree.html": "{{ n }}{% if n %}{% set n = n - 1 %}{% include 'tree.html' %}{% endif %}",
    }
    app.jinja_loader.loaders.append(DictLoader(templates))  # type: ignore[union-attr]
    with app.test_request_context():
        assert render_template("child.html") == "said"
        assert render_template("tree.html", n=2) == "210"  # and a template may include itself


def test_the_kit_s_cards_are_no_longer_called(app: Flask) -> None:
    with app.test_request_context():
        environment = app.jinja_env
        assert environment.loader is not None
        source = environment.loader.get_source(environment, "staff/dossier.html")[0]
        code = environment.compile(source, name="staff/dossier.html", raw=True)
    assert "'facts'" not in code
    assert "'card'" not in code
