"""The mail that brings a reference and its code. The code is in the outbox until the mail has left, nowhere after."""

from __future__ import annotations

from flask_babel import force_locale

from intranet.clock import PARIS
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.rules import grouped
from intranet.guests.texts import door_texts
from intranet.mail.service import link, queue_mail
from intranet.organisations.models import Organisation
from intranet.web.formatting import day
from intranet.works.models import Split
from intranet.works.terms import Side


def send_code(split: Split, access: GuestAccess, code: str) -> None:
    """Write to the address the access was opened for. Only what that side may see goes into the mail."""
    if access.side is Side.HOUSEHOLD:
        _send_to_family(split, access, code)
        return
    home = split.dwelling
    with force_locale(access.language):
        expires = day(access.expires_at)
    queue_mail(
        "guest_access",
        to=access.sent_to,
        language=access.language,
        household=split.dossier.household.name,
        bailleur=_name(split.bailleur_id),
        address=f"{home.address}, {home.postcode} {home.town}",
        reference=grouped(access.reference),
        code=code,
        expires=expires,
        url=link("guests.enter", reference=grouped(access.reference)),
    )


def _send_to_family(split: Split, access: GuestAccess, code: str) -> None:
    """The same to a family, in its own language, which the site's texts may not exist in."""
    home, t = split.dwelling, door_texts(access.language)
    address = f"{home.address}, {home.postcode} {home.town}"
    queue_mail(
        "family_access",
        to=access.sent_to,
        language=t.language,
        direction=t.direction,
        reference=grouped(access.reference),
        code=code,
        url=link("guests.enter", reference=grouped(access.reference), lang=t.language),
        words={
            "subject": t("mail.subject", address=address),
            "hello": t("letter.hello"),
            "intro": t("mail.intro", address=address),
            "reference": t("door.reference"),
            "code": t("door.code"),
            "open": t("mail.open"),
            "button": t("mail.button"),
            "until": t("letter.until", date=t.day(access.expires_at.astimezone(PARIS).date())),
            "automatic": t("mail.automatic"),
        },
    )


def _name(organisation_id: int) -> str:
    return db.session.get_one(Organisation, organisation_id).name
