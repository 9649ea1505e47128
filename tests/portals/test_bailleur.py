"""The landlord's portal: it answers line by line, and reads only what concerns it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import Dossier, Household
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier, make_dwelling, make_household
from intranet.testing.factories import make_organisation, make_user
from intranet.testing.works import kind_id, make_contract, make_parties, make_split
from intranet.timeline.models import TimelineEntry
from intranet.typography import FIXED
from intranet.web.formatting import day
from intranet.works import service
from intranet.works.commands import AddLine
from intranet.works.models import LineAnswer, LineComment
from intranet.works.terms import Answer, Holder, Need, Side, SplitState
from intranet.works.workdays import next_business_day
from tests.portals.splits import Scene, make_scene, open_browser, row_of, text_of

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene(app)


def answer_of(line_id: int) -> LineAnswer:
    db.session.expire_all()
    return db.session.get_one(LineAnswer, (line_id, Side.BAILLEUR))


def form_of(scene: Scene, number: int = 0, **more: str) -> dict[str, str]:
    return {"digest": scene.lines[number].digest, **more}


def url_of(scene: Scene, number: int = 0, what: str = "answer") -> str:
    return f"/bailleur/splits/{scene.split_id}/lines/{scene.lines[number].id}/{what}"


def test_the_home_page_puts_a_proposed_split_in_the_agents_own_queue(scene: Scene) -> None:
    html = scene.bailleur().get("/bailleur/").get_data(as_text=True)
    mine = html.partition('id="mine"')[2].partition('id="others"')[0]
    assert f"/bailleur/splits/{scene.split_id}" in mine
    assert "0 ligne répondue sur 3" in mine
    assert "Réponse attendue avant le" in mine


def test_what_alc_must_do_waits_in_the_other_queue(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    html = scene.bailleur().get("/bailleur/").get_data(as_text=True)
    others = html.partition('id="others"')[2].partition('id="chantiers"')[0]
    assert f"/bailleur/splits/{scene.split_id}" in others


def test_a_contract_to_sign_is_the_agents_turn_too(app: Flask) -> None:
    scene = make_scene(app, SplitState.AGREED)
    with writing():
        contract = make_contract(scene.split_id)
        number, contract_id = contract.number, contract.id
    browser = scene.bailleur()
    assert number in browser.get("/bailleur/").get_data(as_text=True)
    page = browser.get(f"/bailleur/contracts/{contract_id}").get_data(as_text=True)
    assert "/files/" in page
    assert "Attendue" in page


def test_what_the_bailleur_did_itself_is_no_news_to_it(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    dossier = db.session.get_one(Dossier, scene.split.dossier_id)
    dossier.allocated_on = today() - timedelta(days=30)
    db.session.commit()
    entries = db.session.scalars(select(TimelineEntry).where(TimelineEntry.dossier_id == dossier.id)).all()
    own = {each.actor_name for each in entries if each.side == "bailleur"}
    alc = {each.actor_name for each in entries if each.side == "alc" and " bailleur " in each.audience}
    assert own
    assert alc
    news = scene.bailleur().get("/bailleur/").get_data(as_text=True).partition('id="news"')[2]
    news = news.partition("</section>")[0]
    assert not [name for name in own if name in news]
    assert [name for name in alc if name in news]


def test_an_empty_home_says_what_will_appear_there(app: Flask) -> None:
    browser = open_browser(app, make_user(Role.AGENT))
    html = browser.get("/bailleur/").get_data(as_text=True)
    assert "apparaîtront ici" in html


def test_another_bailleurs_split_dwelling_and_contract_do_not_exist(app: Flask, scene: Scene) -> None:
    signed = make_scene(app, SplitState.AGREED)
    with writing():
        contract_id = make_contract(signed.split_id).id
    stranger = open_browser(app, make_user(Role.AGENT))
    for url in (
        f"/bailleur/splits/{scene.split_id}",
        f"/bailleur/splits/{scene.split_id}/versions",
        f"/bailleur/dwellings/{scene.dossier.dwelling_id}",
        f"/bailleur/contracts/{contract_id}",
        f"/bailleur/contracts/{contract_id}/document",
    ):
        assert stranger.get(url).status_code == 404, url
    assert stranger.post(url_of(scene), form_of(scene, answer="accepted")).status_code == 404
    assert stranger.post(f"/bailleur/splits/{scene.split_id}/send-back").status_code == 404


def test_a_draft_never_sent_does_not_exist_for_the_bailleur(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    browser = scene.bailleur()
    assert browser.get(f"/bailleur/splits/{scene.split_id}").status_code == 404
    assert f"/splits/{scene.split_id}" not in browser.get("/bailleur/splits").get_data(as_text=True)


def test_a_line_of_another_split_cannot_be_answered_through_this_one(app: Flask, scene: Scene) -> None:
    other = make_scene(app)
    url = f"/bailleur/splits/{scene.split_id}/lines/{other.lines[0].id}/answer"
    assert scene.bailleur().post(url, form_of(other, answer="accepted")).status_code == 404


def test_staff_and_partners_have_no_bailleur_portal(app: Flask, scene: Scene) -> None:
    for user in (scene.coordinator, make_user(Role.ANIMATOR)):
        assert open_browser(app, user).get("/bailleur/").status_code == 404


def test_accepting_without_javascript_leads_back_to_the_line(scene: Scene) -> None:
    line = scene.lines[0]
    answer = scene.bailleur().post(url_of(scene), form_of(scene, answer="accepted"))
    assert answer.status_code == 303
    assert answer.location.endswith(f"#line-{line.id}")
    assert answer_of(line.id).answer is Answer.ACCEPTED


def test_accepting_with_htmx_gives_the_row_and_the_bar_alone(scene: Scene) -> None:
    line = scene.lines[0]
    answer = scene.bailleur().post(url_of(scene), form_of(scene, answer="accepted"), htmx=True)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert html.count("<tbody") == 1
    assert "<html" not in html
    assert "Reprendre ma réponse" in row_of(html, line.id)
    assert 'hx-swap-oob="true"' in html
    assert "2 lignes sans réponse" in html


def test_an_answer_can_be_taken_back(scene: Scene) -> None:
    browser = scene.bailleur()
    browser.post(url_of(scene), form_of(scene, answer="accepted"))
    browser.post(url_of(scene), form_of(scene, answer="waiting"))
    assert answer_of(scene.lines[0].id).answer is Answer.WAITING


def test_a_counter_proposal_stands_beside_the_line(scene: Scene) -> None:
    line = scene.lines[0]
    data = form_of(
        scene, answer="countered", holder="shared", share="40 %", payer="bailleur", comment="À deux"
    )
    assert scene.bailleur().post(url_of(scene), data).status_code == 303
    kept = answer_of(line.id)
    assert (kept.answer, kept.counter_holder, kept.counter_share_pct) == (Answer.COUNTERED, Holder.SHARED, 40)
    html = scene.alc().get(f"/staff/splits/{scene.split_id}").get_data(as_text=True)
    assert "famille : 40" in row_of(html, line.id)
    assert "À deux" in row_of(html, line.id)


@pytest.mark.parametrize(
    ("share", "said"), [("", "1 à 99"), ("120", "1 à 99"), ("un peu", "1 à 99"), ("4,5", "1 à 99")]
)
def test_a_share_that_is_no_percentage_comes_back_with_what_was_typed(
    scene: Scene, share: str, said: str
) -> None:
    data = form_of(
        scene, answer="countered", holder="shared", share=share, payer="tenant", comment="Mon idée"
    )
    answer = scene.bailleur().post(url_of(scene), data)
    row = row_of(answer.get_data(as_text=True), scene.lines[0].id)
    assert answer.status_code == 422
    assert said in row
    assert f'value="{share}"' in row
    assert "Mon idée" in row
    assert '<option value="shared" selected>' in row


def test_the_agent_says_by_when_and_alc_reads_it(scene: Scene) -> None:
    due = next_business_day(today() + timedelta(days=40))
    data = form_of(scene, answer="countered", holder="bailleur", payer="bailleur", due=f"{due:%d/%m/%Y}")
    assert scene.bailleur().post(url_of(scene), data).status_code == 303
    assert answer_of(scene.lines[0].id).counter_due_on == due
    mine = row_of(text_of(scene.bailleur().get(f"/bailleur/splits/{scene.split_id}")), scene.lines[0].id)
    assert f'name="due" type="date" value="{due}"' in mine
    scene.bailleur().post(
        f"/bailleur/splits/{scene.split_id}/send-back", {"version": str(scene.split.version)}
    )
    browser = scene.alc()
    row = row_of(text_of(browser.get(f"/staff/splits/{scene.split_id}")), scene.lines[0].id)
    assert f"Adopter : Le bailleur, avant le {day(due)}".replace(FIXED, " ") in row


@pytest.mark.parametrize(
    ("typed", "said"),
    [("03/14/2027", "le jour vient avant le mois"), ("demain", "Écrivez la date"), ("2019-01-01", "passée")],
)
def test_a_day_that_cannot_be_comes_back_as_it_was_typed(scene: Scene, typed: str, said: str) -> None:
    data = form_of(scene, answer="countered", holder="bailleur", payer="bailleur", due=typed)
    answer = scene.bailleur().post(url_of(scene), data)
    row = row_of(text_of(answer), scene.lines[0].id)
    assert answer.status_code == 422
    assert said in row
    assert f'name="due" type="text" value="{typed}" aria-invalid="true"' in row


@pytest.mark.parametrize("field", ["answer", "holder", "payer"])
def test_a_choice_that_does_not_exist_is_refused(scene: Scene, field: str) -> None:
    data = form_of(scene, answer="countered", holder="partner", payer="bailleur")
    answer = scene.bailleur().post(url_of(scene), {**data, field: "<script>"})
    assert answer.status_code == 422
    assert "<script>" not in row_of(answer.get_data(as_text=True), scene.lines[0].id)


def test_a_refusal_needs_its_reason(scene: Scene) -> None:
    browser = scene.bailleur()
    refused = browser.post(url_of(scene), form_of(scene, answer="refused"), htmx=True)
    assert refused.status_code == 422
    assert "Dites pourquoi" in refused.get_data(as_text=True)
    assert (
        browser.post(url_of(scene), form_of(scene, answer="refused", comment="Trop cher")).status_code == 303
    )


def test_a_locked_line_forged_to_the_tenant_is_refused_with_the_reason(app: Flask) -> None:
    scene = make_scene(app, SplitState.DRAFT)
    with writing():
        coordinator = make_parties(scene.split).coordinator
        locked = service.add_line(
            coordinator, AddLine(scene.split_id, "Tout le logement", Need.NEEDED, kind_id("L.5"))
        ).id
    scene.alc().post(f"/staff/splits/{scene.split_id}/propose", {"version": str(scene.split.version)})
    line = next(each for each in scene.lines if each.id == locked)
    page = scene.bailleur().get(f"/bailleur/splits/{scene.split_id}").get_data(as_text=True)
    row = row_of(page, locked)
    assert "Verrouillé" in row
    assert (
        'value="tenant">La famille</option><option value="bailleur"' not in row.partition('name="payer"')[0]
    )
    forged = {"digest": line.digest, "answer": "countered", "holder": "tenant", "payer": "bailleur"}
    answer = scene.bailleur().post(f"/bailleur/splits/{scene.split_id}/lines/{locked}/answer", forged)
    assert answer.status_code == 422
    assert "ni la famille ni le partenaire" in row_of(answer.get_data(as_text=True), locked)


def test_two_agents_at_once_the_second_reads_what_changed_and_keeps_what_he_typed(
    app: Flask, scene: Scene
) -> None:
    owner = db.session.get_one(Organisation, scene.split.bailleur_id)
    browser, other = scene.bailleur(), open_browser(app, make_user(Role.AGENT, owner, name="Zoé"))
    browser.get(f"/bailleur/splits/{scene.split_id}")
    other.post(url_of(scene), form_of(scene, answer="accepted"))
    data = form_of(
        scene, answer="countered", holder="shared", share="30", payer="bailleur", comment="Mon avis", seen=""
    )
    answer = browser.post(url_of(scene), data)
    row = row_of(answer.get_data(as_text=True), scene.lines[0].id)
    assert answer.status_code == 409
    assert "Zoé a répondu" in row
    assert 'value="30"' in row
    assert "Mon avis" in row
    assert answer_of(scene.lines[0].id).answer is Answer.ACCEPTED


def test_an_answer_to_an_old_wording_is_stale(scene: Scene) -> None:
    answer = scene.bailleur().post(url_of(scene), {"digest": "0" * 64, "answer": "accepted"}, htmx=True)
    assert answer.status_code == 409
    assert "a changé depuis" in answer.get_data(as_text=True)


def test_a_comment_with_a_social_security_number_is_refused_and_kept_in_the_form(scene: Scene) -> None:
    text = "Le numéro 1 84 12 76 451 089 46 de monsieur"
    answer = scene.bailleur().post(url_of(scene, what="comments"), {"comment": text}, htmx=True)
    assert answer.status_code == 422
    assert "451 089" in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count(LineComment.id))) == 0


@pytest.mark.parametrize("text", ["🎨🧱", "مرحبا", "a" * 3999])
def test_a_comment_may_hold_any_writing(scene: Scene, text: str) -> None:
    answer = scene.bailleur().post(url_of(scene, what="comments"), {"comment": text}, htmx=True)
    assert answer.status_code == 200
    assert text in answer.get_data(as_text=True)


def test_a_comment_of_ten_thousand_letters_is_refused_and_not_lost(scene: Scene) -> None:
    answer = scene.bailleur().post(url_of(scene, what="comments"), {"comment": "é" * 10_000})
    assert answer.status_code == 422
    assert "é" * 10_000 in answer.get_data(as_text=True)


def test_accepting_what_is_undisputed_leaves_the_counter_proposals(scene: Scene) -> None:
    browser = scene.bailleur()
    browser.post(url_of(scene), form_of(scene, answer="countered", holder="bailleur", payer="bailleur"))
    done = browser.post(f"/bailleur/splits/{scene.split_id}/accept", {"version": str(scene.split.version)})
    assert done.status_code == 303
    answers = [answer_of(line.id).answer for line in scene.lines]
    assert answers == [Answer.COUNTERED, Answer.ACCEPTED, Answer.ACCEPTED]


def test_sending_back_twice_sends_once_and_the_page_then_says_so(scene: Scene) -> None:
    browser = scene.bailleur()
    browser.post(url_of(scene), form_of(scene, answer="accepted"))
    version = str(scene.split.version)
    url = f"/bailleur/splits/{scene.split_id}/send-back"
    first = browser.post(url, {"version": version, "message": "Voilà"})
    second = browser.post(url, {"version": version, "message": "Voilà"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert (scene.split.number, scene.split.state) == (2, SplitState.COUNTERED)
    page = browser.get(f"/bailleur/splits/{scene.split_id}").get_data(as_text=True)
    assert "Chez ALC" in page
    assert "Renvoyer à ALC" not in page


def test_answering_after_sending_back_says_whose_turn_it_is(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    answer = scene.bailleur().post(url_of(scene), form_of(scene, answer="accepted"))
    assert answer.status_code == 422
    assert "revenue à ALC" in answer.get_data(as_text=True)


def test_sending_back_nothing_is_refused_and_the_message_kept(scene: Scene) -> None:
    url = f"/bailleur/splits/{scene.split_id}/send-back"
    answer = scene.bailleur().post(url, {"version": str(scene.split.version)})
    assert answer.status_code == 422
    assert "Répondez à une ligne au moins" in answer.get_data(as_text=True)


def test_what_alc_prepares_is_not_read_before_it_is_sent(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    with writing():
        coordinator = make_parties(scene.split).coordinator
        service.add_line(coordinator, AddLine(scene.split_id, "Balcon", Need.WISHED, label="Canari secret"))
    for url in ("", "/versions"):
        page = scene.bailleur().get(f"/bailleur/splits/{scene.split_id}{url}").get_data(as_text=True)
        assert "Canari secret" not in page


def test_the_lists_filter_and_search_among_its_own(app: Flask, scene: Scene) -> None:
    browser = scene.bailleur()
    here = f"/bailleur/splits/{scene.split_id}"
    assert here in browser.get("/bailleur/splits?turn=bailleur&state=proposed").get_data(as_text=True)
    assert here not in browser.get("/bailleur/splits?turn=alc").get_data(as_text=True)
    assert here not in browser.get("/bailleur/splits?q=%25zzz").get_data(as_text=True)
    home = f"/bailleur/dwellings/{scene.dossier.dwelling_id}"
    assert home in browser.get("/bailleur/dwellings?occupied=yes").get_data(as_text=True)
    assert home not in browser.get("/bailleur/dwellings?occupied=no").get_data(as_text=True)


def test_a_tenant_is_found_whatever_the_accents(scene: Scene) -> None:
    db.session.get_one(Household, scene.dossier.household_id).name = "Élodie Cœuré"
    db.session.commit()
    browser = scene.bailleur()
    for page in ("dwellings", "splits"):
        assert "Élodie Cœuré" in browser.get(f"/bailleur/{page}?q=elodie+coeure").text, page
        assert "Élodie Cœuré" not in browser.get(f"/bailleur/{page}?q=elodie_coeure").text, page


def test_a_household_that_left_is_no_longer_named_at_its_dwelling(app: Flask) -> None:
    owner = make_organisation(OrganisationKind.BAILLEUR)
    dwelling = make_dwelling(owner)
    household = make_household(name="Famille Partie")
    make_dossier(dwelling=dwelling, state=DossierState.LEFT, household=household)
    browser = open_browser(app, make_user(Role.AGENT, owner))
    page = browser.get(f"/bailleur/dwellings/{dwelling.id}").get_data(as_text=True)
    assert "Famille Partie" not in page
    assert "n’est pas encore attribué" in page


@pytest.mark.parametrize(
    "url", ["/bailleur/splits/{split}", "/bailleur/", "/bailleur/splits", "/bailleur/dwellings"]
)
def test_pages_take_as_many_statements_for_fifty_as_for_one(
    app: Flask, url: str, count_statements: Callable[[], AbstractContextManager[object]]
) -> None:
    counts = []
    for lines in (1, 50):
        scene = make_scene(app, lines=lines)
        browser = scene.bailleur()
        page = url.format(split=scene.split_id)
        browser.get(page)
        with count_statements() as seen:
            assert browser.get(page).status_code == 200
        counts.append(seen.count)  # type: ignore[attr-defined]
    assert counts[0] == counts[1]
    assert counts[0] <= 15


def test_a_dwelling_with_two_households_in_turn_is_listed_once(app: Flask) -> None:
    owner = make_organisation(OrganisationKind.BAILLEUR)
    dwelling = make_dwelling(owner, asbestos=Survey.CLEAR)
    make_dossier(dwelling=dwelling, state=DossierState.CLOSED)
    make_split(make_dossier(dwelling=dwelling, state=DossierState.JOINED), lines=1)
    page = open_browser(app, make_user(Role.AGENT, owner)).get("/bailleur/dwellings").get_data(as_text=True)
    assert page.count(f'href="/bailleur/dwellings/{dwelling.id}"') == 1
