"""Mail: what it says, in whose language, and how it leaves."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from intranet.config import Settings
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import run_due
from intranet.mail import delivery
from intranet.mail.delivery import Server
from intranet.mail.service import compose, link, queue_mail

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"
NAMES = sorted(path.name.removesuffix(".subject.txt") for path in TEMPLATES.glob("*.subject.txt"))
WITHOUT_LINK = {"signing_code", "chantier_stopped"}
"""A code is typed on the page already open: a link beside it would teach people to follow such links. A chantier that
ALC stopped is closed to its partner: a link would lead to a page that is not there."""
CONTEXT = {
    "name": "Zoé d’Azur & fils",
    "inviter": "Une collègue",
    "organisation": "Azur <Habitat>",
    "address": "12, rue de l'Olivier",
    "household": "Famille d'Essai",
    "bailleur": "Azur <Habitat>",
    "message": "Voir le <b>plan</b>",
    "news": "peinture finie",
    "days": 7,
    "count": 3,
    "words": "Voilà <b>tout</b>",
    "line": "Remplacer l’évier",
    "room": "Cuisine",
    "who": "Claire d'ALC",
    "until": {"due": "18 février 2019", "back": "25 février 2019", "granted": "4 mars 2019"},
    "url": "https://intranet.example/x?a=1&b=2",
    "reference": "7K3M-Q9TX",
    "code": "ABCD-EFGH-JKMN-PQRS",
    "expires": "18 février 2019",
}


def composed(template: str, language: str = "fr") -> EmailMessage:
    return compose(
        {
            "template": template,
            "to": "someone@example.org",
            "language": language,
            "context": CONTEXT,
            "message_id": "<1@example.org>",
        }
    )


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_every_template_has_its_three_files() -> None:
    assert {"invitation", "password", "split_proposed", "split_answered", "split_reminder"} <= set(NAMES)
    for name in NAMES:
        assert (TEMPLATES / f"{name}.txt").is_file(), name
        assert (TEMPLATES / f"{name}.html").is_file(), name


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("template", NAMES)
def test_a_mail_has_text_and_html_and_says_it_is_automatic(
    app: Flask, db_session: Any, template: str, language: str
) -> None:
    message = composed(template, language)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<1@example.org>"
    assert message["Content-Language"] == language
    assert "\n" not in message["Subject"]
    text, html = part(message, "plain"), part(message, "html")
    linked = template not in WITHOUT_LINK
    assert (str(CONTEXT["url"]) in text) is linked
    assert ("https://intranet.example/x?a=1&amp;b=2" in html) is linked
    assert "&#" not in text + message["Subject"]
    assert "&amp;" not in text
    assert "<b>" not in html
    for tracker in ("<img", "<script", "http://"):
        assert tracker not in html


def test_a_line_break_in_a_name_cannot_add_a_header(app: Flask, db_session: Any) -> None:
    context = {**CONTEXT, "address": "12 rue X\r\nBcc: spy@evil.example"}
    message = compose(
        {
            "template": "split_proposed",
            "to": "someone@example.org",
            "language": "fr",
            "context": context,
            "message_id": "<1@example.org>",
        }
    )
    assert message["Bcc"] is None


def test_an_address_that_is_none_cannot_add_a_header(app: Flask, db_session: Any) -> None:
    from email.errors import HeaderParseError

    payload = {"template": "password", "language": "fr", "context": CONTEXT, "message_id": "<1@x>"}
    with pytest.raises((ValueError, HeaderParseError, IndexError)):
        compose({**payload, "to": "a@example.org\r\nBcc: spy@evil.example"})


def test_without_a_server_the_mail_is_printed(
    app: Flask, db_session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    queue_mail("password", to="someone@example.org", language="fr", name="Zoé", url="https://x/y")
    db.session.commit()
    assert run_due() == 1
    printed = capsys.readouterr().out
    assert "To: someone@example.org" in printed
    assert "https://x/y" in printed


def test_a_mail_sent_again_is_the_same_mail(app: Flask, db_session: Any) -> None:
    queue_mail("password", to="someone@example.org", language="fr", name="Zoé", url="https://x/y")
    db.session.commit()
    payload = db.session.query(OutboxRow).one().payload
    assert compose(payload)["Message-ID"] == compose(payload)["Message-ID"] == payload["message_id"]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 25)),
        ("smtp://mail.example:2525", Server("mail.example", 2525)),
        ("smtps://u:p@mail.example", Server("mail.example", 465, "u", "p", tls=True)),
        ("smtp://u:p%40ss@mail.example?starttls", Server("mail.example", 587, "u", "p@ss", starttls=True)),
        ("smtp+starttls://u%40x:p@mail.example", Server("mail.example", 587, "u@x", "p", starttls=True)),
    ],
)
def test_the_server_is_read_from_its_url(url: str, server: Server) -> None:
    assert Server.from_url(url) == server


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "smtp://mail.example?tls", "mail.example:25"]
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        Server.from_url(url)


def test_starttls_is_required_and_checked_before_the_password_is_said(
    app: Flask, db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []

    class Smtp:
        def __init__(self, host: str, port: int, timeout: float) -> None:
            said.append((host, port))

        def __enter__(self) -> Smtp:
            return self

        def __exit__(self, *_error: object) -> None: ...

        def starttls(self, context: ssl.SSLContext) -> None:
            said.append(("starttls", context.verify_mode, context.check_hostname))

        def login(self, user: str, password: str) -> None:
            said.append(("login", user, password))

        def send_message(self, message: EmailMessage) -> None:
            said.append("message")

    monkeypatch.setattr(smtplib, "SMTP", Smtp)
    with delivery._connection(Server("mail.example", 587, "u", "p", starttls=True)) as smtp:
        smtp.send_message(composed("password"))
    assert said == [
        ("mail.example", 587),
        ("starttls", ssl.CERT_REQUIRED, True),
        ("login", "u", "p"),
        "message",
    ]


def test_a_link_in_a_mail_starts_with_the_public_address(make_settings: Any) -> None:
    from tests.conftest import running_app

    settings: Settings = make_settings(BASE_URL="https://intranet.example")
    with running_app(settings) as app, app.app_context():
        assert link("accounts.invitation", token="abc") == "https://intranet.example/invitation/abc"
