"""Every link of every account: nothing breaks, and nothing of one organisation opens for another."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import or_, select

from intranet.accounts.models import Membership, User
from intranet.chantiers.models import Chantier
from intranet.demo.people import (
    ADMIN,
    AGENT_AZUR,
    AGENT_RIVIERA,
    ANIMATOR,
    COORDINATION,
    DIRECTOR,
    REFERENT,
    TECHNICAL,
)
from intranet.documents.models import Document
from intranet.extensions import db
from intranet.works.models import Contract, Split
from tests.e2e.crawl import Seen, sign_in
from tests.e2e.people import EVERYONE, OUTSIDE

OPEN_TO_ALL = ("/static/", "/account", "/login", "/search", "/offline", "/directory", "/password")
"""Pages that hold nothing of an organisation, or only what the person herself may see (search)."""


def test_every_link_of_every_account_leads_somewhere(seen: dict[str, Seen]) -> None:
    wrong = [
        f"{email}: {status} {address} (linked from {them.found_on[address]})"
        for email, them in seen.items()
        for address, status in them.statuses.items()
        if status not in (200, 302, 303, 304, 308)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_account_finds_its_pages(seen: dict[str, Seen]) -> None:
    for email in EVERYONE:
        portal = {AGENT_AZUR: "bailleur", AGENT_RIVIERA: "bailleur", ANIMATOR: "partner"}.get(email, "staff")
        own = [address for address in seen[email].opened if address.startswith(f"/{portal}/")]
        assert len(own) > 5, f"{email} found {own}"


@pytest.mark.parametrize("email", OUTSIDE)
def test_no_page_of_another_organisation_opens_for(email: str, app: Flask, seen: dict[str, Seen]) -> None:
    client = app.test_client()
    sign_in(client, email)
    foreign = {
        address
        for other in EVERYONE
        for address in seen[other].opened - seen[email].opened
        if not address.startswith(OPEN_TO_ALL) and address != "/"
    }
    own = _own_contracts(app, email)
    foreign -= {
        file for files in own.values() for file in files
    }  # a contract's page links the last of its files only
    others_places = {address for address in foreign if _contract_signed_at(address) in own}
    foreign -= others_places
    assert foreign
    answers = {address: client.get(address).status_code for address in sorted(foreign)}
    objects = {address: status for address, status in answers.items() if re.search(r"/\d+", address)}
    assert {address for address, status in answers.items() if status == 200} <= _lists_with_filters(foreign)
    assert set(objects.values()) == {404}
    staff = {status for address, status in answers.items() if address.startswith("/staff/")}
    assert staff == {404}
    # She sees the contract, and signs it for nobody else.
    assert {client.get(address).status_code for address in others_places} <= {403}


def _own_contracts(app: Flask, email: str) -> dict[int, set[str]]:
    """The contracts to which the person's organisation is a party, and their files, by the tables alone."""
    with app.app_context():
        organisation = (
            select(Membership.organisation_id)
            .join(User, User.id == Membership.user_id)
            .where(User.email == email)
        )
        contracts = db.session.execute(
            select(
                Contract.id, Contract.document_id, Contract.reading_document_id, Contract.sealed_document_id
            )
            .join(Split, Split.id == Contract.split_id)
            .where(or_(Split.bailleur_id.in_(organisation), Contract.partner_id.in_(organisation)))
        )
        return {number: {f"/files/{file}" for file in files if file} for number, *files in contracts}


def _contract_signed_at(address: str) -> int | None:
    """The contract whose signing page this is."""
    found = re.match(r"/contracts/(\d+)/sign/", address)
    return int(found.group(1)) if found else None


def _lists_with_filters(addresses: set[str]) -> set[str]:
    """A list with other filters is still one's own list."""
    return {address for address in addresses if "?" in address and not address.startswith("/staff/")}


@pytest.mark.parametrize("email", [REFERENT, TECHNICAL, DIRECTOR])
def test_staff_confined_to_some_dossiers_open_no_other(email: str, app: Flask, seen: dict[str, Seen]) -> None:
    with app.app_context():
        dossier_of = _dossier_of_each_page()
    own = {dossier_of(address) for address in seen[email].opened} - {None}
    client = app.test_client()
    sign_in(client, email)
    others = {
        address: dossier
        for address in seen[COORDINATION].opened | seen[ADMIN].opened
        if (dossier := dossier_of(address)) is not None and dossier not in own
    }
    assert own
    assert others
    # 403: the role may not do that on any dossier, which says nothing of this one.
    assert {client.get(address).status_code for address in others} <= {403, 404}


def _dossier_of_each_page() -> Callable[[str], int | None]:
    """A function that says which dossier a page is about."""
    tables: dict[str, Any] = {
        "splits": Split,
        "contracts": Contract,
        "chantiers": Chantier,
        "files": Document,
    }
    known = {
        name: {row.id: row.dossier_id for row in db.session.execute(select(model.id, model.dossier_id))}
        for name, model in tables.items()
    }

    def dossier_of(address: str) -> int | None:
        found = re.match(r"(?:/staff)?/(dossiers|splits|contracts|chantiers|files)/(\d+)", address)
        if found is None:
            return None
        kind, number = found.group(1), int(found.group(2))
        return number if kind == "dossiers" else known[kind].get(number)

    return dossier_of
