"""More time for the bailleur's answer. A coordinator gives it, with a reason that both sides read."""

from __future__ import annotations

from datetime import date

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import now, today
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.organisations.models import Organisation
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.web.formatting import day
from intranet.works.commands import GrantTime
from intranet.works.delays import LONGEST_GRANT, SOON, Delay, morning_after
from intranet.works.machine import check_act
from intranet.works.mailing import tell_bailleur
from intranet.works.models import Split
from intranet.works.service.loading import refuse_stale_split, take_split, trace
from intranet.works.service.moves import MESSAGE_LIMIT


def grant_time(actor: Actor, command: GrantTime) -> Split:
    """Give the bailleur until the end of a day to answer: late, reminders and return move with it.

    May: the coordinator. Only while it is the bailleur's turn, later than the delay it has, three months ahead
    at most. Granting the same day again for the same reason changes nothing. The turn itself does not move.
    """
    require_may(actor, p.SPLIT_GRANT_TIME)
    split = take_split(command.split_id)
    act = check_act("grant_time", split.state)
    reason = checked(command.reason, MESSAGE_LIMIT, field="reason")
    if not reason:
        raise Refused("split.grant_time.reason", _("Indiquez pourquoi."), field="reason")
    if split.more_time_until == command.until:
        return split
    refuse_stale_split(split, command.version, actor)
    delay = delay_of(split)
    _check_day(delay, command.until)
    split.more_time_until = command.until
    granted = delay._replace(until=command.until)
    split.reminders = granted.reminders_due(now() + SOON)
    trace(act.event, split, actor, reason=reason, until=command.until)
    tell_bailleur("split_more_time", split, message=reason, who=actor.name, mark=command.until.isoformat())
    commit()
    return split


def delay_of(split: Split) -> Delay:
    """The delay of the bailleur's present turn."""
    agreed = db.session.get_one(Organisation, split.bailleur_id).answer_days
    return Delay(split.turn_since, agreed, split.more_time_until)


def _check_day(delay: Delay, until: date) -> None:
    if until > today() + LONGEST_GRANT:
        raise Refused(
            "split.grant_time.far", _("Accordez trois mois au plus, à compter d’aujourd’hui."), field="until"
        )
    if until < today():
        raise Refused(
            "split.grant_time.past", _("Ce jour est passé : choisissez un jour à venir."), field="until"
        )
    if morning_after(until) <= delay.due:
        raise Refused(
            "split.grant_time.early",
            _(
                "La réponse est déjà attendue avant le %(day)s : choisissez un jour plus tardif.",
                day=day(delay.due),
            ),
            field="until",
        )
