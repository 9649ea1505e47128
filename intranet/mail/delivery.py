"""Handing a message to the mail server that ``SMTP_URL`` names, or to the console when it names none.

``smtp://user:password@host:port``, ``smtps://…`` (TLS from the start), ``smtp+starttls://…`` or
``smtp://…?starttls`` (TLS required before anything is said). A user name or password with special characters
is percent-encoded.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import click

from intranet.config import settings

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how mail is handed over."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    starttls: bool = False

    @classmethod
    def from_url(cls, url: str) -> Server:
        """Raises ``ValueError`` for anything but the forms above."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
            raise ValueError("SMTP_URL is smtp://, smtps:// or smtp+starttls://[user:password@]host[:port]")
        if parts.query not in ("", "starttls", "starttls=1", "starttls=true"):
            raise ValueError(f"SMTP_URL knows only ?starttls, not ?{parts.query}")
        tls, starttls = parts.scheme == "smtps", parts.scheme == "smtp+starttls" or bool(parts.query)
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 587 if starttls else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=tls,
            starttls=starttls,
        )


def deliver(message: EmailMessage) -> None:
    """Hand ``message`` over. Raises ``OSError`` or ``smtplib.SMTPException``: the outbox tries again."""
    url = settings().smtp_url
    if not url:
        _print(message)
        return
    with _connection(Server.from_url(url)) as smtp:
        smtp.send_message(message)


@contextmanager
def _connection(server: Server) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.tls:
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    with smtp:
        if server.starttls:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp


def _print(message: EmailMessage) -> None:
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    click.echo(f"\n--- mail ---\nTo: {message['To']}\nSubject: {message['Subject']}\n\n{text}------------")
