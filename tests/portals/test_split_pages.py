"""ALC's pages of the split: visit, table, household's answer, contract; refusals that lose nothing."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_organisation, make_pole, make_user
from intranet.testing.works import add_easy_line, kind_id, make_catalogue, make_contract, make_parties
from intranet.works.models import Contract, LineAnswer, Split, WorksLine
from intranet.works.terms import ContractState, Holder, Payer, Side, SplitState
from tests.portals.splits import Browser, Scene, make_scene, open_browser, row_of

pytestmark = pytest.mark.usefixtures("db_session")


def text_of(answer: object) -> str:
    return unescape(answer.get_data(as_text=True))  # type: ignore[attr-defined]


def split_of(dossier_id: int) -> Split:
    db.session.expire_all()
    return db.session.scalars(db.select(Split).where(Split.dossier_id == dossier_id)).one()


@pytest.fixture
def housed(app: Flask) -> Dossier:
    """A household that joined, in a flat whose reports are clear, with no split yet."""
    make_catalogue()
    dwelling = make_dwelling(asbestos=Survey.CLEAR, lead=Survey.CLEAR)
    return make_dossier(dwelling=dwelling, state=DossierState.JOINED)


@pytest.fixture
def alc(app: Flask) -> Browser:
    return open_browser(app, make_user(Role.COORDINATOR, name="Claire Coordination"))


def visit_form(code: str = "III.a.4", **more: str) -> dict[str, str]:
    kind = str(kind_id(code)) if code else ""
    return {"room": "Cuisine", "need": "needed", "cause": "use", "kind_id": kind, **more}


# The joint visit


def test_the_first_line_opens_the_split_and_the_room_is_kept_for_the_next(
    housed: Dossier, alc: Browser
) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    added = alc.post(url, visit_form(materials_cents="1 234,50", minutes="7h30"))
    assert added.status_code == 303
    assert split_of(housed.id).state is SplitState.DRAFT
    line = db.session.scalars(db.select(WorksLine)).one()
    assert (line.holder, line.materials_cents, line.minutes) == (Holder.TENANT, 123_450, 450)
    page = text_of(alc.get(added.location.partition("#")[0]))
    assert 'value="Cuisine"' in page
    assert "Ligne ajoutée" in page
    assert "décret 87-712" in page


def test_opening_the_visit_page_writes_nothing(housed: Dossier, alc: Browser) -> None:
    assert alc.get(f"/staff/dossiers/{housed.id}/visit").status_code == 200
    assert db.session.scalars(db.select(Split)).all() == []


def test_the_visit_needs_a_dwelling_and_says_so(app: Flask, alc: Browser) -> None:
    make_catalogue()
    dossier = make_dossier(state=DossierState.PREPARING)
    page = alc.get(f"/staff/dossiers/{dossier.id}/visit")
    assert "Enregistrez d’abord l’attribution" in text_of(page)
    refused = alc.post(f"/staff/dossiers/{dossier.id}/visit", visit_form())
    assert refused.status_code == 422


def test_a_locked_line_is_shown_locked_with_its_reason(housed: Dossier, alc: Browser) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    alc.post(url, visit_form("L.5"))
    page = text_of(alc.get(url))
    assert "Verrouillé" in page
    assert "ces travaux restent au bailleur" in page


def test_a_locked_line_forged_to_the_tenant_comes_back_with_the_reason(housed: Dossier, alc: Browser) -> None:
    forged = visit_form("L.5", holder="tenant", label="Mes mots à garder")
    answer = alc.post(f"/staff/dossiers/{housed.id}/visit", forged)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "ces travaux restent au bailleur" in page
    assert "Mes mots à garder" in page


def test_a_partly_professional_kind_asks_its_question_first(housed: Dossier, alc: Browser) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    asked = alc.post(url, visit_form("VI.a.1", holder="tenant"))
    assert asked.status_code == 422
    assert "sans toucher aux circuits" in text_of(asked)
    assert 'name="condition_met"' in text_of(asked)
    answered = alc.post(url, visit_form("VI.a.1", holder="tenant", condition_met="yes"))
    assert answered.status_code == 303


def test_a_transformation_needs_the_day_of_the_consent(housed: Dossier, alc: Browser) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    asked = alc.post(url, visit_form("E.4", need="wished", holder="tenant"))
    assert asked.status_code == 422
    assert 'name="consent_on"' in text_of(asked)
    day = (today() - timedelta(days=3)).strftime("%d/%m/%Y")
    assert alc.post(url, visit_form("E.4", need="wished", holder="tenant", consent_on=day)).status_code == 303


def test_the_default_is_told_before_saving(housed: Dossier, alc: Browser) -> None:
    url = f"/staff/dossiers/{housed.id}/visit/default?kind_id={kind_id('L.5')}&need=needed&cause=use"
    page = text_of(alc.get(url))
    assert "<html" not in page
    assert "Le bailleur" in page
    assert "Verrouillé" in page


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("materials_cents", "douze", "1 234,50"),
        ("minutes", "longtemps", "7,5"),
        ("consent_on", "03/25/2019", "le jour vient avant le mois"),
        ("room", "", "Indiquez la pièce"),
        ("room", "a" * 10_000, "60 au plus"),
        ("label", "Appeler le 1 84 12 76 451 089 46", "sécurité sociale"),
        ("need", "absolutely", ""),
        ("holder", "everyone", ""),
        ("kind_id", "999999", "catalogue"),
    ],
)
def test_wrong_input_comes_back_with_a_reason_and_what_was_typed(
    housed: Dossier, alc: Browser, field: str, typed: str, said: str
) -> None:
    answer = alc.post(f"/staff/dossiers/{housed.id}/visit", visit_form(**{field: typed}))
    page = text_of(answer)
    assert answer.status_code == 422
    assert said in page
    assert db.session.scalars(db.select(WorksLine)).all() == []


@pytest.mark.parametrize("words", ["Peindre 🎨 la fresque", "دهان الجدار", "a" * 200])
def test_a_free_line_may_hold_any_writing(housed: Dossier, alc: Browser, words: str) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    assert alc.post(url, visit_form("", label=words, need="wished")).status_code == 303
    assert words in text_of(alc.get(url))


def test_a_line_is_copied_to_another_room_and_removed(housed: Dossier, alc: Browser) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    alc.post(url, visit_form())
    split = split_of(housed.id)
    line = db.session.scalars(db.select(WorksLine)).one()
    here = f"/staff/splits/{split.id}/lines/{line.id}"
    assert alc.post(f"{here}/copy", {"room": "Chambre 2", "from": "visit"}).location.endswith("visit#lines")
    rooms = db.session.scalars(db.select(WorksLine.room).order_by(WorksLine.id)).all()
    assert rooms == ["Cuisine", "Chambre 2"]
    alc.post(f"{here}/remove", {"version": str(line.version), "from": "visit"})
    assert db.session.scalars(db.select(WorksLine.room)).all() == ["Chambre 2"]


# The table


def test_the_disputed_lines_come_first_with_the_counter_beside(app: Flask) -> None:
    scene = make_scene(app, SplitState.PROPOSED, lines=3)
    last = scene.lines[-1]
    counter_and_send(scene, last)
    page = text_of(scene.alc().get(f"/staff/splits/{scene.split_id}"))
    order = [int(found) for found in re.findall(r'<tbody id="line-(\d+)"', page)]
    assert order[0] == last.id
    row = row_of(page, last.id)
    assert "Adopter : Partagé (famille : 40 %)" in row
    assert "Garder notre proposition" in row
    assert "« À deux »" in row


def counter_and_send(scene: Scene, line: WorksLine) -> None:
    bailleur = scene.bailleur()
    bailleur.post(
        f"/bailleur/splits/{scene.split_id}/lines/{line.id}/answer",
        {
            "digest": line.digest,
            "answer": "countered",
            "holder": "shared",
            "share": "40",
            "payer": "bailleur",
            "comment": "À deux",
        },
    )
    bailleur.post(f"/bailleur/splits/{scene.split_id}/accept", {"version": str(scene.split.version)})
    bailleur.post(f"/bailleur/splits/{scene.split_id}/send-back", {"version": str(scene.split.version)})


def test_adopting_takes_the_offer_in_one_click(app: Flask) -> None:
    scene = make_scene(app)
    line = scene.lines[0]
    counter_and_send(scene, line)
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}/adopt"
    answer = scene.alc().post(url, {"version": str(scene.lines[0].version)}, htmx=True)
    row = row_of(text_of(answer), line.id)
    assert answer.status_code == 200
    assert "Partagé (famille : 40 %)" in row
    assert "La famille → Partagé (famille : 40 %)" in row
    assert (scene.lines[0].holder, scene.lines[0].tenant_share_pct) == (Holder.SHARED, 40)
    assert "Recueillir la réponse de la famille" in text_of(answer)


def test_keeping_ones_own_proposal_asks_the_bailleur_again(app: Flask) -> None:
    scene = make_scene(app)
    line = scene.lines[0]
    counter_and_send(scene, line)
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}/keep"
    answer = scene.alc().post(url, {"version": str(scene.lines[0].version)})
    assert answer.status_code == 303
    assert scene.lines[0].holder is Holder.TENANT
    assert "Proposer à nouveau" in text_of(scene.alc().get(f"/staff/splits/{scene.split_id}"))


def test_adopting_an_offer_from_an_old_page_is_stale(app: Flask) -> None:
    scene = make_scene(app)
    line = scene.lines[0]
    counter_and_send(scene, line)
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}/adopt"
    answer = scene.alc().post(url, {"version": "99"})
    assert answer.status_code == 409
    assert "a été modifiée pendant" in row_of(text_of(answer), line.id)


def test_a_stale_line_form_says_what_changed_and_keeps_what_was_typed(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    line = scene.lines[0]
    opened = line.version
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}"
    first, second = scene.alc(), open_browser(app, make_user(Role.COORDINATOR))
    assert first.post(url, line_form(line, opened, minutes="2 h")).status_code == 303
    answer = second.post(url, line_form(line, opened, minutes="9 h", room="Chambre 9"))
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Ce qui a changé entre-temps" in page
    assert 'value="9 h"' in page
    assert 'value="Chambre 9"' in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    again = second.post(url, line_form(line, int(version[1]), minutes="9 h"))
    assert again.status_code == 303
    assert scene.lines[0].minutes == 540


def line_form(line: WorksLine, version: int, **more: str) -> dict[str, str]:
    return {
        "version": str(version),
        "kind_id": str(line.kind_id),
        "room": line.room,
        "need": line.need.value,
        "cause": line.cause.value,
        "holder": line.holder.value,
        "materials_payer": line.materials_payer.value,
        "materials_cents": "40,00",
        **more,
    }


def test_a_line_is_changed_with_share_and_payer(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    line = scene.lines[0]
    url = f"/staff/splits/{scene.split_id}/lines/{line.id}"
    browser = scene.alc()
    wrong = browser.post(url, line_form(line, line.version, holder="shared", tenant_share_pct="140"))
    assert wrong.status_code == 422
    assert "entre 1 et 99" in text_of(wrong)
    right = line_form(line, line.version, holder="shared", tenant_share_pct="30", materials_payer="alc")
    assert browser.post(url, right).status_code == 303
    changed = scene.lines[0]
    assert (changed.holder, changed.tenant_share_pct, changed.materials_payer) == (
        Holder.SHARED,
        30,
        Payer.ALC,
    )


def test_a_double_click_on_propose_proposes_once(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    browser = scene.alc()
    page = text_of(browser.get(f"/staff/splits/{scene.split_id}"))
    assert page.count("btn-primary") == 1
    sent = {"version": str(scene.split.version), "message": "Bonjour"}
    answers = [browser.post(f"/staff/splits/{scene.split_id}/propose", sent).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert (scene.split.number, scene.split.state) == (1, SplitState.PROPOSED)
    after = text_of(browser.get(f"/staff/splits/{scene.split_id}"))
    assert "btn-primary" not in after
    assert "En attente du bailleur" in after


def test_proposing_from_an_old_page_says_where_the_split_is(app: Flask) -> None:
    scene = make_scene(app, SplitState.PROPOSED)
    other = open_browser(app, make_user(Role.COORDINATOR))
    answer = other.post(f"/staff/splits/{scene.split_id}/propose", {"version": "1", "message": "Mon mot"})
    assert answer.status_code == 422
    assert "déjà proposée" in text_of(answer)


def test_proposing_what_a_colleague_changed_tells_it_and_keeps_the_message(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    version = scene.split.version
    with writing():
        add_easy_line(make_parties(scene.split).coordinator, scene.split_id, 4)
    other = open_browser(app, make_user(Role.COORDINATOR))
    answer = other.post(
        f"/staff/splits/{scene.split_id}/propose", {"version": str(version), "message": "Mon mot"}
    )
    page = text_of(answer)
    assert answer.status_code == 409
    assert "a ajouté une ligne" in page
    assert "Mon mot" in page


def test_withdrawing_and_reopening_ask_why(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    browser = scene.alc()
    url = f"/staff/splits/{scene.split_id}"
    assert browser.post(f"{url}/reopen", {"version": str(scene.split.version)}).status_code == 422
    done = browser.post(f"{url}/reopen", {"version": str(scene.split.version), "reason": "Un oubli"})
    assert done.status_code == 303
    assert scene.split.state is SplitState.COUNTERED
    assert browser.post(f"{url}/withdraw", {"version": str(scene.split.version)}).status_code == 422
    browser.post(f"{url}/withdraw", {"version": str(scene.split.version), "reason": "Autre logement"})
    assert scene.split.state is SplitState.WITHDRAWN
    assert "Autre logement" in text_of(browser.get(url))


@pytest.mark.parametrize("state", [state for state in SplitState if state is not SplitState.AMENDED])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.COORDINATOR, Role.DIRECTOR, Role.REFERENT])
def test_the_page_opens_in_every_state_with_one_main_action_at_most(
    app: Flask, role: Role, state: SplitState
) -> None:
    scene = make_scene(app, state, lines=2)
    pole = make_pole("UIP") if role in (Role.DIRECTOR, Role.REFERENT) else None
    browser = open_browser(app, make_user(role, pole=pole))
    page = browser.get(f"/staff/splits/{scene.split_id}")
    assert page.status_code == 200
    assert text_of(page).count("btn btn-primary") <= 1
    if role in (Role.ADMIN, Role.DIRECTOR):
        assert "/propose" not in text_of(page)
        refused = browser.post(f"/staff/splits/{scene.split_id}/propose", {"version": "1"})
        assert refused.status_code == 403
    assert browser.get(f"/staff/splits/{scene.split_id}/versions").status_code == 200


def test_a_referent_of_another_pole_and_outsiders_find_nothing(app: Flask) -> None:
    scene = make_scene(app, SplitState.PROPOSED)
    here = f"/staff/splits/{scene.split_id}"
    stranger = open_browser(app, make_user(Role.REFERENT, pole=make_pole("PHI")))
    for url in (here, f"{here}/versions", f"{here}/household", f"{here}/lines/{scene.lines[0].id}"):
        assert stranger.get(url).status_code == 404, url
    assert stranger.post(f"{here}/propose", {"version": "1"}).status_code == 404
    assert stranger.get(f"/staff/dossiers/{scene.dossier.id}/visit").status_code == 404
    for role in (Role.AGENT, Role.ANIMATOR):
        assert open_browser(app, make_user(role)).get(here).status_code == 404


def test_the_table_takes_as_many_statements_for_fifty_lines_as_for_one(
    app: Flask, count_statements: Callable[[], AbstractContextManager[object]]
) -> None:
    counts = []
    for lines in (1, 50):
        scene = make_scene(app, lines=lines)
        browser = scene.alc()
        urls = (f"/staff/splits/{scene.split_id}", f"/staff/dossiers/{scene.dossier.id}/visit")
        for url in urls:
            browser.get(url)
        with count_statements() as seen:
            for url in urls:
                assert browser.get(url).status_code == 200
        counts.append(seen.count)  # type: ignore[attr-defined]
    assert counts[0] == counts[1]


def test_twenty_lines_weigh_less_than_thirty_kilobytes(app: Flask) -> None:
    scene = make_scene(app, lines=20)
    for browser, url in ((scene.alc(), "staff"), (scene.bailleur(), "bailleur")):
        page = browser.get(f"/{url}/splits/{scene.split_id}").get_data()
        assert len(gzip.compress(page)) < 30_000


# The whole story, page by page


def test_from_the_first_line_to_the_signed_contract(app: Flask) -> None:
    make_catalogue()
    bailleur = make_organisation(OrganisationKind.BAILLEUR, "Azur Habitat")
    partner = make_organisation(OrganisationKind.WORKS_PARTNER, "Compagnons Bâtisseurs")
    dwelling = make_dwelling(bailleur, asbestos=Survey.CLEAR, lead=Survey.CLEAR)
    family = make_household(make_pole("UIP"), name="Famille Soleil")
    dossier = make_dossier(dwelling=dwelling, state=DossierState.JOINED, household=family)
    alc = open_browser(app, make_user(Role.COORDINATOR, name="Claire Coordination"))
    agent = open_browser(app, make_user(Role.AGENT, bailleur, name="Jean Agence"))

    for code, room in (("III.a.4", "Séjour"), ("IV.d.3", "Cuisine"), ("L.5", "Tout le logement")):
        form = visit_form(code, room=room, materials_cents="40", minutes="4")
        assert alc.post(f"/staff/dossiers/{dossier.id}/visit", form).status_code == 303
    split_id = split_of(dossier.id).id
    assert alc.get(f"/staff/dossiers/{dossier.id}/split").location == f"/staff/splits/{split_id}"
    staff, other = f"/staff/splits/{split_id}", f"/bailleur/splits/{split_id}"
    scene = Scene(app, dossier, split_id, make_user(Role.COORDINATOR), make_user(Role.AGENT, bailleur))

    def version() -> str:
        return str(scene.split.version)

    def answer(number: int, **data: str) -> int:
        line = scene.lines[number]
        return agent.post(f"{other}/lines/{line.id}/answer", {"digest": line.digest, **data}).status_code

    assert alc.post(f"{staff}/propose", {"version": version(), "message": "Voici"}).status_code == 303
    assert "Famille Soleil" in text_of(agent.get("/bailleur/"))
    assert answer(0, answer="accepted") == 303
    assert answer(1, answer="countered", holder="bailleur", payer="bailleur", comment="Nous le ferons") == 303
    assert answer(2, answer="accepted") == 303
    assert agent.post(f"{other}/send-back", {"version": version()}).status_code == 303

    line = scene.lines[1]
    assert "Le bailleur" in row_of(text_of(alc.get(staff)), line.id)
    assert alc.post(f"{staff}/lines/{line.id}/adopt", {"version": str(line.version)}).status_code == 303
    assert alc.post(f"{staff}/propose", {"version": version()}).status_code == 303
    assert "La famille → Le bailleur" in row_of(text_of(agent.get(other)), line.id)
    assert agent.post(f"{other}/send-back", {"version": version(), "message": "Entendu"}).status_code == 303

    assert "Recueillir la réponse de la famille" in text_of(alc.get(staff))
    given = {f"line-{each.id}": "yes" for each in scene.lines}
    taken = {"version": version(), "answered_on": today().isoformat(), "place": "Au logement", **given}
    assert alc.post(f"{staff}/household", taken).status_code == 303
    assert scene.split.state is SplitState.AGREED

    form = {
        "version": version(),
        "support_technical": "Un animateur deux jours par semaine.",
        "support_social": "Une visite par semaine.",
        "starts_on": (today() + timedelta(days=10)).isoformat(),
        "ends_on": (today() + timedelta(days=40)).isoformat(),
        "days_a_week": "2",
        "partner_id": str(partner.id),
    }
    issued = alc.post(f"{staff}/contract", form)
    assert issued.status_code == 303
    contract = db.session.scalars(db.select(Contract)).one()
    page = text_of(alc.get(issued.location))
    assert "en préparation" in page
    assert "hx-get" in page
    assert "/files/" not in text_of(alc.get(f"/staff/contracts/{contract.id}/document"))
    with writing():
        run_due()
    assert "/files/" in text_of(alc.get(f"/staff/contracts/{contract.id}/document"))
    for side in ("household", "bailleur", "alc"):
        signed = {"side": side, "name": f"Signataire {side}", "signed_on": today().isoformat()}
        assert alc.post(f"/staff/contracts/{contract.id}/signatures", signed).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Contract, contract.id).state is ContractState.SIGNED
    assert scene.split.state is SplitState.SIGNED
    assert f"/staff/contracts/{contract.id}/chantier" in text_of(alc.get(f"/staff/contracts/{contract.id}"))
    assert "Signé" in text_of(agent.get(f"/bailleur/contracts/{contract.id}"))


def test_a_family_that_refuses_a_line_sends_it_back_to_alc(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    browser = scene.alc()
    url = f"/staff/splits/{scene.split_id}/household"
    first, *rest = scene.lines
    data = {f"line-{line.id}": "yes" for line in rest} | {f"line-{first.id}": "no"}
    wrong = browser.post(url, {"version": str(scene.split.version), "answered_on": "", **data})
    assert wrong.status_code == 422
    assert re.search(rf'name="line-{first.id}" value="no" checked', text_of(wrong))
    right = {"version": str(scene.split.version), "answered_on": today().isoformat(), **data}
    assert browser.post(url, right).status_code == 303
    assert scene.split.state is SplitState.COUNTERED
    page = text_of(browser.get(f"/staff/splits/{scene.split_id}"))
    assert "1 ligne en discussion" in page
    assert "Proposer à nouveau" in page


def test_the_contract_form_refuses_what_cannot_be_and_keeps_the_rest(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    form = {
        "version": str(scene.split.version),
        "support_technical": "Mon texte à garder",
        "support_social": "Autre texte",
        "starts_on": (today() + timedelta(days=40)).isoformat(),
        "ends_on": (today() + timedelta(days=10)).isoformat(),
        "days_a_week": "2",
    }
    answer = scene.alc().post(f"/staff/splits/{scene.split_id}/contract", form)
    assert answer.status_code == 422
    assert "La fin est avant le début" in text_of(answer)
    assert "Mon texte à garder" in text_of(answer)
    assert db.session.scalars(db.select(Contract)).all() == []


def test_a_contract_in_hand_is_signed_once_by_each_and_may_be_cancelled(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    with writing():
        contract_id = make_contract(scene.split_id).id
    browser = scene.alc()
    url = f"/staff/contracts/{contract_id}"
    signed = {"side": "household", "name": "Mme Soleil", "signed_on": today().isoformat()}
    browser.post(f"{url}/signatures", signed)
    twice = browser.post(f"{url}/signatures", {**signed, "name": "M. Soleil"})
    assert twice.status_code == 422
    assert "déjà enregistrée" in text_of(twice)
    forged = browser.post(f"{url}/signatures", {**signed, "side": "everyone"})
    assert forged.status_code == 422
    assert "Mme Soleil" in text_of(browser.get(url))
    version = str(db.session.get_one(Contract, contract_id, populate_existing=True).version)
    browser.post(f"{url}/cancel", {"version": version, "reason": "Une date à corriger"})
    state = db.session.get_one(Contract, contract_id, populate_existing=True).state
    assert state is ContractState.CANCELLED
    assert scene.split.state is SplitState.AGREED


def test_a_household_answer_about_another_split_is_left_aside(app: Flask) -> None:
    scene, other = make_scene(app, SplitState.COUNTERED), make_scene(app, SplitState.COUNTERED)
    stranger = other.lines[0].id
    data = {f"line-{stranger}": "yes", "version": str(scene.split.version)}
    url = f"/staff/splits/{scene.split_id}/household"
    scene.alc().post(url, {**data, "answered_on": today().isoformat()})
    assert db.session.get(LineAnswer, (stranger, Side.HOUSEHOLD)) is None
