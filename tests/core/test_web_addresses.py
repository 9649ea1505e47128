"""Addresses kept as patterns are the addresses Flask builds."""

from __future__ import annotations

import pytest
from flask import Flask, request, url_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import BuildError, Map, Rule

from intranet.web.application import LARGEST_KEY, AddressRule, KeyConverter


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, LARGEST_KEY), second=st.integers(0, LARGEST_KEY), page=st.integers(0, 999))
def test_every_address_made_of_numbers_is_flask_s_own(app: Flask, first: int, second: int, page: int) -> None:
    tried = 0
    for root in ("", "/alc"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            for rule in app.url_map.iter_rules():
                if not all(type(each) is KeyConverter for each in rule._converters.values()):
                    continue
                given = dict(zip(sorted(rule.arguments), (first, second), strict=False)) | {"page": page}
                try:
                    wanted = Flask.url_for(app, rule.endpoint, **given)  # type: ignore[arg-type]
                except BuildError:
                    continue
                assert url_for(rule.endpoint, **given) == wanted  # type: ignore[arg-type]
                tried += 1
    assert tried > 100


def test_what_is_no_number_is_built_each_time(app: Flask) -> None:
    with app.test_request_context("/staff/dossiers", base_url="https://intranet.example"):
        assert url_for("staff.dossier", dossier_id=3, _external=True).endswith(".example/staff/dossiers/3")
        assert url_for("staff.dossier", dossier_id=3, _anchor="story") == "/staff/dossiers/3#story"
        assert url_for("staff.dossiers", q="100 %d", page=2) == "/staff/dossiers?q=100+%25d&page=2"
        with pytest.raises(BuildError):
            url_for("staff.dossier", split_id=3)


def test_an_address_that_depends_on_the_request_is_built_each_time(app: Flask) -> None:
    def nothing(**_values: int) -> str:
        return ""

    app.add_url_rule("/a/<int:n>", "two", nothing, methods=["GET"])
    app.add_url_rule("/b/<int:n>", "two", nothing, methods=["POST"])
    app.add_url_rule("/of/<int:tenant>/<int:n>", "tenants.own", nothing)
    app.url_default_functions["tenants"] = [
        lambda _endpoint, values: values.setdefault("tenant", int(request.args["tenant"]))
    ]
    for method, path in (("GET", "/a/3"), ("POST", "/b/3")):
        with app.test_request_context("/", method=method):
            assert url_for("two", n=3) == path
    for tenant in (1, 2):
        with app.test_request_context(f"/?tenant={tenant}"):
            assert url_for("tenants.own", n=3) == f"/of/{tenant}/3"


@given(number=st.integers(0, LARGEST_KEY), word=st.text(min_size=1).filter(lambda text: "/" not in text))
def test_a_rule_that_writes_its_functions_late_makes_the_same_addresses(number: int, word: str) -> None:
    patterns = ("/", "/plain", "/<int:number>", "/a/<number>-<word>/<path:word2>", "/<any(x, y):letter>")
    values = {"number": number, "word": word, "word2": f"{word}/{word}", "letter": "y"}
    for pattern in patterns:
        adapters = []
        for kind in (Rule, AddressRule):
            rule = kind(pattern, endpoint="here", defaults={"page": 1})
            adapters.append(Map([rule]).bind("intranet.example"))
        own = {name: value for name, value in values.items() if f"{name}>" in pattern}
        for asked in (own, {**own, "beyond": "é&", "page": 1}):  # twice: written, then kept
            for unknown in (True, False, True):
                wanted, made = (each.build("here", asked, append_unknown=unknown) for each in adapters)
                assert made == wanted
