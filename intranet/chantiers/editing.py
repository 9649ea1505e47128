"""What ALC changes of a chantier opened already: who runs it, when it is planned, what is to be known on site."""

from __future__ import annotations

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.accounts.models import User
from intranet.chantiers.commands import EditChantier
from intranet.chantiers.loading import stale, take_chantier
from intranet.chantiers.machine import BEFORE_START, RUNNING
from intranet.chantiers.models import Chantier
from intranet.chantiers.opening import check_animator, check_dates
from intranet.chantiers.recording import ON_SITE
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.health_words import checked_note
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _


def edit_chantier(actor: Actor, command: EditChantier) -> Chantier:
    """Change the animator, the planned dates or the safety note. ALC's coordinator and éducateur technique.

    ``Stale`` when somebody changed the chantier meanwhile; nothing is written when nothing changes.
    """
    require_may(actor, p.CHANTIER_PREPARE)
    if actor.scope.kind is not OrganisationKind.ASSOCIATION:
        raise NotAllowed("chantier.edit", _("C’est à ALC de changer l’organisation d’un chantier."))
    chantier = take_chantier(command.chantier_id)
    if chantier.version != command.version:
        raise stale(actor, chantier.dossier_id)
    if chantier.state not in BEFORE_START | RUNNING:
        raise Refused("chantier.over", _("Le chantier est terminé : son organisation ne change plus."))
    note = checked_note(command.safety_note, 255, field="safety_note", multiline=False)
    check_dates(command.planned_start, command.planned_end)
    if command.animator_id != chantier.animator_id:
        check_animator(command.animator_id, chantier.partner_id)
    new = {
        "animator_id": command.animator_id,
        "planned_start": command.planned_start,
        "planned_end": command.planned_end,
        "safety_note": note,
    }
    changed = [name for name, value in new.items() if getattr(chantier, name) != value]
    if not changed:
        return chantier
    for name in changed:
        setattr(chantier, name, new[name])
    animator = db.session.get(User, command.animator_id) if command.animator_id else None
    record(
        "chantier.edited",
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        data={
            "fields": ",".join(changed),
            "animator": animator.name if animator else "",
            "start": command.planned_start,
            "end": command.planned_end,
        },
        audience=ON_SITE,
    )
    commit()
    return chantier
