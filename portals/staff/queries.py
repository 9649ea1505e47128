"""What the staff's pages read besides dossiers and dwellings themselves."""

from __future__ import annotations

from sqlalchemy import bindparam, case, func, select

from intranet import permissions as p
from intranet.access import OrganisationKind, Scope, visible
from intranet.chantiers.models import Chantier, Task, TaskState
from intranet.dossiers.models import Dossier, Household
from intranet.organisations.models import Organisation, Phase, Pole, Site
from intranet.rows import Statement
from intranet.search.folding import SortKey
from intranet.signatures.models import Signature
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Contract, ContractState, Split, SplitState, WorksLine
from intranet.works.terms import GIVEN_UP

DONE = (TaskState.DONE, TaskState.ACCEPTED, TaskState.LIFTED)


def poles(scope: Scope) -> Statement:
    """Every active pôle: ``(id, label)``."""
    return (
        select(Pole.id, (Pole.code + " · " + Pole.name).label("label")).where(Pole.active).order_by(Pole.id)
    )


def sites(scope: Scope) -> Statement:
    """Every active site: ``(id, label)``."""
    return select(Site.id, Site.name.label("label")).where(Site.active).order_by(SortKey(Site.name))


def bailleurs(scope: Scope) -> Statement:
    """Every active bailleur: ``(id, label)``."""
    return (
        select(Organisation.id, Organisation.name.label("label"))
        .where(Organisation.kind == OrganisationKind.BAILLEUR, Organisation.active)
        .order_by(SortKey(Organisation.name))
    )


def phases(scope: Scope) -> Statement:
    """The phases of the programme, in order."""
    return select(Phase.name, Phase.starts_on, Phase.ends_on).order_by(Phase.starts_on)


def news(scope: Scope) -> Statement:
    """The last events of the dossiers the person may read."""
    statement = (
        select(
            TimelineEntry.at,
            TimelineEntry.kind,
            TimelineEntry.actor_name,
            TimelineEntry.from_state,
            TimelineEntry.to_state,
            TimelineEntry.data,
            TimelineEntry.dossier_id,
            Household.name,
        )
        .join(Dossier, Dossier.id == TimelineEntry.dossier_id)
        .join(Household, Household.id == Dossier.household_id)
        .where(TimelineEntry.audience.like("% alc %"))
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(8)
    )
    return visible(scope, statement, p.DOSSIER_READ, Dossier)


def split_and_lines(scope: Scope) -> Statement:
    """The dossier's present split, one row for each line (one without a line when it has none); one statement."""
    latest = (
        select(func.max(Split.id))
        .where(Split.dossier_id == bindparam("dossier_id"), Split.state != SplitState.WITHDRAWN)
        .scalar_subquery()
    )
    return (
        select(
            Split.id,
            Split.state,
            Split.number,
            Split.turn,
            Split.turn_since,
            Split.silent,
            WorksLine.label,
            WorksLine.room,
            WorksLine.holder,
            WorksLine.tenant_share_pct,
            WorksLine.materials_cents,
            WorksLine.minutes,
        )
        .outerjoin(WorksLine, WorksLine.split_id == Split.id)
        .where(Split.id == latest)
        .order_by(WorksLine.position, WorksLine.id)
    )


def contract_and_chantier(scope: Scope) -> Statement:
    """The dossier's present contract, its signatures, and the chantier opened from it; one statement.

    That of its present home; the one in force before an amendment that is not signed yet.
    """
    signed = (
        select(func.count())
        .select_from(Signature)
        .where(Signature.contract_id == Contract.id)
        .correlate(Contract)
        .scalar_subquery()
    )
    tasks = (
        select(
            Task.chantier_id,
            func.count().label("tasks"),
            func.sum(case((Task.state.in_(DONE), 1), else_=0)).label("done"),
            func.sum(case((Task.state == TaskState.BLOCKED, 1), else_=0)).label("blocked"),
        )
        .where(
            Task.chantier_id.in_(select(Chantier.id).where(Chantier.dossier_id == bindparam("dossier_id")))
        )
        .group_by(Task.chantier_id)
        .subquery()
    )
    return (
        select(
            Contract.id,
            Contract.number,
            Contract.state,
            Contract.starts_on,
            Contract.ends_on,
            Contract.signed_on,
            Contract.document_id,
            signed.label("signatures"),
            Chantier.id.label("chantier_id"),
            Chantier.state.label("chantier_state"),
            Chantier.state_since.label("chantier_since"),
            Chantier.planned_start,
            Chantier.planned_end,
            Chantier.started_on,
            Chantier.handed_over_on,
            Organisation.name.label("partner"),
            func.coalesce(tasks.c.tasks, 0).label("tasks"),
            func.coalesce(tasks.c.done, 0).label("done"),
            func.coalesce(tasks.c.blocked, 0).label("blocked"),
        )
        .join(Split, Split.id == Contract.split_id)
        .join(Dossier, Dossier.id == Contract.dossier_id)
        .outerjoin(Chantier, Chantier.contract_id == Contract.id)
        .outerjoin(Organisation, Organisation.id == Chantier.partner_id)
        .outerjoin(tasks, tasks.c.chantier_id == Chantier.id)
        .where(Contract.dossier_id == bindparam("dossier_id"), Contract.state.not_in(GIVEN_UP))
        .order_by(
            case((Split.dwelling_id == Dossier.dwelling_id, 0), else_=1),
            case((Contract.state == ContractState.SIGNED, 0), else_=1),
            Contract.id.desc(),
        )
        .limit(1)
    )
