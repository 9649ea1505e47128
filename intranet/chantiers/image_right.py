"""The family's answer about its image: may its members be on the pictures of the chantier (``domain.md`` §6)?

It answers in its contract, and may answer again whenever it likes: what it says later stands in the history, the
contract stays as it was signed. The last answer counts; an amendment's contract asks anew. A refusal holds for
every chantier of the family, an agreement for the one it was given for.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, bindparam, or_, select

from intranet import permissions as p
from intranet.access import Scope, visible
from intranet.chantiers.models import Chantier
from intranet.chantiers.statements import not_for_bailleur
from intranet.clock import PARIS
from intranet.extensions import db
from intranet.rows import Row, Statement, fetch_one
from intranet.timeline.models import TimelineEntry
from intranet.translation import gettext as _
from intranet.web.formatting import day
from intranet.works.models import Contract, Split
from intranet.works.terms import ContractState

AGREED, REFUSED = "chantier.image_agreed", "chantier.image_refused"


class ImageRight(NamedTuple):
    """``agreed``: ``None`` while the family was not asked. ``number``: of the contract, when it answered there."""

    agreed: bool | None
    on: date | None
    number: str = ""

    @property
    def key(self) -> str:
        """What a form sends back to say which answer its page showed."""
        return {True: "agreed", False: "refused", None: ""}[self.agreed]


def last_answer() -> Statement:
    """The contract's answer and the last one since, of the chantier ``:chantier_id``."""
    since = and_(
        TimelineEntry.dossier_id == Chantier.dossier_id,  # the history is indexed by dossier
        TimelineEntry.at >= Contract.created_at,
        or_(
            TimelineEntry.kind == REFUSED,
            and_(TimelineEntry.kind == AGREED, TimelineEntry.subject_id == Chantier.id),
        ),
    )
    return (
        select(
            Contract.image_consent,
            Contract.number,
            Contract.signed_on,
            TimelineEntry.kind,
            TimelineEntry.at,
            TimelineEntry.data,
        )
        .select_from(Chantier)
        .join(Contract, Contract.id == Chantier.contract_id)
        .outerjoin(TimelineEntry, since)
        .where(Chantier.id == bindparam("chantier_id"))
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(1)
    )


_OF_SPLIT = (
    select(
        Contract.image_consent,
        Contract.number,
        Contract.signed_on,
        TimelineEntry.kind,
        TimelineEntry.at,
        TimelineEntry.data,
    )
    .select_from(Split)
    .join(Contract, Contract.dossier_id == Split.dossier_id)
    .outerjoin(Chantier, Chantier.contract_id == Contract.id)
    .outerjoin(
        TimelineEntry,
        and_(
            TimelineEntry.dossier_id == Contract.dossier_id,
            TimelineEntry.at >= Contract.created_at,
            or_(
                TimelineEntry.kind == REFUSED,
                and_(TimelineEntry.kind == AGREED, TimelineEntry.subject_id == Chantier.id),
            ),
        ),
    )
    .where(
        Split.id == bindparam("split_id"),
        Contract.state.in_((ContractState.SIGNED, ContractState.PREPARED)),
    )
    .order_by(
        (Contract.state == ContractState.SIGNED).desc(),  # what is in force before what is to be signed
        Contract.id.desc(),
        TimelineEntry.at.desc(),
        TimelineEntry.id.desc(),
    )
    .limit(1)
)


def answer_on_split(split_id: int) -> ImageRight:
    """The answer that counts for the family of a split, whose chantier may not be opened yet. One statement."""
    return image_right(fetch_one(_OF_SPLIT, split_id=split_id))


def shown_answer(scope: Scope) -> Statement:
    """The same for a page. Not for a bailleur, who sees no picture with people on it."""
    return not_for_bailleur(scope, visible(scope, last_answer(), p.CHANTIER_READ, Chantier))


def image_right(row: Row | None) -> ImageRight:
    """The answer that counts, of a row of ``last_answer``; not asked when there is none."""
    if row is None:
        return ImageRight(None, None)
    if row.kind is None:
        return ImageRight(row.image_consent, row.signed_on, row.number)
    said = (row.data or {}).get("on")  # emptied with what is held about the family
    return ImageRight(
        row.kind == AGREED, date.fromisoformat(said) if said else row.at.astimezone(PARIS).date()
    )


def right_of(chantier: Chantier) -> ImageRight:
    """The answer that counts for a chantier in hand."""
    db.session.flush()
    found = db.session.execute(last_answer(), {"chantier_id": chantier.id}).one()
    return image_right(found)  # type: ignore[arg-type]


def image_sentence(right: ImageRight) -> str:
    """What the family answered about its image, and where."""
    if right.agreed is None:
        return str(
            _(
                "La famille n’a pas encore donné d’accord écrit pour paraître sur les photos : personne n’y paraît."
            )
        )
    said = (
        _("La famille accepte de paraître sur les photos")
        if right.agreed
        else _("La famille ne veut pas paraître sur les photos")
    )
    if right.number:
        return str(_("%(said)s (contrat %(number)s).", said=said, number=right.number))
    if right.agreed:
        return str(_("%(said)s (accord écrit du %(day)s).", said=said, day=day(right.on)))
    return str(_("%(said)s (noté le %(day)s).", said=said, day=day(right.on)))
