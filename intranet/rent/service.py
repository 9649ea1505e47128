"""The commands of works against rent: written by ALC, consented to by bailleur and tenant to the cent.

Each re-checks the permission, the state of the split, the version and the law, records what it did and commits
once. Views have asked ``access.require`` for the split before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import now, today
from intranet.documents.intake import Prepared
from intranet.documents.models import DocumentKind
from intranet.documents.service import keep
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.rent.commands import AnswerOffset, SaveOffset, TenantAnswer
from intranet.rent.models import RentConsent, RentOffset
from intranet.rent.offsets import OffsetView, candidates, offset_of
from intranet.rent.rules import Problem, Terms, wrong_figures, wrong_works
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.mailing import tell_bailleur
from intranet.works.models import Split
from intranet.works.service.concluding import agree_when_all_do, check_answer_day
from intranet.works.service.consents import refuse_nameless
from intranet.works.service.loading import check_may_act, take_split, trace
from intranet.works.terms import Side

TEXT_LIMIT = 2000
AUDIENCE = ("alc", "bailleur")


def save_offset(actor: Actor, command: SaveOffset) -> RentOffset:
    """Write the clause, or change it. ``Refused`` names the field of what the law or good sense forbids.

    May: those who write the split, in ALC's turn. Consents given to other figures hold no more.
    """
    require_may(actor, p.SPLIT_WRITE)
    split = take_split(command.split_id)
    check_may_act(split, "write_rent")
    offset = _offset(split.id)
    _refuse_stale(offset, command.version)
    lines = {line.id: line for line in candidates(split.id)}
    if set(command.line_ids) - set(lines):
        raise Refused(
            "rent.lines", _("Une ligne choisie n’est plus faite par la famille : relisez."), field="line_ids"
        )
    chosen = [lines[line_id] for line_id in dict.fromkeys(command.line_ids)]
    terms = Terms(
        command.monthly_cents,
        command.months,
        command.starts_on,
        command.documented_cents,
        "",
        tuple((line.id, line.digest) for line in chosen),
        checked(command.early_departure, TEXT_LIMIT, field="early_departure"),
        command.decency_attested_on,
        checked(command.decency_attested_by, 120, field="decency_attested_by", multiline=False),
    )
    _refuse(wrong_works([line.facts for line in chosen], split.dwelling.decent))
    _refuse(wrong_figures(terms, today()))
    if offset is None:
        offset = RentOffset(split_id=split.id, created_at=now(), digest="")
        db.session.add(offset)
    offset.monthly_cents, offset.months = terms.monthly_cents, terms.months
    offset.starts_on, offset.documented_cents = terms.starts_on, terms.documented_cents
    offset.line_ids = [line.id for line in chosen]
    offset.early_departure = terms.early_departure
    offset.decency_attested_on = terms.decency_attested_on
    offset.decency_attested_by = terms.decency_attested_by
    _settle(offset, split, actor)
    trace(
        "works.rent.written",
        split,
        actor,
        audience=_audience(split),
        monthly=terms.monthly_cents,
        months=terms.months,
    )
    commit()
    return offset


def attach_document(actor: Actor, split_id: int, version: int, file: Prepared) -> None:
    """Join the quotes or receipts that document the cost. Another file drops the consents."""
    require_may(actor, p.SPLIT_WRITE)
    split = take_split(split_id)
    check_may_act(split, "write_rent")
    offset = _offset(split_id)
    _refuse_stale(offset, version)
    if offset is None:
        raise _unknown()
    document = keep(
        file,
        kind=DocumentKind.ATTACHMENT,
        dossier_id=split.dossier_id,
        audience=AUDIENCE,
        actor=actor,
    )
    offset.document_id = document.id
    _settle(offset, split, actor)
    trace("works.rent.documented", split, actor, audience=_audience(split))
    commit()


def remove_offset(actor: Actor, split_id: int, version: int) -> None:
    """Nothing comes off the rent any more; the history keeps what had been written."""
    require_may(actor, p.SPLIT_WRITE)
    split = take_split(split_id)
    check_may_act(split, "write_rent")
    offset = _offset(split_id)
    _refuse_stale(offset, version)
    if offset is None:
        return
    db.session.delete(offset)
    trace("works.rent.removed", split, actor, audience=_audience(split))
    commit()


def answer_offset(actor: Actor, command: AnswerOffset) -> None:
    """The bailleur consents to the figures on the screen, or refuses and says why.

    May: the bailleur's agents, once the split was sent to them. ``Stale`` when the figures are no longer those.
    """
    require_may(actor, p.SPLIT_ANSWER)
    split = take_split(command.split_id)
    check_may_act(split, "answer_rent")
    refuse_nameless(actor)
    offset = _ready(command.split_id, command.digest, command.given)
    why = _why(command.given, command.reason)
    _write(offset, Side.BAILLEUR, command.given, actor.name, today(), actor)
    kind = "works.rent.consented" if command.given else "works.rent.refused"
    trace(kind, split, actor, reason=why, audience=AUDIENCE, side=Side.BAILLEUR)
    agree_when_all_do(split, actor)
    commit()


def record_tenant(actor: Actor, command: TenantAnswer) -> None:
    """The tenant's consent or refusal, with the day it was given and the name of who gave it.

    May: the référent and the coordinator. ``Stale`` when the figures are no longer those that were read out.
    """
    require_may(actor, p.SPLIT_HOUSEHOLD)
    split = take_split(command.split_id)
    check_may_act(split, "record_rent")
    offset = _ready(command.split_id, command.digest, command.given)
    name = checked(command.by_name, 120, field="by_name", multiline=False)
    if not name:
        raise Refused("rent.by_name", _("Indiquez qui a donné cette réponse."), field="by_name")
    check_answer_day(split, command.on, "on")
    why = _why(command.given, command.reason)
    _write(offset, Side.HOUSEHOLD, command.given, name, command.on, actor)
    kind = "works.rent.tenant_consented" if command.given else "works.rent.tenant_refused"
    trace(kind, split, actor, reason=why, audience=_audience(split), name=name, on=command.on)
    agree_when_all_do(split, actor)
    commit()


def _offset(split_id: int) -> RentOffset | None:
    return db.session.scalar(
        select(RentOffset)
        .where(RentOffset.split_id == split_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _refuse_stale(offset: RentOffset | None, version: int) -> None:
    if (offset.version if offset else 0) != version:
        raise Stale(
            _(
                "Cette clause a été modifiée pendant que vous la lisiez. "
                "Comparez, puis enregistrez de nouveau."
            )
        )


def _refuse(problems: Iterable[Problem]) -> None:
    for problem in problems:
        raise Refused(problem.rule, problem.message, field=problem.field or None)


def _unknown() -> Refused:
    return Refused("rent.unknown", _("Rien n’est déduit du loyer pour cette répartition."))


def _settle(offset: RentOffset, split: Split, actor: Actor) -> None:
    """Write down the digest of what now stands, forget the answers given to anything else, and ask again.

    The bailleur is written to once for each exact figures, when it can answer them and was sent the split.
    """
    db.session.flush()
    view = offset_of(split.id)
    assert view is not None  # it was flushed just above
    offset.digest = view.digest
    for answer in db.session.scalars(select(RentConsent).where(RentConsent.offset_id == offset.id)):
        if answer.digest != view.digest:
            db.session.delete(answer)
    if view.ready and split.number and view.bailleur is None:
        tell_bailleur("rent_asked", split, message="", who=actor.name, mark=view.digest[:12])


def _ready(split_id: int, digest: str, given: bool) -> OffsetView:
    """The clause, if it is still the one that was read; a consent also needs that nothing is missing."""
    view = offset_of(split_id)
    if view is None:
        raise _unknown()
    if view.digest != digest:
        raise Stale(
            _(
                "Les chiffres ou les travaux ont changé depuis que vous les avez lus. Relisez avant de répondre."
            )
        )
    if given:
        _refuse(view.problems)
    return view


def _why(given: bool, reason: str) -> str:
    why = checked(reason, TEXT_LIMIT, field="reason")
    if not given and not why:
        raise Refused("rent.reason", _("Dites pourquoi c’est refusé."), field="reason")
    return why


def _write(offset: OffsetView, side: Side, given: bool, name: str, on: date, actor: Actor) -> None:
    answer = db.session.get(RentConsent, (offset.id, side))
    if answer is None:
        answer = RentConsent(offset_id=offset.id, side=side)
        db.session.add(answer)
    answer.digest, answer.given, answer.by_name = offset.digest, given, name
    answer.on, answer.recorded_by, answer.at = on, actor.author_id, now()
    db.session.flush()


def _audience(split: Split) -> tuple[str, ...]:
    return AUDIENCE if split.number else ("alc",)
