"""The queues of the homes that a negotiation fills: late answers, rent, refused contracts, accesses, insurance."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.access import Role
from intranet.accounts.models import User
from intranet.clock import at, now
from intranet.database import writing
from intranet.dossiers.models import Dossier, DossierState
from intranet.extensions import db
from intranet.signatures.commands import RefuseToSign, Signer
from intranet.signatures.queries import document_digest
from intranet.signatures.service import refuse_to_sign
from intranet.testing.chantiers import attest, make_chantier
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_pole, make_user, sign_in
from intranet.testing.guests import make_access
from intranet.testing.rent import consent_bailleur, consent_tenant, make_offset
from intranet.testing.works import (
    agree_split,
    fresh,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
)
from intranet.typography import FIXED
from intranet.works.commands import ChangeLine, SendBack
from intranet.works.models import Side, Split, SplitState
from intranet.works.service import change_line, send_back, sweep_silence

pytestmark = pytest.mark.usefixtures("db_session")

Counting = Callable[[], AbstractContextManager[Any]]


def days_before(days: int) -> AbstractContextManager[None]:
    return at(now() - timedelta(days=days))


def a_split(state: SplitState = SplitState.PROPOSED, *, pole: str = "UIP") -> Split:
    dossier = make_dossier(make_pole(pole), state=DossierState.JOINED)
    return make_split(dossier, 2, state)


def home(client: FlaskClient, user: User, portal: str = "staff") -> str:
    sign_in(client, user)
    return unescape(client.get(f"/{portal}/").text).replace(FIXED, " ")


def coordinator_home(client: FlaskClient) -> str:
    return home(client, make_user(Role.COORDINATOR))


def part(page: str, name: str) -> str:
    """A section of the home, by the id of its title; empty when it is not there."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def number_of(split: Split) -> str:
    return db.session.get_one(Dossier, split.dossier_id).number


def behind(client: FlaskClient, queue: str) -> str:
    return client.get(f"/staff/dossiers?queue={queue}").text


def reword(split: Split) -> None:
    """ALC changes the first line: whatever was said of it is to be said again."""
    line = lines_of(split.id)[0]
    wanted = ChangeLine(
        line.id,
        line.version,
        line.room,
        line.need,
        line.holder,
        line.materials_payer,
        kind_id=line.kind_id,
        materials_cents=5_000,
    )
    with writing():
        change_line(make_parties(split).coordinator, wanted)


def sweep() -> None:
    with writing():
        sweep_silence()


def test_a_bailleur_that_was_reminded_is_late_with_its_name_the_home_and_the_days_left(
    client: FlaskClient,
) -> None:
    with days_before(12):
        split = a_split()
    waited = part(coordinator_home(client), "others")
    assert "Réponse du bailleur attendue" in waited
    sweep()
    page = coordinator_home(client)
    late = part(page, "late")
    bailleur = make_parties(fresh(split.id)).agent.organisation_name
    assert f'href="/staff/splits/{split.id}"' in late
    assert bailleur in late
    assert re.search(r"Encore (9|1\d) jours", late)  # of 21, which end on a business day
    assert "12 jours" in late
    assert "Réponse du bailleur attendue" not in page
    assert number_of(split) in behind(client, "late")


def test_what_came_back_without_an_answer_is_late_and_is_not_told_twice(client: FlaskClient) -> None:
    with days_before(30):
        split = a_split()
    sweep()
    assert fresh(split.id).silent
    page = coordinator_home(client)
    assert "Revenue sans réponse" in part(page, "late")
    assert "Répartition à reprendre" not in page


def test_a_family_waited_for_alone_is_late_after_a_week_until_it_answers(client: FlaskClient) -> None:
    with days_before(8):
        late = a_split(SplitState.COUNTERED).id
    recent = a_split(SplitState.COUNTERED).id
    shown = part(coordinator_home(client), "late")
    assert "La famille" in shown
    assert "À recueillir" in shown
    assert number_of(fresh(late)) in shown
    assert number_of(fresh(recent)) not in shown
    with writing():
        agree_split(late)
    assert not part(coordinator_home(client), "late")


def test_a_bailleur_that_disputes_a_line_keeps_nobody_waiting_for_the_family(client: FlaskClient) -> None:
    with days_before(8):
        split = a_split(SplitState.COUNTERED)
        reword(split)
    page = coordinator_home(client)
    assert not part(page, "late")
    assert number_of(split) in part(page, "mine")


def test_late_answers_are_those_of_the_dossiers_one_follows(client: FlaskClient) -> None:
    with days_before(12):
        mine, theirs = a_split(), a_split(pole="PEP")
    sweep()
    uip = make_pole("UIP")
    for user in (make_user(Role.REFERENT, pole=uip), make_user(Role.DIRECTOR, pole=uip)):
        late = part(home(client, user), "late")
        assert number_of(mine) in late
        assert number_of(theirs) not in late
    late = part(coordinator_home(client), "late")
    assert number_of(mine) in late
    assert number_of(theirs) in late


