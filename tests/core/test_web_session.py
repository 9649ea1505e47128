"""The session's cookie: verified once in a while, never shared between two requests, never believed when changed."""

from __future__ import annotations

from flask import Flask, session
from flask.testing import FlaskClient

from intranet.access import public


def _with_pages(app: Flask) -> FlaskClient:
    def put() -> str:
        session["word"] = "first"
        return "put"

    def spoil() -> str:
        before: str = session.get("word", "")
        session["word"] = "spoilt"
        session.modified = False
        return before

    def keep_list() -> str:
        session.setdefault("flat", []).append("one")
        return ",".join(session["flat"])

    for view in (put, spoil, keep_list):
        app.add_url_rule(f"/{view.__name__}", view.__name__, public(view))
    return app.test_client()


def test_what_one_request_does_to_its_session_does_not_reach_the_next(app: Flask) -> None:
    client = _with_pages(app)
    client.get("/put")
    assert [client.get("/spoil").text for _ in range(3)] == ["first"] * 3


def test_lists_are_read_anew_from_the_cookie(app: Flask) -> None:
    client = _with_pages(app)
    client.get("/keep_list")
    cookie = client.get_cookie("intranet")
    assert cookie is not None
    other = app.test_client()
    for _ in range(2):
        other.set_cookie("intranet", cookie.value)
        assert other.get("/keep_list").text == "one,one"


def test_a_cookie_with_another_signature_is_nobody_s(app: Flask) -> None:
    client = _with_pages(app)
    client.get("/put")
    assert client.get("/spoil").text == "first"
    cookie = client.get_cookie("intranet")
    assert cookie is not None
    forged = cookie.value[:-3] + ("aaa" if cookie.value[-3:] != "aaa" else "bbb")
    client.set_cookie("intranet", forged)
    assert client.get("/spoil").text == ""


def test_another_key_ends_every_session(app: Flask) -> None:
    client = _with_pages(app)
    client.get("/put")
    assert client.get("/spoil").text == "first"
    app.secret_key = "another key, as long as the first one was"
    assert client.get("/spoil").text == ""
