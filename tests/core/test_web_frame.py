"""The frame of every page: headers, errors in words, nothing inline, forms that act once."""

from __future__ import annotations

import gzip
import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Blueprint, Flask, redirect, render_template_string
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from intranet.access import Role, public, signed_in
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.testing.factories import make_user, sign_in
from intranet.timeline.models import TimelineEntry
from intranet.timeline.service import commit, record
from intranet.web.security import CONTENT_SECURITY_POLICY, HEADERS
from intranet.web.states import StateWord

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    path
    for folder in ("templates", "portals", "plugins")
    for path in (ROOT / folder).rglob("*.html")
    if "mail" not in path.parts
)
SPRITE_NAMES = set((ROOT / "intranet/static/icons.txt").read_text().split())

FORM = """{% import "components/forms.html" as forms %}{{ forms.open() }}{{ forms.close() }}"""


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application with views that fail in each way."""
    trial = Blueprint("trial", __name__)

    @trial.get("/trial/refused")
    @public
    def refused() -> str:
        raise Refused("rule", "La famille <b>est</b> partie.")

    @trial.get("/trial/stale")
    @public
    def stale() -> str:
        raise Stale("Quelqu’un a changé la ligne.", ("Le titulaire est devenu le bailleur.",))

    @trial.get("/trial/not-allowed")
    @public
    def not_allowed() -> str:
        raise NotAllowed("rule", "C’est au référent de le faire.")

    @trial.get("/trial/broken")
    @public
    def broken() -> str:
        raise RuntimeError("a secret detail")

    @trial.get("/trial/form")
    @signed_in
    def form() -> str:
        return render_template_string(FORM)

    @trial.post("/trial/form")
    @signed_in
    def act() -> ResponseReturnValue:
        from flask import request

        match request.form.get("wrong"):
            case "1":
                return "non", 422
            case "refused":
                raise Refused("rule", "Pas maintenant.")
            case "broken":
                raise RuntimeError("a secret detail")
        record("trial", actor=None, subject="trial", subject_id=1)
        commit()
        return redirect("/trial/done", 303)

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    app.register_blueprint(trial)
    return app


def hidden(client: FlaskClient, name: str) -> str:
    page = client.get("/trial/form").get_data(as_text=True)
    match = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert match
    return match[1]


@pytest.fixture
def person(app: Flask, client: FlaskClient) -> FlaskClient:
    with app.app_context():
        sign_in(client, make_user(Role.COORDINATOR))
    return client


def acts() -> int:
    db.session.rollback()
    return db.session.scalars(
        select(func.count()).select_from(TimelineEntry).where(TimelineEntry.kind == "trial")
    ).one()


@pytest.mark.parametrize(
    "path", ["/login", "/nowhere", "/trial/broken", "/trial/refused", "/", "/offline", "/sw.js"]
)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in HEADERS:
        assert headers[name] == value
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_a_static_file_is_kept_and_never_guessed_at(client: FlaskClient) -> None:
    answer = client.get("/static/css/intranet.css")
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_https_is_remembered(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/login").headers
    assert "Strict-Transport-Security" in client.get("/login", base_url="https://localhost").headers


def test_a_page_of_someone_is_not_kept_in_the_browser(person: FlaskClient) -> None:
    assert person.get("/trial/form").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/nowhere", 404, "n’existe pas"),
        ("/trial/refused", 409, "La famille &lt;b&gt;est&lt;/b&gt; partie."),
        ("/trial/stale", 409, "Le titulaire est devenu le bailleur."),
        ("/trial/not-allowed", 403, "au référent"),
        ("/trial/broken", 500, "Référence"),
    ],
)
def test_an_error_says_what_happened_and_what_can_be_done(
    client: FlaskClient, path: str, code: int, words: str
) -> None:
    answer = client.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == code
    assert words in page
    assert "Aller à l’accueil" in page
    assert "secret detail" not in page


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_key_can_be_leads_nowhere(person: FlaskClient, number: int) -> None:
    assert person.get(f"/staff/dossiers/{number}").status_code == 404
    assert person.get(f"/files/{number}").status_code == 404
    assert person.get(f"/staff/dossiers/{2**31 - 1}").status_code == 404


def test_the_reference_of_a_failure_is_the_one_in_the_log(client: FlaskClient) -> None:
    answer = client.get("/trial/broken", headers={"X-Request-Id": "seen-in-the-log-1"})
    assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)


class TestWhatWasTypedComesBack:
    OURS = {"Sec-Fetch-Site": "same-origin"}
    TYPED = {
        "name": "Famille <Rossi>",
        "note": "Le soir,\npar SMS",
        "version": "3",
        "code": "K7Q2",
        "submission": "x",
    }

    def send(self, client: FlaskClient, path: str = "/trial/form", **headers: str) -> TestResponse:
        files = {"file": (BytesIO(b"x"), "constat.pdf")}
        return client.post(path, data={**self.TYPED, **files}, headers={**self.OURS, **headers})

    def test_in_a_form_that_sends_it_again(self, person: FlaskClient) -> None:
        answer = self.send(person)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert 'action="/trial/form" enctype="multipart/form-data"' in page
        assert 'name="name" value="Famille &lt;Rossi&gt;"' in page
        assert ">\nLe soir,\npar SMS</textarea>" in page
        assert '<input type="hidden" name="version" value="3">' in page
        assert "constat.pdf" in page
        assert "K7Q2" not in page
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        again = person.post("/trial/form", data={**self.TYPED, "csrf_token": token[1]}, headers=self.OURS)
        assert again.status_code == 303

    def test_when_the_session_has_ended_with_the_way_to_sign_in_beside(self, client: FlaskClient) -> None:
        answer = self.send(client, "/directory/new", Referer="http://localhost/directory/new")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 401
        assert 'href="/login?next=/directory/new" target="_blank"' in page
        assert "Famille &lt;Rossi&gt;" in page

    def test_when_nothing_was_typed_one_is_led_to_the_door(self, client: FlaskClient) -> None:
        answer = client.post("/directory/new", data={"version": "3"}, headers=self.OURS)
        assert (answer.status_code, answer.location) == (303, "/login")

    @pytest.mark.parametrize(("wrong", "status"), [("refused", 409), ("broken", 500)])
    def test_when_the_sending_fails(self, person: FlaskClient, wrong: str, status: int) -> None:
        token = hidden(person, "csrf_token")
        sent = {**self.TYPED, "csrf_token": token, "wrong": wrong}
        answer = person.post("/trial/form", data=sent, headers=self.OURS)
        assert answer.status_code == status
        assert "Famille &lt;Rossi&gt;" in answer.get_data(as_text=True)

    @pytest.mark.parametrize(
        "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {}]
    )
    def test_but_not_what_the_page_of_another_site_wrote(
        self, person: FlaskClient, headers: dict[str, str]
    ) -> None:
        answer = person.post("/trial/form", data=self.TYPED, headers=headers)
        assert answer.status_code == 400
        assert "Rossi" not in answer.get_data(as_text=True)

    def test_a_password_never(self, client: FlaskClient) -> None:
        sent = {"email": "someone@example.org", "password": "Secret-2018!", "repeated": "Secret-2018!"}
        page = client.post("/login", data=sent, headers=self.OURS).get_data(as_text=True)
        assert "someone@example.org" in page
        assert "Secret-2018!" not in page


class TestOneFormOneEffect:
    def send(self, client: FlaskClient, **data: str) -> TestResponse:
        token = hidden(client, "csrf_token")
        return client.post("/trial/form", data={"csrf_token": token, **data})

    def test_the_second_sending_gets_the_first_answer(self, app: Flask, person: FlaskClient) -> None:
        key = hidden(person, "submission")
        answers = [self.send(person, submission=key) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [303, 303, 303]
        assert {answer.location for answer in answers} == {"/trial/done"}
        with app.app_context():
            assert acts() == 1

    def test_a_refused_sending_gives_its_key_back(self, app: Flask, person: FlaskClient) -> None:
        key = hidden(person, "submission")
        assert self.send(person, submission=key, wrong="1").status_code == 422
        assert self.send(person, submission=key).status_code == 303
        with app.app_context():
            assert acts() == 1

    def test_a_key_belongs_to_one_person(self, app: Flask, person: FlaskClient) -> None:
        key = hidden(person, "submission")
        self.send(person, submission=key)
        with app.app_context():
            other = app.test_client()
            sign_in(other, make_user(Role.REFERENT))
        self.send(other, submission=key)
        with app.app_context():
            assert acts() == 2

    def test_the_browser_is_told_which_form_is_saved(self, person: FlaskClient) -> None:
        saved = self.send(person, submission=hidden(person, "submission"))
        assert any("saved_draft=/trial/form;" in each for each in saved.headers.getlist("Set-Cookie"))
        refused = self.send(person, wrong="1")
        assert not any("saved_draft" in each for each in refused.headers.getlist("Set-Cookie"))


class TestCompression:
    ours = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}

    def test_our_own_pages_are_compressed(self, client: FlaskClient) -> None:
        answer = client.get("/login", headers=self.ours)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"<h1>" in gzip.decompress(answer.data)
        assert int(answer.headers["Content-Length"]) == len(answer.data)

    @pytest.mark.parametrize("site", ["cross-site", "same-site", None])
    def test_pages_another_site_asks_for_are_not(self, client: FlaskClient, site: str | None) -> None:
        headers = {"Accept-Encoding": "gzip"} | ({"Sec-Fetch-Site": site} if site else {})
        answer = client.get("/login", headers=headers)
        assert "Content-Encoding" not in answer.headers
        assert "Sec-Fetch-Site" in answer.headers["Vary"]


def test_maintenance_closes_every_page_but_the_health_check(app: Flask) -> None:
    door = app.extensions["intranet.door"]
    door.path.parent.mkdir(parents=True, exist_ok=True)
    door.path.touch()
    try:
        answer = app.test_client().get("/login")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "maintenance" in answer.get_data(as_text=True)
        assert app.test_client().get("/healthz").status_code != 503
    finally:
        door.path.unlink()


def test_language_and_look_are_one_click_away(person: FlaskClient) -> None:
    token = hidden(person, "csrf_token")
    person.post("/account/preferences", data={"csrf_token": token, "language": "en", "theme": "dark"})
    page = person.get("/search").get_data(as_text=True)
    assert 'lang="en"' in page
    assert 'data-bs-theme="dark"' in page


def test_the_search_page_says_what_to_do_when_nothing_is_found(person: FlaskClient) -> None:
    page = person.get("/search?q=%D7%A9%D7%9C%D7%95%D7%9D+<script>").get_data(as_text=True)
    assert "שלום &lt;script&gt;" in page
    assert "Rien ne correspond" in page


def test_a_notice_of_a_state_always_has_its_word(app: Flask) -> None:
    with app.test_request_context():
        page = render_template_string(
            '{% import "components/page.html" as page %}'
            '{% call page.header("Titre <x>", state=word, sentence="Suite", back="/") %}action{% endcall %}'
            '{{ page.facts([("Vide", ""), ("Nom", "Rossi")]) }}{{ page.progress(1, 4, "Faites") }}'
            '{{ page.empty("Rien", "/new", "Commencer") }}{{ page.icon("house") }}',
            word=StateWord("En cours", "blue"),
        )
    assert "Titre &lt;x&gt;" in page
    assert re.search(r'state-blue">En cours<', page)
    assert "Vide" not in page
    assert "icons.svg" in page


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_no_script_no_style_and_no_unsafe_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    markup = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL)
    assert not re.search(
        r"<script(?![^>]*\ssrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", markup
    )
    assert not re.search(r"\|\s*safe\b|autoescape false", source)
    assert not re.search(r"(?:src|href)=[\"']https?://", markup)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_icon_a_template_names_is_in_the_sprite(path: Path) -> None:
    names = set(re.findall(r"\bicon\(\s*\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8")))
    assert names <= SPRITE_NAMES
