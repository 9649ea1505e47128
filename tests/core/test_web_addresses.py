"""Addresses kept as patterns are the addresses Flask builds."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import BuildError

from intranet.web.application import LARGEST_KEY, KeyConverter


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
