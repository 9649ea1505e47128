"""The list before a chantier starts, on the partner's page and on ALC's: ticked by hand, or shown by a record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from intranet.accounts.models import User
from intranet.chantiers.rules import BY_FACT
from intranet.chantiers.terms import StartItem
from intranet.clock import at, now, today
from intranet.extensions import db
from intranet.testing.chantiers import Cast, attest, make_chantier, tick_all
from intranet.testing.factories import csrf_token, sign_in
from intranet.web.formatting import day

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def cast(db_session: object) -> Cast:
    return make_chantier()


def on_site(client: FlaskClient, cast: Cast) -> str:
    sign_in(client, cast.animator_user)
    return client.get(f"/partner/chantiers/{cast.chantier.id}").text


def at_alc(client: FlaskClient, cast: Cast) -> str:
    coordinator = db.session.get_one(User, cast.coordinator.user_id)
    sign_in(client, coordinator)
    return client.get(f"/staff/chantiers/{cast.chantier.id}").text


def insurance(page: str) -> str:
    """What the page says of the insurance."""
    return page[page.index("Assurance du locataire en cours") :].split("</li>")[0]


def test_the_list_is_ticked_and_the_refusal_names_what_is_missing(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.animator_user)
    where = f"/partner/chantiers/{cast.chantier.id}"
    token = csrf_token(client, "/account/profile")

    def post(path: str, **data: object) -> tuple[int, str]:
        answer = client.post(where + path, data={"csrf_token": token, **data})
        return answer.status_code, answer.text

    assert post("/start", item="diagnostics")[0] == 303
    status, page = post("/move", move="clear", version=cast.chantier.version)
    assert status == 422
    assert "assurance du locataire en cours, équipements" in page
    for item in BY_FACT:
        assert post("/start", item=item)[0] == 422
    assert post("/start", item="moon")[0] == 400


def test_every_item_that_somebody_ticks_has_its_button(client: FlaskClient, cast: Cast) -> None:
    page = on_site(client, cast)
    assert all((f'value="{item}"' in page) is (item not in BY_FACT) for item in StartItem)


def test_without_an_attestation_the_list_says_so_and_leads_those_who_may_to_it(
    client: FlaskClient, cast: Cast
) -> None:
    where = f'href="/staff/dossiers/{cast.dossier.id}/insurance"'
    seen = insurance(on_site(client, cast))
    assert "aucune attestation n’est jointe" in seen
    assert "Le référent de la famille la joint" in seen
    assert where not in seen
    assert where in insurance(at_alc(client, cast))


def test_the_attestation_is_shown_with_its_day_and_alc_alone_opens_it(
    client: FlaskClient, cast: Cast
) -> None:
    attest(cast, days=40)
    until = day(today() + timedelta(days=40))
    seen = insurance(on_site(client, cast))
    assert f"attestation valable jusqu’au {until}<" in seen
    assert "/files/" not in seen
    seen = insurance(at_alc(client, cast))
    assert 'href="/files/' in seen
    assert "/insurance" not in seen


def test_an_attestation_that_ends_too_soon_says_when_and_asks_for_another(
    client: FlaskClient, cast: Cast
) -> None:
    attest(cast, days=40)
    cast.chantier.planned_start = today() + timedelta(days=60)
    db.session.commit()
    seen = insurance(at_alc(client, cast))
    assert "avant le début prévu le" in seen
    assert "/insurance" in seen
    with at(now() + timedelta(days=41)):
        assert "attestation expirée le" in insurance(on_site(client, cast))


def test_the_partners_home_counts_what_is_gathered(client: FlaskClient, cast: Cast) -> None:
    attest(cast)
    sign_in(client, cast.animator_user)
    assert "2 sur 7" in client.get("/partner/").text
    tick_all(cast)
    assert "La liste de démarrage est complète" in client.get("/partner/").text
