"""A coordinator sets a guard-rail aside, for one wording of one line, and says why.

Only those that ``guardrails`` marks overridable; what ``domain.md`` §4 protects never is. The reason stands in the
line's history and on the table, for both sides, on screen and on paper.
"""

from __future__ import annotations

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.commands import OverrideGuardrail
from intranet.works.facts import dwelling_facts, line_facts, wording_of
from intranet.works.guardrails import GuardRailBroken, check_line, refuse_broken
from intranet.works.models import GuardrailOverride, WorksLine
from intranet.works.rules import digest
from intranet.works.service.checking import refuse_fixed
from intranet.works.service.drafting import reword, rewrite
from intranet.works.service.loading import check_may_act, refuse_stale_line, take_line, trace
from intranet.works.service.moves import MESSAGE_LIMIT
from intranet.works.service.wording import note_wording

SHORTEST_REASON = 10
"""Letters: a reason that both sides will read is more than "ok"."""


def override(actor: Actor, command: OverrideGuardrail) -> WorksLine:
    """Set one guard-rail aside for the line's wording, or for the wording ``command.change`` gives it at once.

    May: coordinators. Any other guard-rail the line breaks still refuses it; another wording later is looked at
    anew. Setting the same one aside again replaces the reason.
    """
    require_may(actor, p.SPLIT_OVERRIDE)
    split, line = take_line(command.line_id)
    check_may_act(split, "override_guardrail")
    refuse_fixed(line)
    reason = checked(command.reason, MESSAGE_LIMIT, field="reason")
    if sum(letter.isalpha() for letter in reason) < SHORTEST_REASON:
        raise Refused(
            "override.reason",
            _("Dites pourquoi, en une phrase : votre raison sera lue par le bailleur et imprimée."),
            field="reason",
        )
    if command.change is not None:
        wording = rewrite(actor, split, line, command.change)
    else:
        refuse_stale_line(line, command.version)
        wording = wording_of(line)
    home = dwelling_facts(split.dwelling)
    broken = [each for each in check_line(line_facts(line, wording), home) if each.rule == command.rule]
    if not broken:
        raise Refused("override.not_broken", _("Ce garde-fou ne s’oppose pas à cette ligne : rien à lever."))
    if not broken[0].overridable:
        raise GuardRailBroken(broken[0])
    _write(actor, line, command.rule, digest(wording), reason)
    refuse_broken(line_facts(line, wording), home)
    if reword(split, line, wording):
        note_wording(line, "changed", actor)
    trace(
        "works.line.overridden",
        split,
        actor,
        audience=("alc",),
        reason=reason,
        line=line.label,
        room=line.room,
        rule=command.rule,
    )
    commit()
    return line


def _write(actor: Actor, line: WorksLine, rule: str, wording_digest: str, reason: str) -> None:
    kept = next((each for each in line.overrides if (each.rule, each.digest) == (rule, wording_digest)), None)
    if kept is None:
        kept = GuardrailOverride(line_id=line.id, rule=rule, digest=wording_digest)
        db.session.add(kept)
    kept.reason, kept.by_id, kept.by_name, kept.at = reason, actor.user_id, actor.name, now()
    db.session.flush()
    db.session.expire(line, ["overrides"])
