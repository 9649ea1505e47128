"""Who is written to about a contract to sign, and once it is sealed. Mails leave after the commit, once each."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from intranet.access import Role
from intranet.accounts.models import Membership, User
from intranet.dossiers.models import Dossier
from intranet.extensions import db
from intranet.mail.service import queue_mail
from intranet.signatures.rules import needed_sides
from intranet.works.mailing import Reader, followers_of, speakers_of
from intranet.works.models import Contract, Split
from intranet.works.terms import Side

_SPLIT = (
    select(Split)
    .where(Split.id == bindparam("split_id"))
    .options(
        joinedload(Split.dossier, innerjoin=True).joinedload(Dossier.household, innerjoin=True),
        joinedload(Split.dwelling, innerjoin=True),
    )
)
_ANIMATORS = (
    select(User.id, User.email, User.language)
    .join(Membership, Membership.user_id == User.id)
    .where(
        Membership.organisation_id == bindparam("partner_id"),
        Membership.role == Role.ANIMATOR,
        Membership.active,
        User.active,
    )
    .order_by(User.id)
)


def tell_to_sign(contract: Contract) -> None:
    """The document is there: the bailleur, and the works partner that holds a line, may read and sign it.

    Part of the job that makes it: does not commit.
    """
    _tell("contract_ready", contract, _outside(contract))


def tell_sealed(contract: Contract) -> None:
    """Everyone has signed and the file is sealed: each party may keep its copy. Does not commit."""
    followers = ((reader, "staff.contract") for reader in followers_of(contract.dossier_id))
    _tell("contract_sealed", contract, [*followers, *_outside(contract)])


def _outside(contract: Contract) -> Iterator[tuple[Reader, str]]:
    """The people of the other sides that have an account or a code, with the page where they find the contract."""
    split = db.session.get_one(Split, contract.split_id)
    yield from ((reader, "bailleur.contract") for reader in speakers_of(split))
    if Side.PARTNER in needed_sides(contract.lines):
        for row in db.session.execute(_ANIMATORS, {"partner_id": contract.partner_id}):
            yield Reader(*row), "signatures.contract"


def _tell(
    template: str, contract: Contract, readers: Iterator[tuple[Reader, str]] | list[tuple[Reader, str]]
) -> None:
    """Only what the bailleur and the partner may see goes into a mail: the tenant's name and the home's address."""
    split = db.session.scalars(_SPLIT, {"split_id": contract.split_id}).one()
    home = split.dwelling
    for reader, endpoint in readers:
        queue_mail(
            template,
            to=reader.email,
            language=reader.language,
            unique_key=f"{template}:{contract.id}:{reader.key}",
            number=contract.number,
            household=split.dossier.household.name,
            address=f"{home.address}, {home.postcode} {home.town}",
            url=reader.page(endpoint, contract_id=contract.id),
        )
