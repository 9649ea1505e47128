"""Who signs a contract, and with what, for the tests of signatures."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image
from sqlalchemy import select

from intranet.access import Actor
from intranet.clock import today
from intranet.extensions import db
from intranet.signatures.commands import OnPaper
from intranet.signatures.models import Signature
from intranet.testing.files import received
from intranet.testing.works import a_signer, fresh, make_parties
from intranet.works.models import Contract
from intranet.works.terms import Side


def coordinator(contract: Contract) -> Actor:
    return make_parties(fresh(contract.split_id)).coordinator


def agent(contract: Contract) -> Actor:
    return make_parties(fresh(contract.split_id)).agent


def a_picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(file, "PNG")
    file.seek(0)
    return file


def paper(contract: Contract, side: Side = Side.HOUSEHOLD, **changes: object) -> OnPaper:
    command = OnPaper(a_signer(contract.id, side), today(), received(a_picture(), "page.png"))
    return replace(command, **changes)  # type: ignore[arg-type]


def signatures(contract_id: int) -> dict[Side, Signature]:
    found = db.session.scalars(select(Signature).where(Signature.contract_id == contract_id))
    return {each.side: each for each in found}


def stored(contract_id: int) -> Contract:
    return db.session.get_one(Contract, contract_id, populate_existing=True)
