"""Commitments in the portals: whose they are, what is seen, marked done with a file, confirmed, taken away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from intranet.access import OrganisationKind, Role
from intranet.accounts.models import User
from intranet.clock import today
from intranet.commitments.models import Commitment
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.commitments import a_photo, make_commitments, reread, say_done
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_actor, make_organisation, make_pole, make_user
from intranet.works.models import Split, SplitState
from tests.conftest import Statements
from tests.portals.splits import Browser, open_browser, text_of

pytestmark = pytest.mark.usefixtures("db_session")

LATER = timedelta(days=90)
"""The contract of the scene starts in two weeks and ends in six: everything is overdue by then."""


@dataclass
class Scene:
    app: Flask
    bailleur: Organisation
    agent: User
    coordinator: User
    dossier: Dossier
    sink: Commitment
    wall: Commitment

    def as_agent(self) -> Browser:
        return open_browser(self.app, self.agent)

    def as_alc(self) -> Browser:
        return open_browser(self.app, self.coordinator)


@pytest.fixture
def scene(app: Flask) -> Scene:
    bailleur = make_organisation(OrganisationKind.BAILLEUR)
    agent = make_user(Role.AGENT, bailleur, name="Jean Agence")
    coordinator = make_user(Role.COORDINATOR, name="Claire Coordination")
    dwelling = make_dwelling(bailleur, address="12 rue des Oliviers")
    household = make_household(make_pole("UIP"), name="Famille Diallo")
    dossier = make_dossier(dwelling=dwelling, state=DossierState.JOINED, household=household)
    sink, wall = make_commitments(make_actor(coordinator), dossier)
    return Scene(app, bailleur, agent, coordinator, dossier, sink, wall)


def send_done(
    browser: Browser, commitment: Commitment, file: tuple[io.BytesIO, str] | None, **more: str
) -> TestResponse:
    data: dict[str, object] = {
        "csrf_token": browser.token,
        "version": str(reread(commitment).version),
        "done_on": today().isoformat(),
        "note": "Posé ce matin",
        **more,
    }
    if file is not None:
        data["file"] = file
    return browser.client.post(f"/bailleur/commitments/{commitment.id}/done", data=data)


def test_the_agent_marks_it_done_with_a_photo_and_alc_confirms_it_with_the_family(scene: Scene) -> None:
    agent = scene.as_agent()
    answer = send_done(agent, scene.sink, (a_photo(), "evier.jpg"))
    assert answer.status_code == 303
    page = text_of(agent.get(answer.location))
    assert "Fait, à confirmer" in page
    assert "Posé ce matin" in page
    photo = f"/files/{reread(scene.sink).document_id}"
    assert f'src="{photo}/thumbnail"' in page
    assert agent.get(photo).status_code == 200

    alc = scene.as_alc()
    home = text_of(alc.get("/staff/"))
    assert "Travaux du bailleur à confirmer" in home
    assert f'href="/staff/commitments/{scene.sink.id}"' in home
    sent = alc.post(
        f"/staff/commitments/{scene.sink.id}/confirm",
        {"version": str(reread(scene.sink).version), "side": "household"},
    )
    assert sent.status_code == 303
    assert "C’est fait et confirmé" in text_of(alc.get(sent.location))
    assert "la famille" in text_of(agent.get(f"/bailleur/commitments/{scene.sink.id}"))
    assert "a noté que la famille confirme" in text_of(alc.get(f"/staff/dossiers/{scene.dossier.id}"))


def test_without_a_file_or_with_a_wrong_one_the_form_keeps_what_was_typed(scene: Scene) -> None:
    agent = scene.as_agent()
    for file, reason in (
        (None, "Joignez une photo des travaux, ou la facture."),
        ((io.BytesIO(b"MZ\x90\x00 renamed"), "facture.pdf"), "Ce type de fichier n’est pas accepté"),
        ((io.BytesIO(b""), "vide.jpg"), "Ce fichier est vide"),
    ):
        answer = send_done(agent, scene.sink, file)
        page = text_of(answer)
        assert answer.status_code == 422
        assert reason in page
        assert "Posé ce matin</textarea>" in page
    assert reread(scene.sink).done_on is None


def test_alc_sends_it_back_with_a_reason_that_the_bailleur_reads(scene: Scene) -> None:
    done = say_done(make_actor(scene.agent), scene.sink, today())
    alc = scene.as_alc()
    url = f"/staff/commitments/{done.id}/send-back"
    empty = alc.post(url, {"version": str(reread(done).version), "reason": ""})
    assert empty.status_code == 422
    assert "Dites au bailleur ce qui manque." in text_of(empty)
    assert alc.post(url, {"version": str(reread(done).version), "reason": "Le joint fuit"}).status_code == 303

    page = text_of(scene.as_agent().get(f"/bailleur/commitments/{done.id}"))
    assert "À faire" in page
    assert "Le joint fuit" in page


def test_a_stale_page_says_what_happened_meanwhile(scene: Scene) -> None:
    agent = scene.as_agent()
    old = str(scene.sink.version)
    say_done(make_actor(scene.agent), scene.sink, today())
    answer = send_done(agent, scene.sink, (a_photo(), "x.jpg"), version=old)

    assert answer.status_code == 409
    assert "Ces travaux sont déjà notés comme faits." in text_of(answer)


def test_nobody_elses_commitment_exists(scene: Scene, app: Flask) -> None:
    stranger = open_browser(app, make_user(Role.AGENT, make_organisation(OrganisationKind.BAILLEUR)))
    say_done(make_actor(scene.agent), scene.sink, today())
    page = f"/bailleur/commitments/{scene.sink.id}"

    assert stranger.get(page).status_code == 404
    assert send_done(stranger, scene.sink, (a_photo(), "x.jpg")).status_code == 404
    assert stranger.post(f"{page}/take-back", {"version": "1"}).status_code == 404
    assert stranger.get(f"/files/{reread(scene.sink).document_id}").status_code == 404
    assert "Remplacer l’évier" not in text_of(stranger.get("/bailleur/commitments"))
    assert "Oliviers" not in text_of(stranger.get("/bailleur/portfolio"))
    assert "évier" not in text_of(stranger.get("/exports/commitments.csv"))
    assert "Oliviers" not in text_of(stranger.get("/exports/portfolio.csv"))


def test_a_next_bailleur_of_the_same_family_does_not_open_the_proof(scene: Scene, app: Flask) -> None:
    done = say_done(make_actor(scene.agent), scene.sink, today())
    other = make_organisation(OrganisationKind.BAILLEUR)
    later = Split(
        dossier_id=scene.dossier.id,
        dwelling_id=make_dwelling(other).id,
        bailleur_id=other.id,
        state=SplitState.PROPOSED,
        number=1,
    )
    db.session.add(later)
    db.session.commit()
    agent = open_browser(app, make_user(Role.AGENT, other))

    assert agent.get(f"/files/{done.document_id}").status_code == 404


def test_a_role_that_may_not_confirm_is_refused_by_the_server_too(scene: Scene, app: Flask) -> None:
    done = say_done(make_actor(scene.agent), scene.sink, today())
    director = open_browser(app, make_user(Role.DIRECTOR, pole=make_pole("UIP")))
    page = director.get(f"/staff/commitments/{done.id}")
    assert page.status_code == 200
    assert "Qui les a vus ?" not in text_of(page)
    sent = director.post(
        f"/staff/commitments/{done.id}/confirm", {"version": str(done.version), "side": "alc"}
    )

    assert sent.status_code == 403


def test_what_is_overdue_is_red_first_on_the_home_page_and_filtered_by_its_counter(scene: Scene) -> None:
    with time_machine.travel(today() + LATER, tick=False):
        agent = scene.as_agent()
        home = text_of(agent.get("/bailleur/"))
        mine = home.partition('id="mine"')[2].partition('id="others"')[0]
        assert "Remplacer l’évier" in mine
        assert "jours de retard" in mine
        assert 'href="/bailleur/commitments?state=overdue"' in home
        listed = text_of(agent.get("/bailleur/commitments?state=overdue"))
        assert "Refaire le mur" in listed
        assert "2 résultats" in listed
        assert "Remplacer l’évier" not in text_of(agent.get("/bailleur/commitments?state=due"))
        waiting = text_of(scene.as_alc().get("/staff/"))
        assert "Travaux du bailleur en retard" in waiting
        behind = text_of(scene.as_alc().get("/staff/dossiers?queue=commitment_overdue"))
        assert "Famille Diallo" in behind


def test_the_portfolio_says_where_each_dwelling_stands_and_the_export_says_the_same(scene: Scene) -> None:
    make_dwelling(scene.bailleur, address="3 place Vide")
    agent = scene.as_agent()
    page = text_of(agent.get("/bailleur/portfolio"))
    row = page.partition("12 rue des Oliviers")[2].partition("</tr>")[0]
    assert "Famille Diallo" in row
    assert row.count("Sign") == 2  # the split and the contract
    assert "2 à faire" in row
    assert "fait" not in row.replace("à faire", "")
    assert "3 place Vide" in page
    with time_machine.travel(today() + LATER, tick=False):
        late = text_of(scene.as_agent().get("/bailleur/portfolio?late=1"))
        assert "2 en retard" in late
        assert "3 place Vide" not in late

    table = text_of(agent.get("/exports/portfolio.csv")).lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert [each[0] for each in rows[1:]] == ["3 place Vide", "12 rue des Oliviers"]  # 3 before 12
    assert rows[2][9:] == ["2", "0", "0", "0"]


def test_the_commitments_are_taken_away_as_filtered(scene: Scene) -> None:
    say_done(make_actor(scene.agent), scene.sink, today(), "=1+1")
    agent = scene.as_agent()
    table = text_of(agent.get("/exports/commitments.csv?state=done")).lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))

    assert len(rows) == 2
    assert rows[1][2:4] == ["Famille Diallo", "12 rue des Oliviers"]
    assert rows[1][8:11] == ["Fait, à confirmer", today().isoformat(), "'=1+1"]
    assert agent.get("/exports/commitments.xlsx").status_code == 200


def test_a_wrong_filter_counts_as_none(scene: Scene) -> None:
    agent = scene.as_agent()
    for query in ("state=nothing", "state=due&sort=price", "q=%25", "page=9999", "late=yes"):
        assert agent.get(f"/bailleur/commitments?{query}").status_code == 200
        assert agent.get(f"/bailleur/portfolio?{query}").status_code == 200
        assert agent.get(f"/exports/commitments.csv?{query}").status_code == 200


def test_lists_take_as_many_statements_for_many_as_for_two(
    scene: Scene, count_statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    agent = scene.as_agent()
    seen = []
    for _again in range(2):
        counts = []
        for url in ("/bailleur/commitments", "/bailleur/portfolio", "/bailleur/"):
            agent.get(url)
            with count_statements() as statements:
                assert agent.get(url).status_code == 200
            counts.append(statements.count)
        seen.append(counts)
        for number in range(3):
            home = make_dwelling(scene.bailleur, address=f"{number} avenue Neuve")
            make_commitments(
                make_actor(scene.coordinator), make_dossier(dwelling=home, state=DossierState.JOINED)
            )

    assert seen[0] == seen[1]
