"""Taking a split in hand for a command: locked, fresh, with its lines; and leaving a trace of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from intranet.access import Actor
from intranet.dossiers.models import Dossier
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.timeline.models import TimelineEntry
from intranet.timeline.service import record
from intranet.timeline.wordings import sentence
from intranet.translation import gettext as _
from intranet.works.facts import AGREEING, accepted, dwelling_facts, line_facts
from intranet.works.guardrails import check_line
from intranet.works.machine import LineRefusal, SplitFacts, check_act, dwelling_allocated
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.rules import side_of
from intranet.works.terms import ContractState, Holder, Side, SplitState

PARTIES = ("alc", "bailleur", "partner")
"""Who reads what happens to a contract."""

_SPLIT = (
    select(Split)
    .where(Split.id == bindparam("split_id"))
    .options(
        joinedload(Split.dossier, innerjoin=True).joinedload(Dossier.household, innerjoin=True),
        joinedload(Split.dwelling, innerjoin=True),
        selectinload(Split.lines).options(joinedload(WorksLine.kind), selectinload(WorksLine.answers)),
    )
    .execution_options(populate_existing=True)
)
_LOCK = select(Split.id).where(Split.id == bindparam("split_id")).with_for_update()
_LOCK_OF_LINE = (
    select(Split.id)
    .join(WorksLine, WorksLine.split_id == Split.id)
    .where(WorksLine.id == bindparam("line_id"))
    .with_for_update(of=Split)
)
_SPLIT_OF_LINE = select(WorksLine.split_id).where(WorksLine.id == bindparam("line_id"))
_SINCE = (
    select(
        TimelineEntry.actor_id,
        TimelineEntry.actor_name,
        TimelineEntry.kind,
        TimelineEntry.from_state,
        TimelineEntry.to_state,
        TimelineEntry.data,
        TimelineEntry.audience,
    )
    .where(
        TimelineEntry.dossier_id == bindparam("dossier_id"),  # the history is indexed by dossier
        TimelineEntry.subject == "split",
        TimelineEntry.subject_id == bindparam("split_id"),
    )
    .order_by(TimelineEntry.id.desc())
    .limit(100)
)


def take_split(split_id: int) -> Split:
    """The split, its lines and answers, locked until the end of the transaction. ``Refused`` if unknown."""
    hold(split_id)
    split = db.session.scalars(_SPLIT, {"split_id": split_id}).unique().one_or_none()
    if split is None:
        raise Refused("split.unknown", _("Cette répartition n’existe plus."))
    return split


def hold(split_id: int) -> None:
    """Lock the split's row: from here on, nobody else's command on this split runs.

    A statement of its own, because PostgreSQL, after waiting, reads again only the row it waited for: what a
    joined table said would date from before. On SQLite the whole transaction excludes other writers already.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(_LOCK, {"split_id": split_id})


def take_line(line_id: int) -> tuple[Split, WorksLine]:
    """A line with its whole split, locked. ``Refused`` when somebody removed the line meanwhile."""
    split_id = db.session.scalar(_SPLIT_OF_LINE, {"line_id": line_id})
    if split_id is None:
        raise line_gone()
    split = take_split(split_id)
    for line in split.lines:
        if line.id == line_id:
            return split, line
    raise line_gone()


def hold_split_of(line_id: int) -> None:
    """Lock the split of a line, for a command that reads no more than that line."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(_LOCK_OF_LINE, {"line_id": line_id})


def line_gone() -> Refused:
    return Refused("line.unknown", _("Cette ligne n’existe plus : quelqu’un l’a retirée."))


def side(actor: Actor) -> Side:
    """The side the actor speaks for; ``NotAllowed`` when she is no party."""
    found = side_of(actor.scope)
    if found is None:
        raise NotAllowed("split.no_party", _("Votre organisme n’est pas partie à cette répartition."))
    return found


def facts_of(
    split: Split,
    *,
    heard: bool = True,
    signed: bool = False,
    rent_pending: bool = False,
    idle: bool = False,
) -> SplitFacts:
    """What the machine's guards look at, from the split as it is now."""
    home = dwelling_facts(split.dwelling)
    refusals = tuple(
        LineRefusal(line.id, line.label, line.room, str(violation.message))
        for line in split.lines
        for violation in check_line(line_facts(line), home)[:1]
    )
    return SplitFacts(
        dossier_state=split.dossier.state,
        same_dwelling=split.dossier.dwelling_id == split.dwelling_id,
        lines=len(split.lines),
        kept=sum(line.holder is not Holder.DROPPED for line in split.lines),
        refusals=refusals,
        heard=heard,
        missing=tuple(line.label for line in split.lines if not accepted_by_all(line)),
        signed=signed,
        rent_pending=rent_pending,
        idle=idle,
    )


