"""The queues of the staff's home page, declared: what waits, since when, and who may move it.

A queue is "À vous de jouer" for those whose role holds its permission, and "En attente des autres" for those
whose role does not: no page asks which role a person has. The list behind a counter uses the same statement.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.chantiers.models import Chantier, ChantierState, Task, TaskState
from intranet.commitments.models import Commitment
from intranet.commitments.queries import IN_STATE
from intranet.commitments.rules import CommitmentState
from intranet.database import UtcDateTime
from intranet.dossiers.models import Dossier, DossierState, Household
from intranet.dossiers.queries import incomplete_trio
from intranet.guests.models import GuestAccess
from intranet.rent.models import RentOffset
from intranet.rows import Statement
from intranet.translation import lazy_gettext as _l
from intranet.works.models import Contract, ContractState, Side, Split, SplitState
from intranet.works.terms import GIVEN_UP
from portals.staff.queues import criteria
from portals.staff.queues.kinds import Queue, midnight, of, of_dossiers, on_split


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


def _uninsured(scope: Scope) -> Statement:
    """Chantiers that may not start for want of an attestation; the page to open is the dossier's."""
    statement = (
        select(
            Dossier.id.label("dossier_id"),
            Chantier.state_since.label("since"),
            Dossier.id.label("target_id"),
        )
        .join(Chantier, Chantier.dossier_id == Dossier.id)
        .where(criteria.UNINSURED)
    )
    return visible(scope, statement, p.DOSSIER_READ, Dossier)


