"""The chantiers of a family that has taken its adhésion back stop, and those on site are told not to come."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import force_locale
from sqlalchemy import bindparam, select

from intranet.access import Actor, Role
from intranet.accounts.models import Membership, User
from intranet.chantiers.machine import CHANTIER
from intranet.chantiers.models import Chantier
from intranet.chantiers.recording import record_chantier
from intranet.chantiers.terms import ChantierState
from intranet.database import now
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.extensions import db
from intranet.mail.service import queue_mail
from intranet.translation import gettext as _
from intranet.works.mailing import Reader

_MOVES = {ChantierState.CLEARED: "unclear", ChantierState.OPEN: "pause"}
_GOING = (
    select(Chantier)
    .where(Chantier.dossier_id == bindparam("dossier_id"), Chantier.state.in_(_MOVES))
    .order_by(Chantier.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ABOUT = with_home(
    select(Household.name, Dwelling.address, Dwelling.postcode, Dwelling.town).select_from(Chantier),
    Chantier.dossier_id,
    Chantier.dwelling_id,
).where(Chantier.id == bindparam("chantier_id"))
_ANIMATORS = (
    select(User.id, User.email, User.language)
    .join(Membership, Membership.user_id == User.id)
    .where(
        Membership.organisation_id == bindparam("partner_id"),
        Membership.role == Role.ANIMATOR,
        Membership.active,
        User.active,
    )
    .order_by(User.id)
)


def stop_chantiers(actor: Actor, dossier_id: int) -> None:
    """Pause what is under way, take what was cleared back to its preparation. Part of a command: does not commit."""
    for chantier in db.session.scalars(_GOING, {"dossier_id": dossier_id}).all():
        move = CHANTIER.transitions[_MOVES[chantier.state]]
        before, chantier.state, chantier.state_since = chantier.state, move.target, now()
        with force_locale("fr"):
            reason = str(_("L’adhésion de la famille a pris fin."))
        record_chantier(actor, chantier, move.event, before, reason, ("alc",))
        db.session.flush()
        about = db.session.execute(_ABOUT, {"chantier_id": chantier.id}).one()
        for reader in on_site(chantier):
            queue_mail(
                "chantier_stopped",
                to=reader.email,
                language=reader.language,
                unique_key=f"chantier_stopped:{chantier.id}:{chantier.version}:{reader.key}",
                household=about.name,
                address=f"{about.address}, {about.postcode} {about.town}",
            )


def on_site(chantier: Chantier) -> Iterator[Reader]:
    """Who runs the chantier; every animator of its partner when nobody is named."""
    people = db.session.execute(_ANIMATORS, {"partner_id": chantier.partner_id}).all()
    named = [person for person in people if person.id == chantier.animator_id]
    yield from (Reader(*person) for person in named or people)