def accepted_by_all(line: WorksLine) -> bool:
    return all(accepted(line, one) for one in AGREEING)


def check_may_act(split: Split, act: str) -> None:
    """``Refused`` unless ``act`` exists in the split's state and the family still has this home."""
    check_act(act, split.state)
    refusal = dwelling_allocated(facts_of(split))
    if refusal is not None:
        raise refusal


def refuse_stale_split(split: Split, version: int, actor: Actor) -> None:
    """``Stale`` when somebody else changed the split since ``version``, with what they did, in words.

    What the same person did meanwhile (in another tab, or line after line on one page) is no surprise to her.
    """
    if split.version == version:
        return
    entries = [
        entry
        for entry in db.session.execute(_SINCE, {"split_id": split.id, "dossier_id": split.dossier_id})
        if entry.data.get("version", 0) > version
    ]
    covered = {entry.data["version"] for entry in entries} >= set(range(version + 1, split.version + 1))
    others = [entry for entry in entries if not actor.wrote(entry.actor_id, entry.actor_name)]
    if covered and not others and version < split.version:
        return
    wanted = f" {side(actor)} "
    words = (
        f"{entry.actor_name} {sentence(entry.kind, _facts(entry))}".strip()
        for entry in reversed(others)
        if wanted in entry.audience
    )
    raise Stale(
        _("La répartition a changé pendant que vous la lisiez. Relisez-la avant de recommencer."),
        tuple(words),
    )


def _facts(entry: Any) -> Mapping[str, Any]:
    return {**entry.data, "from_state": entry.from_state, "to_state": entry.to_state}


def refuse_stale_line(line: WorksLine, version: int, changes: tuple[str, ...] = ()) -> None:
    """``Stale`` when the line is no longer the one the form was opened with."""
    if line.version != version:
        raise Stale(
            _("Cette ligne a été modifiée pendant que vous la lisiez. Rien de votre saisie n’est perdu."),
            changes,
        )


def trace(
    kind: str,
    split: Split,
    actor: Actor | None,
    *,
    from_state: SplitState | None = None,
    reason: str = "",
    audience: tuple[str, ...] | None = None,
    **data: Any,
) -> None:
    """Raise the split's version, and record what was done under it. Does not commit.

    ALC alone reads what happens to a split never sent; the bailleur reads the rest.
    """
    flag_modified(split, "number")  # any change of a line is a change of the split: its version moves
    db.session.flush()
    if audience is None:
        audience = ("alc", "bailleur") if split.number else ("alc",)
    record(
        kind,
        actor=actor,
        subject="split",
        subject_id=split.id,
        dossier_id=split.dossier_id,
        from_state=from_state.value if from_state else "",
        to_state=split.state.value if from_state else "",
        reason=reason,
        data={"version": split.version, "number": split.number, **data},
        audience=audience,
    )


def trace_contract(
    kind: str,
    contract: Contract,
    actor: Actor | None,
    *,
    from_state: ContractState | None = None,
    to_state: ContractState | None = None,
    reason: str = "",
    **data: Any,
) -> None:
    """Record what was done to the contract, for its three sides; moved ``from_state``, where it is now. No commit."""
    reached = to_state or (contract.state if from_state else None)
    record(
        kind,
        actor=actor,
        subject="contract",
        subject_id=contract.id,
        dossier_id=contract.dossier_id,
        from_state=from_state.value if from_state else "",
        to_state=reached.value if reached else "",
        reason=reason,
        data={"number": contract.number, **data},
        audience=PARTIES,
    )