QUEUES = (
    Queue(
        "unsafe_works",
        _l("Sécurité : chantier à reprendre par un avenant"),
        p.CONTRACT_ISSUE,
        "chantier",
        of(Chantier, Chantier.state_since, criteria.UNSAFE_WORKS),
    ),
    Queue(
        "unsafe_lines",
        _l("Sécurité : lignes à confier autrement"),
        p.SPLIT_WRITE,
        "split",
        of(Split, Split.turn_since, criteria.UNSAFE_LINES),
    ),
    Queue(
        "split",
        _l("Répartition à reprendre"),
        p.SPLIT_WRITE,
        "split",
        of(
            Split,
            Split.turn_since,
            Split.turn == Side.ALC,
            Split.state.in_((SplitState.DRAFT, SplitState.COUNTERED)),
            ~criteria.ANSWER_LATE,
            ~criteria.CONTRACT_REFUSED,
        ),
    ),
    Queue(
        "late",
        _l("Réponse en retard"),
        p.SPLIT_WRITE,
        "split",
        of(Split, Split.turn_since, criteria.ANSWER_LATE),
        apart=True,
    ),
    Queue(
        "contract_refused",
        _l("Contrat refusé par une partie"),
        p.SPLIT_WRITE,
        "split",
        of(Split, Split.turn_since, criteria.CONTRACT_REFUSED),
    ),
    Queue(
        "rent",
        _l("Déduction du loyer à conclure"),
        p.SPLIT_HOUSEHOLD,
        "rent",
        on_split(RentOffset, RentOffset.created_at, Split.id, criteria.RENT_TO_MOVE),
    ),
    Queue(
        "access",
        _l("Accès sans compte à renouveler"),
        p.GUEST_INVITE,
        "access",
        on_split(GuestAccess, GuestAccess.created_at, Split.id, criteria.ACCESS_ENDING),
    ),
    Queue(
        "contract",
        _l("Contrat à établir"),
        p.CONTRACT_ISSUE,
        "new_contract",
        of(Split, Split.turn_since, Split.state == SplitState.AGREED, _NO_CONTRACT),
    ),
    Queue(
        "signatures",
        _l("Contrat à faire signer"),
        p.CONTRACT_SIGN,
        "contract",
        of(Contract, Contract.created_at, Contract.state == ContractState.PREPARED, Contract.failure == ""),
    ),
    Queue(
        "contract_failed",
        _l("Document de contrat à refaire"),
        p.CONTRACT_ISSUE,
        "contract",
        of(
            Contract,
            Contract.created_at,
            Contract.failure != "",
            Contract.state.in_((ContractState.PREPARED, ContractState.SIGNED)),
        ),
    ),
    Queue(
        "open_chantier",
        _l("Chantier à ouvrir"),
        p.CHANTIER_PREPARE,
        "new_chantier",
        of(
            Contract,
            Contract.created_at,
            Contract.state == ContractState.SIGNED,
            _NO_CHANTIER,
            _in(DossierState.JOINED, DossierState.WORKS),
        ),
    ),
    Queue(
        "insurance",
        _l("Assurance à joindre"),
        p.DOSSIER_EDIT,
        "insurance",
        _uninsured,
    ),
    Queue(
        "blocked",
        _l("Chantier bloqué"),
        p.CHANTIER_RUN,
        "chantier",
        of(Chantier, Chantier.state_since, Chantier.state.in_(_RUNNING), _BLOCKED),
    ),
    Queue(
        "handover",
        _l("Travaux à réceptionner"),
        p.HANDOVER_DECIDE,
        "chantier",
        of(Chantier, Chantier.state_since, Chantier.state == ChantierState.FINISHED),
    ),
    Queue(
        "commitment_done",
        _l("Travaux du bailleur à confirmer"),
        p.COMMITMENT_CONFIRM,
        "commitment",
        of(Commitment, midnight(Commitment.done_on), IN_STATE[CommitmentState.DONE]),
    ),
    Queue(
        "visit",
        _l("Visite commune à faire"),
        p.VISIT_WRITE,
        "dossier",
        of_dossiers(Dossier.state_since, _in(DossierState.JOINED), Dossier.visited_on.is_(None)),
    ),
    Queue(
        "joining",
        _l("Adhésion à enregistrer"),
        p.DOSSIER_EDIT,
        "dossier",
        of_dossiers(Dossier.state_since, _in(DossierState.ALLOCATED)),
    ),
    Queue(
        "project",
        _l("Projet logement à lancer"),
        p.DOSSIER_EDIT,
        "dossier",
        of_dossiers(Dossier.state_since, _in(DossierState.DIAGNOSED)),
    ),
    Queue(
        "diagnosis",
        _l("Diagnostic à décider"),
        p.DOSSIER_EDIT,
        "dossier",
        of_dossiers(Dossier.state_since, _in(DossierState.SPOTTED)),
    ),
    Queue(
        "trio",
        _l("Équipe à compléter"),
        p.DOSSIER_EDIT,
        "dossier",
        of_dossiers(Dossier.state_since, _in(DossierState.JOINED, DossierState.WORKS), incomplete_trio()),
    ),
    Queue(
        "retention",
        _l("Données bientôt à effacer"),
        p.HOUSEHOLD_ERASE,
        "personal_data",
        of_dossiers(
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
        of(Split, Split.turn_since, criteria.BAILLEUR_ON_TIME),
    ),
    Queue(
        "rent_bailleur",
        _l("Accord du bailleur attendu sur le loyer"),
        None,
        "rent",
        on_split(RentOffset, RentOffset.created_at, Split.id, criteria.RENT_WITH_BAILLEUR),
    ),
    Queue(
        "commitment_overdue",
        _l("Travaux du bailleur en retard"),
        None,
        "commitment",
        of(Commitment, midnight(Commitment.due_on), IN_STATE[CommitmentState.OVERDUE]),
    ),
    Queue(
        "dwelling",
        _l("Logement attendu"),
        None,
        "dossier",
        of_dossiers(Dossier.state_since, _in(DossierState.PREPARING)),
    ),
    Queue(
        "chantier",
        _l("Chantier en cours"),
        None,
        "chantier",
        of(Chantier, Chantier.state_since, Chantier.state.in_(_RUNNING), ~_BLOCKED),
    ),
)
BY_KEY = {queue.key: queue for queue in QUEUES}
