"""Writing to people: a mail is an outbox row of the command's own transaction, rendered when it leaves.

It leaves at least once: a worker killed between the server's "250" and the mark "done" sends the same mail again,
under the same ``Message-ID``. A mark set before the sending would lose mails instead, which is worse.
"""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale

from intranet.config import settings
from intranet.database import now
from intranet.jobs.service import FORGOTTEN, PermanentFailure, enqueue
from intranet.mail.delivery import deliver
from intranet.translation import gettext, ngettext

JOB = "mail.send"
FOR_GOOD = 500
"""From this code on a mail server's refusal is for good."""

OPENS_A_DOOR = frozenset({"family_access", "guest_access", "invitation", "password", "signing_code"})
NO_LINE_BREAK = str.maketrans({"\r": " ", "\n": " "})


def queue_mail(
    template: str,
    *,
    to: str,
    language: str,
    unique_key: str | None = None,
    **context: Any,
) -> None:
    """Write to ``to`` once the current transaction is committed.

    ``template`` names ``templates/mail/<template>.subject.txt``, ``.txt`` and ``.html``; a plugin's own is
    ``<plugin>/<template>``, in its ``templates/<plugin>/mail/``. ``context`` fills them and must be JSON. With a
    ``unique_key`` the same mail is never queued twice. Does not commit.
    """
    payload = {
        "template": template,
        "to": to,
        "language": language,
        "context": context,
        # Made now, so that a mail sent again after a crash is the same mail for whoever receives it.
        "message_id": make_msgid(domain=_sender().domain),
    }
    enqueue(JOB, payload, unique_key=unique_key)


def send(payload: dict[str, Any]) -> None:
    """The job: render one queued mail and hand it to the server.

    Raises ``PermanentFailure`` when the server refuses the address or the mail for good (5xx).
    """
    try:
        deliver(compose(payload))
    except SMTPRecipientsRefused as refused:
        code = max(code for code, _said in refused.recipients.values())
        if code >= FOR_GOOD:
            raise PermanentFailure(f"the mail server refuses the address ({code})") from refused
        raise
    except SMTPDataError as refused:
        if refused.smtp_code >= FOR_GOOD:
            raise PermanentFailure(f"the mail server refuses the mail ({refused.smtp_code})") from refused
        raise


def forget(payload: dict[str, Any]) -> dict[str, Any]:
    """What stays of a mail that was given up: to whom and which. One that opens a door keeps neither code nor link."""
    if payload.get("template") not in OPENS_A_DOOR and "code" not in payload.get("context", {}):
        return payload
    return {**{name: payload[name] for name in ("template", "to", "language")}, FORGOTTEN: True}


def compose(payload: dict[str, Any]) -> EmailMessage:
    """The message a queued mail becomes: text and HTML, in its reader's language, marked as automatic."""
    template, context = path_of(payload["template"]), payload["context"]
    with force_locale(payload["language"]):
        values = {**context, "base_url": settings().base_url.rstrip("/"), "language": payload["language"]}
        # The pages' own _() escapes what is put in a sentence; a text mail must not say d&#39;Azur.
        plain = {**values, "_": gettext, "ngettext": ngettext}
        subject = render_template(f"{template}.subject.txt", **plain)
        text = render_template(f"{template}.txt", **plain)
        html = render_template(f"{template}.html", subject=subject.strip(), **values)
    message = EmailMessage()
    message["Subject"] = subject.strip().translate(NO_LINE_BREAK)
    message["From"] = _sender()
    message["To"] = Address(addr_spec=payload["to"])
    message["Date"] = format_datetime(now())
    message["Message-ID"] = payload["message_id"]
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.strip() + "\n")
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = payload["language"]
    return message


def path_of(template: str) -> str:
    """Where the three files of a template stand, without their endings."""
    owner, _slash, name = template.rpartition("/")
    return f"{owner}/mail/{name}" if owner else f"mail/{name}"


def link(endpoint: str, **values: Any) -> str:
    """The absolute address of a page, for a mail: from ``BASE_URL``, in a request or in the worker alike."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return settings().base_url.rstrip("/") + path


def _sender() -> Address:
    """``mail_from``, either an address or ``Name <address>``."""
    name, bracket, rest = settings().mail_from.rpartition("<")
    if not bracket:
        return Address(addr_spec=rest.strip())
    return Address(display_name=name.strip().strip('"'), addr_spec=rest.strip().rstrip(">"))
