"""The statements of the page that opens a chantier from its contract."""

from __future__ import annotations

from sqlalchemy import Select, bindparam, select

from intranet import permissions as p
from intranet.access import Role, Scope, visible
from intranet.accounts.models import Membership, User
from intranet.chantiers.models import Chantier
from intranet.dossiers.models import Dwelling, Household
from intranet.organisations.models import Organisation
from intranet.rows import Statement
from intranet.search.folding import SortKey
from intranet.works.models import Contract
from intranet.works.queries import with_home_of_contract


def contract_to_open(scope: Scope) -> Statement:
    """The contract ``:contract_id`` a chantier may be opened from, with the chantier opened already if any."""
    to_open = select(
        Contract.id,
        Contract.number,
        Contract.state,
        Contract.starts_on,
        Contract.ends_on,
        Contract.partner_id,
        Contract.dossier_id,
        Household.name.label("tenant"),
        Dwelling.address,
        Dwelling.town,
        Organisation.name.label("partner"),
        Chantier.id.label("chantier_id"),
    )
    statement = (
        with_home_of_contract(to_open)
        .outerjoin(Organisation, Organisation.id == Contract.partner_id)
        .outerjoin(Chantier, Chantier.contract_id == Contract.id)
        .where(Contract.id == bindparam("contract_id"))
    )
    return visible(scope, statement, p.CHANTIER_PREPARE, Contract)


def animators(_scope: Scope | None = None) -> Select[int, str]:
    """People who run chantiers for the organisation ``:partner_id``."""
    return (
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == bindparam("partner_id"),
            Membership.role == Role.ANIMATOR,
            Membership.active,
            User.active,
        )
        .order_by(SortKey(User.name), User.id)
    )
