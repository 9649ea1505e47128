"""The bailleur's written consent to a transformation (loi n° 89-462, art. 7 f): given in the portal, or on paper.

It stands beside the wording, not in it: recording it asks nobody's answer again, and lifts the guard-rail that
waits for it. The paper is kept among the dossier's documents, for ALC and the bailleur.
"""

from __future__ import annotations

from datetime import date

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import today
from intranet.documents.intake import Prepared
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import keep
from intranet.errors import Refused
from intranet.extensions import db
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.facts import dwelling_facts, line_facts
from intranet.works.guardrails import lock
from intranet.works.models import Split, WorksLine
from intranet.works.rules import propose_default
from intranet.works.service.checking import checked_consent_day, refuse_fixed
from intranet.works.service.loading import check_may_act, refuse_stale_line, take_line, trace

AUDIENCE = ("alc", "bailleur")
ASKED = frozenset({"written", "tacit_2_months"})
"""Values of ``WorksKind.consent`` for which something is to be kept: the consent, or the letter that asked."""


def file_consent(actor: Actor, line_id: int, version: int, on: date, paper: Prepared | None) -> WorksLine:
    """Record a written consent ALC was given, with its date and the paper itself. May: those who write the split.

    ``Refused`` without the paper (one already joined may stay), for a day to come, and for works that ask no
    consent.
    """
    require_may(actor, p.SPLIT_WRITE)
    split, line = _take(line_id, version, "file_consent")
    day = checked_consent_day(on)
    if paper is None and line.consent_document_id is None:
        raise Refused("consent.paper", _("Joignez l’accord écrit : un PDF ou une photo."), field="file")
    _keep(split, line, actor, day, paper)
    trace(
        "works.consent.filed",
        split,
        actor,
        audience=_audience(split),
        line=line.label,
        room=line.room,
        on=day,
    )
    commit()
    return line


def give_consent(actor: Actor, line_id: int, version: int, paper: Prepared | None) -> WorksLine:
    """The bailleur gives its written consent here and now, with a paper of its own if it likes. May: its agents."""
    require_may(actor, p.SPLIT_ANSWER)
    refuse_nameless(actor)
    split, line = _take(line_id, version, "give_consent")
    day = line.consent_on or today()
    _keep(split, line, actor, day, paper)
    trace("works.consent.given", split, actor, audience=AUDIENCE, line=line.label, room=line.room, on=day)
    commit()
    return line


def refuse_nameless(actor: Actor) -> None:
    """A guest who has not said who she is commits nobody to anything."""
    if not actor.name:
        raise Refused(
            "consent.nameless", _("Dites d’abord qui vous êtes : un accord porte un nom et une date.")
        )


def _take(line_id: int, version: int, act: str) -> tuple[Split, WorksLine]:
    split, line = take_line(line_id)
    check_may_act(split, act)
    refuse_fixed(line)
    refuse_stale_line(line, version)
    if line.kind is None or line.kind.consent not in ASKED:
        raise Refused("consent.none", _("Ces travaux ne demandent pas d’accord écrit du bailleur."))
    return split, line


def _keep(split: Split, line: WorksLine, actor: Actor, day: date | None, paper: Prepared | None) -> None:
    if paper is not None:
        line.consent_document_id = _document(split, actor, paper).id
    line.consent_on = day
    facts = line_facts(line)
    default = propose_default(facts.kind, facts.cause, facts.need, facts.consent_on)
    line.default_holder, line.default_rule = default.holder, default.rule
    line.lock = lock(facts, dwelling_facts(split.dwelling))
    db.session.flush()


def _document(split: Split, actor: Actor, paper: Prepared) -> Document:
    return keep(
        paper,
        kind=DocumentKind.ATTACHMENT,
        dossier_id=split.dossier_id,
        audience=AUDIENCE,
        actor=actor,
    )


def _audience(split: Split) -> tuple[str, ...]:
    return AUDIENCE if split.number else ("alc",)