def test_a_rent_clause_waits_for_each_side_that_has_not_agreed_to_these_figures(client: FlaskClient) -> None:
    split = a_split(SplitState.DRAFT)
    make_offset(split.id)
    assert "loyer" not in part(coordinator_home(client), "mine")  # still being written
    with writing():
        propose_split(split.id)
    agent = db.session.get_one(User, make_parties(fresh(split.id)).agent.user_id)
    asked = f'href="/bailleur/splits/{split.id}/rent"'

    def shown() -> tuple[bool, bool, bool]:
        page = coordinator_home(client)
        return (
            "Déduction du loyer à conclure" in part(page, "mine"),
            "Accord du bailleur attendu sur le loyer" in part(page, "others"),
            asked in part(home(client, agent, "bailleur"), "mine"),
        )

    assert shown() == (True, True, True)
    consent_tenant(split.id)
    assert shown() == (False, True, True)
    consent_bailleur(split.id)
    assert shown() == (False, False, False)
    with writing():
        send_split_back(split.id)
    reword(split)
    assert shown() == (True, True, True)
    consent_bailleur(split.id, given=False)
    assert shown() == (True, False, False)  # refused: ALC takes it up


def test_a_clause_without_its_receipts_is_alcs_to_complete(client: FlaskClient) -> None:
    split = a_split(SplitState.DRAFT)
    make_offset(split.id, documented=False)
    with writing():
        propose_split(split.id)
    page = coordinator_home(client)
    assert "Déduction du loyer à conclure" in part(page, "mine")
    assert "Accord du bailleur attendu" not in page
    assert number_of(split) in behind(client, "rent")


def test_a_contract_that_a_party_refuses_waits_until_something_is_proposed_again(client: FlaskClient) -> None:
    split = a_split(SplitState.AGREED)
    contract = make_contract(split.id)
    agent = make_parties(fresh(split.id)).agent
    user = db.session.get_one(User, agent.user_id)
    assert f'href="/bailleur/contracts/{contract.id}"' in part(home(client, user, "bailleur"), "mine")
    with writing():
        signer = Signer(contract.id, Side.BAILLEUR, agent.name, document_digest(contract.id))
        refuse_to_sign(agent, RefuseToSign(signer, "Les dates ne conviennent pas."))
    a_split()  # what is proposed to others changes nothing
    mine = part(coordinator_home(client), "mine")
    assert "Contrat refusé par une partie" in mine
    assert "Répartition à reprendre" not in mine
    with writing():
        propose_split(split.id)
        send_back(agent, SendBack(split.id, fresh(split.id).version, "C’est bon pour nous."))
    mine = part(coordinator_home(client), "mine")
    assert "Contrat refusé par une partie" not in mine
    assert "Répartition à reprendre" in mine


def test_an_access_about_to_end_is_renewed_in_time(client: FlaskClient) -> None:
    split = a_split()
    coordinator = make_parties(fresh(split.id)).coordinator
    make_access(coordinator, split.id, days=5)
    mine = part(coordinator_home(client), "mine")
    assert "Accès sans compte à renouveler" in mine
    assert f'href="/staff/splits/{split.id}/access"' in mine
    make_access(coordinator, split.id, days=30)
    assert "Accès sans compte à renouveler" not in coordinator_home(client)


def test_an_access_of_a_side_nobody_waits_for_may_end(client: FlaskClient) -> None:
    split = a_split()
    make_access(make_parties(fresh(split.id)).coordinator, split.id, Side.HOUSEHOLD, days=2)
    assert "Accès sans compte à renouveler" not in coordinator_home(client)


def test_a_family_without_insurance_on_the_day_of_start_is_asked_for_it(client: FlaskClient) -> None:
    cast = make_chantier()
    assert "Assurance à joindre" in part(coordinator_home(client), "mine")
    assert f'href="/staff/dossiers/{cast.dossier.id}/insurance"' in part(coordinator_home(client), "mine")
    attest(cast)
    assert "Assurance à joindre" not in coordinator_home(client)


def test_the_home_asks_as_many_statements_for_ten_late_answers_as_for_one(
    app: Flask, client: FlaskClient, count_statements: Counting
) -> None:
    sign_in(client, make_user(Role.COORDINATOR))

    def cost() -> int:
        client.get("/staff/").close()
        with count_statements() as seen:
            client.get("/staff/").close()
        return int(seen.count)

    with days_before(12):
        a_split()
    sweep()
    one = cost()
    with days_before(12):
        for _more in range(9):
            make_offset(a_split(SplitState.DRAFT).id)
    sweep()
    assert cost() == one
