"""What the demonstration does not show: a contract that waits for its signatures, a rent clause to answer, codes and
links that were mailed. Made by the real services, in the database of a running installation.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import select

from intranet.access import Actor, Role
from intranet.accounts import links, second_factor
from intranet.accounts.links import Purpose
from intranet.accounts.models import Membership, User
from intranet.app import create_app
from intranet.clock import now
from intranet.commitments.models import Commitment
from intranet.config import Settings
from intranet.database import writing
from intranet.demo.people import AZUR, COMPAGNONS
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.guests.service import OpenedAccess
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_user
from intranet.testing.guests import make_access
from intranet.testing.rent import make_offset
from intranet.testing.works import bring_split, kind_id, lines_of, make_contract, make_parties, make_split
from intranet.works import service
from intranet.works.commands import AddLine
from intranet.works.models import Contract, Split
from intranet.works.terms import Holder, Need, Side, SplitState
from tests.e2e.site import Site, environment

TILES = "E.4"  # a transformation: the family does it with the bailleur's written consent only
PATIENCE = 30.0  # seconds for the worker of the installation to make a document it took before us


@dataclass(frozen=True, slots=True)
class Stage:
    """Numbers to put into addresses, and what lets guests in."""

    split: int
    """Proposed to Azur Habitat, with a rent clause and a line that needs the written consent."""
    line: int
    returned: int
    """Sent back by the bailleur, every line accepted: the family's answer is next."""
    agreed: int
    """By all, without a contract yet."""
    contract: int
    """Of Azur Habitat and Compagnons Bâtisseurs, who all have yet to sign."""
    dossier: int
    invitation: str
    password: str
    careful: str
    """The address of somebody who signs in with a second factor."""
    answering: OpenedAccess
    """The bailleur's code to `split`."""
    signing: OpenedAccess
    """The bailleur's code to the split of `contract`."""
    family: OpenedAccess
    """The household's."""
    commitment: int
    """Of a bailleur, said done and yet to be confirmed."""
    promising: OpenedAccess
    """The bailleur's code to the split of `commitment`."""
    promised: OpenedAccess
    """The household's."""

    def address(self, template: str) -> str:
        """`template` with its names filled in."""
        return template.format(
            split=self.split,
            line=self.line,
            returned=self.returned,
            agreed=self.agreed,
            access=self.answering.access_id,
            contract=self.contract,
            commitment=self.commitment,
            dossier=self.dossier,
            invitation=self.invitation,
            password=self.password,
        )


def set_stage(site: Site) -> Stage:
    """Make it all in the site's database."""
    app = create_app(Settings.from_env(environment(site.folder)))
    with app.test_request_context():
        try:
            return _make()
        finally:
            db.session.remove()
            db.engine.dispose()


def _make() -> Stage:
    coordinator = _first(Role.COORDINATOR)
    negotiated, returned, agreed, signed = (_draft() for _each in range(4))
    make_offset(negotiated)
    bring_split(negotiated, SplitState.PROPOSED)
    bring_split(returned, SplitState.COUNTERED)
    bring_split(agreed, SplitState.AGREED)
    with writing():
        service.add_line(
            coordinator,
            AddLine(signed, "Séjour", Need.WISHED, kind_id=kind_id("III.a.4"), holder=Holder.PARTNER),
        )
    bring_split(signed, SplitState.AGREED)
    with writing():
        contract = make_contract(signed, _organisation(COMPAGNONS)).id
    _await_document(contract)
    with writing():
        careful = make_user(Role.TECHNICAL)
        careful.totp_secret, careful.totp_since = second_factor.seal(second_factor.new_secret()), now()
        stranger = make_user(Role.TECHNICAL)
        invitation = links.issue(stranger.id, Purpose.INVITATION)
        password = links.issue(careful.id, Purpose.PASSWORD)
        db.session.commit()
    commitment, kept = _said_done()
    return Stage(
        split=negotiated,
        line=lines_of(negotiated)[-1].id,
        returned=returned,
        agreed=agreed,
        contract=contract,
        dossier=make_dossier(state=DossierState.JOINED).id,
        invitation=invitation,
        password=password,
        careful=careful.email,
        answering=make_access(coordinator, negotiated),
        signing=make_access(coordinator, signed),
        family=make_access(coordinator, signed, Side.HOUSEHOLD),
        commitment=commitment,
        promising=make_access(coordinator, kept),
        promised=make_access(coordinator, kept, Side.HOUSEHOLD),
    )


def _draft() -> int:
    """A split in ALC's hands of a dwelling of Azur Habitat, with a line that asks for its written consent."""
    dwelling = make_dwelling(_organisation(AZUR), asbestos=Survey.CLEAR, lead=Survey.CLEAR)
    split: Split = make_split(make_dossier(state=DossierState.JOINED, dwelling=dwelling), 2)
    with writing():
        line = AddLine(split.id, "Cuisine", Need.WISHED, kind_id=kind_id(TILES))
        service.add_line(make_parties(split).coordinator, line)
    return split.id


def _said_done() -> tuple[int, int]:
    """A commitment of the demonstration, and its split."""
    statement = (
        select(Commitment.id, Contract.split_id)
        .join(Contract, Contract.id == Commitment.contract_id)
        .where(Commitment.done_on.is_not(None), Commitment.confirmed_on.is_(None))
        .order_by(Commitment.id)
    )
    commitment, split = db.session.execute(statement).first() or (0, 0)
    assert commitment, "the demonstration shows nothing that waits to be confirmed"
    return commitment, split


def _await_document(contract_id: int) -> None:
    end = time.monotonic() + PATIENCE
    while db.session.get_one(Contract, contract_id, populate_existing=True).document_id is None:
        assert time.monotonic() < end, "the contract's document was not made"
        db.session.rollback()
        time.sleep(0.1)


def _organisation(name: str) -> Organisation:
    return db.session.scalars(select(Organisation).where(Organisation.name == name)).one()


def _first(role: Role) -> Actor:
    statement = select(User).join(Membership).where(Membership.role == role).order_by(User.id)
    return make_actor(db.session.scalars(statement).first())  # type: ignore[arg-type]
