"""The queues of the staff's home page, declared: what waits, since when, and who may move it.

A queue is "À vous de jouer" for those whose role holds its permission, and "En attente des autres" for those
whose role does not: no page asks which role a person has. The list behind a counter uses the same statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, bindparam, func, literal, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.chantiers.models import Chantier, ChantierState, Task, TaskState
from intranet.clock import today
from intranet.commitments.models import Commitment
from intranet.commitments.queries import IN_STATE
from intranet.commitments.rules import CommitmentState
from intranet.database import UtcDateTime
from intranet.dossiers.models import Dossier, DossierState, Household
from intranet.dossiers.queries import COUNT_UP_TO, incomplete_trio
from intranet.privacy.keeping import notice_from
from intranet.rows import Statement
from intranet.works.models import Contract, ContractState, Side, Split, SplitState
from intranet.works.terms import GIVEN_UP

PER_QUEUE = 10


@dataclass(frozen=True, eq=False)
class Queue:
    """One queue; compared by identity, so that it can be part of a kept statement's key.

    ``what(scope)`` selects ``dossier_id``, ``since`` and ``target_id``; ``target`` names the page to open. Its
    statements may ask the time: whoever runs one gives ``clock()``.

    ``permission`` is what moves it; ``None``: always somebody else's turn.
    """

    key: str
    label: Any
    permission: str | None
    target: str
    what: Callable[[Scope], Statement]

    def __call__(self, scope: Scope) -> Statement:
        return self.what(scope)


def clock() -> dict[str, Any]:
    """What the queues' statements ask: the day in Nice, and since when a silent dossier is announced."""
    return {"today": today(), "silent_since": notice_from()}


def _dossiers(since: Any, *where: ColumnElement[bool]) -> Callable[[Scope], Statement]:
    def build(scope: Scope) -> Statement:
        statement = select(
            Dossier.id.label("dossier_id"), since.label("since"), Dossier.id.label("target_id")
        ).where(*where)
        return visible(scope, statement, p.DOSSIER_READ, Dossier)

    return build


def _of(model: Any, since: Any, *where: ColumnElement[bool]) -> Callable[[Scope], Statement]:
    def build(scope: Scope) -> Statement:
        statement = (
            select(Dossier.id.label("dossier_id"), since.label("since"), model.id.label("target_id"))
            .join(Dossier, Dossier.id == model.dossier_id)
            .where(*where)
        )
        return visible(scope, statement, p.DOSSIER_READ, Dossier)

    return build


