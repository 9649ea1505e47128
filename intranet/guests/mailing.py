"""The mail that brings a reference and its code. The code is in the outbox until the mail has left, nowhere after."""

from __future__ import annotations

from flask_babel import force_locale

from intranet.accounts.service import LANGUAGES
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.rules import grouped
from intranet.mail.service import link, queue_mail
from intranet.organisations.models import Organisation
from intranet.web.formatting import day
from intranet.works.models import Split
from intranet.works.terms import Side


def send_code(split: Split, access: GuestAccess, code: str) -> None:
    """Write to the address the access was opened for. Only what that side may see goes into the mail."""
    home = split.dwelling
    # The family's own page speaks its language; the mail comes in one that the site's texts exist in.
    language = access.language if access.language in LANGUAGES else LANGUAGES[0]
    with force_locale(language):
        expires = day(access.expires_at)
    queue_mail(
        "guest_access",
        to=access.sent_to,
        language=language,
        household=split.dossier.household.name,
        bailleur=_name(split.bailleur_id) if access.side is Side.BAILLEUR else "",
        address=f"{home.address}, {home.postcode} {home.town}",
        reference=grouped(access.reference),
        code=code,
        expires=expires,
        url=link("guests.enter", reference=grouped(access.reference)),
    )


def _name(organisation_id: int) -> str:
    return db.session.get_one(Organisation, organisation_id).name