class _midnight(FunctionElement[Any]):
    """A day as the instant it begins, so that it can stand in one list with instants."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(_midnight)
def _cast(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS TIMESTAMP WITH TIME ZONE)"


@compiles(_midnight, "sqlite")
def _append(element: Any, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} || ' 00:00:00.000000')"


def _in(*states: DossierState) -> ColumnElement[bool]:
    return Dossier.state.in_(states)


_NO_CONTRACT = (
    ~select(Contract.id).where(Contract.split_id == Split.id, Contract.state.not_in(GIVEN_UP)).exists()
)
_NO_CHANTIER = ~select(Chantier.id).where(Chantier.contract_id == Contract.id).exists()
_BLOCKED = select(Task.id).where(Task.chantier_id == Chantier.id, Task.state == TaskState.BLOCKED).exists()
_NOT_ERASED = (
    select(Household.id)
    .where(Household.id == Dossier.household_id, Household.erased_on.is_(None))
    .correlate(Dossier)
    .exists()
)
_RUNNING = (ChantierState.OPEN, ChantierState.PAUSED)

QUEUES = (
    Queue(
        "split",
        _l("Répartition à reprendre"),
        p.SPLIT_WRITE,
        "split",
        _of(
            Split,
            Split.turn_since,
            Split.turn == Side.ALC,
            Split.state.in_((SplitState.DRAFT, SplitState.COUNTERED)),
        ),
    ),
    Queue(
        "contract",
        _l("Contrat à établir"),
        p.CONTRACT_ISSUE,
        "new_contract",
        _of(Split, Split.turn_since, Split.state == SplitState.AGREED, _NO_CONTRACT),
    ),
    Queue(
        "signatures",
        _l("Contrat à faire signer"),
        p.CONTRACT_SIGN,
        "contract",
        _of(Contract, Contract.created_at, Contract.state == ContractState.PREPARED),
    ),
    Queue(
        "open_chantier",
        _l("Chantier à ouvrir"),
        p.CHANTIER_PREPARE,
        "new_chantier",
        _of(
            Contract,
            Contract.created_at,
            Contract.state == ContractState.SIGNED,
            _NO_CHANTIER,
            _in(DossierState.JOINED, DossierState.WORKS),
        ),
    ),
    Queue(
        "blocked",
        _l("Chantier bloqué"),
        p.CHANTIER_RUN,
        "chantier",
        _of(Chantier, Chantier.state_since, Chantier.state.in_(_RUNNING), _BLOCKED),
    ),
    Queue(
        "handover",
        _l("Travaux à réceptionner"),
        p.HANDOVER_DECIDE,
        "chantier",
        _of(Chantier, Chantier.state_since, Chantier.state == ChantierState.FINISHED),
    ),
    Queue(
        "commitment_done",
        _l("Travaux du bailleur à confirmer"),
        p.COMMITMENT_CONFIRM,
        "commitment",
        _of(Commitment, _midnight(Commitment.done_on), IN_STATE[CommitmentState.DONE]),
    ),
    Queue(
        "visit",
        _l("Visite commune à faire"),
        p.VISIT_WRITE,
        "dossier",
        _dossiers(Dossier.state_since, _in(DossierState.JOINED), Dossier.visited_on.is_(None)),
    ),
    Queue(
        "joining",
        _l("Adhésion à enregistrer"),
        p.DOSSIER_EDIT,
        "dossier",
        _dossiers(Dossier.state_since, _in(DossierState.ALLOCATED)),
    ),
    Queue(
        "project",
        _l("Projet logement à lancer"),
        p.DOSSIER_EDIT,
        "dossier",
        _dossiers(Dossier.state_since, _in(DossierState.DIAGNOSED)),
    ),
    Queue(
        "diagnosis",
        _l("Diagnostic à décider"),
        p.DOSSIER_EDIT,
        "dossier",
        _dossiers(Dossier.state_since, _in(DossierState.SPOTTED)),
    ),
    Queue(
        "trio",
        _l("Équipe à compléter"),
        p.DOSSIER_EDIT,
        "dossier",
        _dossiers(Dossier.state_since, _in(DossierState.JOINED, DossierState.WORKS), incomplete_trio()),
    ),
    Queue(
        "retention",
        _l("Données bientôt à effacer"),
        p.HOUSEHOLD_ERASE,
        "personal_data",
        _dossiers(
            Dossier.changed_at,
            _in(DossierState.CLOSED, DossierState.LEFT),
            Dossier.changed_at < bindparam("silent_since", type_=UtcDateTime()),
            _NOT_ERASED,
        ),
    ),
    Queue(
        "bailleur",
        _l("Réponse du bailleur attendue"),
        None,
        "split",
        _of(Split, Split.turn_since, Split.state == SplitState.PROPOSED),
    ),
    Queue(
        "commitment_overdue",
        _l("Travaux du bailleur en retard"),
        None,
        "commitment",
        _of(Commitment, _midnight(Commitment.due_on), IN_STATE[CommitmentState.OVERDUE]),
    ),
    Queue(
        "dwelling",
        _l("Logement attendu"),
        None,
        "dossier",
        _dossiers(Dossier.state_since, _in(DossierState.PREPARING)),
    ),
    Queue(
        "chantier",
        _l("Chantier en cours"),
        None,
        "chantier",
        _of(Chantier, Chantier.state_since, Chantier.state.in_(_RUNNING), ~_BLOCKED),
    ),
)
BY_KEY = {queue.key: queue for queue in QUEUES}


def counts(scope: Scope) -> Statement:
    """How many wait in each queue, up to one more than lists count: ``(queue, waiting)``, one statement."""
    found = union_all(
        *(
            select(literal(queue.key).label("queue"), func.count().label("waiting")).select_from(
                select(queue(scope).subquery().c.dossier_id).distinct().limit(COUNT_UP_TO + 1).subquery()
            )
            for queue in QUEUES
        )
    ).subquery()
    return select(found)


def oldest(scope: Scope) -> Statement:
    """The first of each queue, longest waiting first, with the household's name; one statement."""
    parts = []
    for queue in QUEUES:
        first = queue(scope).order_by("since").limit(PER_QUEUE).subquery()
        parts.append(
            select(
                literal(queue.key).label("queue"),
                first.c.dossier_id,
                first.c.since,
                first.c.target_id,
            )
        )
    found = union_all(*parts).subquery()
    return (
        select(found, Dossier.number, Household.name)
        .join(Dossier, Dossier.id == found.c.dossier_id)
        .join(Household, Household.id == Dossier.household_id)
        .order_by(found.c.since, found.c.dossier_id)
    )
