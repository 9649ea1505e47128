"""What a guest of the bailleur reads, answers and never reaches; what ALC and the bailleur see of it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import segno
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from intranet.access import Role
from intranet.clock import today
from intranet.documents.models import DocumentKind
from intranet.documents.service import store_bytes
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.service import OpenedAccess
from intranet.guests.texts import LANGUAGES, door_texts
from intranet.mail.service import link
from intranet.organisations.models import Organisation
from intranet.testing.factories import make_actor, make_user
from intranet.testing.guests import let_in, make_access
from intranet.testing.plain import plain
from intranet.testing.works import fresh, make_contract
from intranet.timeline.models import TimelineEntry
from intranet.works.models import LineAnswer, LineComment, SplitVersion
from intranet.works.terms import Answer, Side, SplitState
from intranet.works.workdays import next_business_day
from tests.portals.splits import Browser, Scene, make_scene, open_browser, row_of, text_of

pytestmark = pytest.mark.usefixtures("db_session")
HERE = "/acces/repartition"
WHO = "Jeanne Roux, Gestionnaire"


@pytest.fixture
def scene(app: Flask, db_session: Any) -> Scene:
    return make_scene(app)


def access_of(scene: Scene, side: Side = Side.BAILLEUR, **more: object) -> OpenedAccess:
    return make_access(make_actor(scene.coordinator), scene.split_id, side, **more)


def guest_of(scene: Scene, access: OpenedAccess | None = None, name: str = "Jeanne Roux") -> Browser:
    """A browser let in to the scene's split, its person named unless ``name`` is empty."""
    client = scene.app.test_client()
    token = let_in(client, access or access_of(scene), name)
    return Browser(client, token)


def answer_url(scene: Scene, number: int = 0) -> str:
    return f"{HERE}/lines/{scene.lines[number].id}/answer"


def form_of(scene: Scene, number: int = 0, **more: str) -> dict[str, str]:
    return {"digest": scene.lines[number].digest, "seen": "", **more}


def bailleurs_answer(line_id: int) -> LineAnswer | None:
    return db.session.get(LineAnswer, (line_id, Side.BAILLEUR), populate_existing=True)


def test_a_guest_reads_the_page_of_the_bailleur_in_a_frame_without_a_menu(scene: Scene) -> None:
    page = text_of(guest_of(scene).get(HERE))
    bailleur = db.session.scalars(
        select(Organisation.name).where(Organisation.id == scene.split.bailleur_id)
    ).one()
    assert f"Vous répondez au nom de {bailleur}." in page
    assert WHO in page
    assert 'id="side"' not in page
    assert "/search" not in page
    assert plain(scene.lines[0].label) in page


def test_before_saying_who_she_is_a_guest_reads_but_cannot_answer(scene: Scene) -> None:
    browser = guest_of(scene, name="")
    page = text_of(browser.get(HERE))
    assert "Pour répondre, dites d’abord qui vous êtes" in page
    assert 'value="accepted"' not in page
    forged = browser.post(answer_url(scene), form_of(scene, answer="accepted"))
    assert (forged.status_code, forged.location) == (303, "/acces/qui")
    for path in ("accept", "send-back"):
        assert browser.post(f"{HERE}/{path}", {"version": "1"}).location == "/acces/qui"
    assert bailleurs_answer(scene.lines[0].id) is None


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("", "Gestionnaire", "Ce champ est à remplir."),
        ("Jeanne Roux", "", "Écrivez votre fonction"),
        ("J" * 100, "G" * 100, "trop longs"),
        ("Jeanne 2 84 05 88 123 456 62", "Gestionnaire", "numéro de sécurité sociale"),
    ],
)
def test_who_answers_for_a_bailleur_gives_a_name_and_a_function(
    scene: Scene, name: str, function: str, words: str
) -> None:
    browser = guest_of(scene, name="")
    answer = browser.post("/acces/qui", {"name": name, "function": function})
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_an_answer_bears_the_name_of_who_gives_it(scene: Scene) -> None:
    access = access_of(scene)
    line = scene.lines[0]
    answer = guest_of(scene, access).post(answer_url(scene), form_of(scene, answer="accepted"))
    assert (answer.status_code, answer.location) == (303, f"{HERE}#line-{line.id}")
    given = bailleurs_answer(line.id)
    assert given is not None
    assert (given.answer, given.by_id, given.by_name, given.guest_id) == (
        Answer.ACCEPTED,
        None,
        WHO,
        access.access_id,
    )
    entry = db.session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "works.line.answered")).one()
    assert (entry.actor_id, entry.actor_name, entry.side) == (None, WHO, "bailleur")
    assert WHO in text_of(scene.alc().get(f"/staff/splits/{scene.split_id}"))


def test_a_guest_answers_comments_accepts_the_rest_and_sends_back(scene: Scene) -> None:
    browser = guest_of(scene)
    first, second = scene.lines[0], scene.lines[1]
    counter = {
        "answer": "countered",
        "holder": "shared",
        "share": "40",
        "payer": "bailleur",
        "due": f"{next_business_day(today() + timedelta(days=30)):%d/%m/%Y}",
        "comment": "À deux",
    }
    row = browser.post(answer_url(scene), {**form_of(scene), **counter}, htmx=True)
    assert row.status_code == 200
    assert "Reprendre ma réponse" in row_of(row.get_data(as_text=True), first.id)
    given = bailleurs_answer(first.id)
    assert given is not None
    assert given.counter_due_on == next_business_day(today() + timedelta(days=30))
    said = browser.post(f"{HERE}/lines/{second.id}/comments", {"comment": "Quelle couleur ?"})
    assert said.status_code == 303
    assert browser.post(f"{HERE}/accept", {"version": str(scene.split.version)}).status_code == 303
    back = {"version": str(scene.split.version), "message": "Voilà nos réponses"}
    assert browser.post(f"{HERE}/send-back", back).status_code == 303
    assert fresh(scene.split_id).state is SplitState.COUNTERED
    remarks = db.session.execute(select(LineComment.author_id, LineComment.author_name)).all()
    assert set(remarks) == {(None, WHO)}
    sent = db.session.scalars(select(SplitVersion).order_by(SplitVersion.number.desc())).first()
    assert sent is not None
    assert sent.sent_by is None
    assert 'value="accepted"' not in browser.get(HERE).get_data(as_text=True)


def test_a_second_click_remarks_once(scene: Scene) -> None:
    browser, line = guest_of(scene), scene.lines[0]
    for text in ("Quelle couleur ?", "Quelle couleur ?", "Et quand ?"):
        sent = browser.post(f"{HERE}/lines/{line.id}/comments", {"comment": text})
        assert sent.status_code == 303
    said = db.session.scalars(select(LineComment.text).order_by(LineComment.id)).all()
    assert said == ["Quelle couleur ?", "Et quand ?"]


def test_a_second_click_sends_back_once(scene: Scene) -> None:
    browser = guest_of(scene)
    browser.post(answer_url(scene), form_of(scene, answer="accepted"))
    back = {"version": str(scene.split.version), "message": ""}
    assert [browser.post(f"{HERE}/send-back", back).status_code for _click in range(2)] == [303, 303]
    numbers = list(db.session.scalars(select(SplitVersion.number)))
    assert sorted(numbers) == [1, 2]


def test_a_guest_and_an_agent_do_not_overwrite_each_other_unseen(scene: Scene) -> None:
    browser = guest_of(scene)
    agent = scene.bailleur()
    assert (
        agent.post(
            f"/bailleur/splits/{scene.split_id}/lines/{scene.lines[0].id}/answer",
            form_of(scene, answer="accepted"),
        ).status_code
        == 303
    )
    late = browser.post(answer_url(scene), form_of(scene, answer="refused", comment="Non"))
    assert late.status_code == 409
    assert "Jean Agence a répondu" in text_of(late)


def test_two_guests_with_two_codes_do_not_overwrite_each_other_unseen(scene: Scene) -> None:
    first, second = guest_of(scene), guest_of(scene, name="Paul Brun")
    assert first.post(answer_url(scene), form_of(scene, answer="accepted")).status_code == 303
    late = second.post(answer_url(scene), form_of(scene, answer="refused", comment="Non"))
    assert late.status_code == 409
    assert "Jeanne Roux, Gestionnaire a répondu" in text_of(late)
    assert first.post(answer_url(scene), form_of(scene, answer="refused", comment="Si")).status_code == 303


def test_a_guest_reaches_no_line_of_another_split(app: Flask, scene: Scene) -> None:
    other = make_scene(app)
    line = other.lines[0]
    browser = guest_of(scene)
    for path in ("answer", "comments", "resolve"):
        sent = browser.post(f"{HERE}/lines/{line.id}/{path}", form_of(other, answer="accepted", comment="x"))
        assert sent.status_code == 404, path
    for path in ("history", "why", "consent"):
        assert browser.get(f"{HERE}/lines/{line.id}/{path}").status_code == 404, path
    assert bailleurs_answer(line.id) is None


def test_a_guest_opens_the_contract_of_her_split_and_no_other(app: Flask) -> None:
    mine, other = make_scene(app, SplitState.AGREED), make_scene(app, SplitState.AGREED)
    contracts = [make_contract(each.split_id) for each in (mine, other)]
    documents = [each.document_id for each in contracts]
    ids = [each.id for each in contracts]
    browser = guest_of(mine)
    assert f"/{ids[0]}" in browser.get(HERE).get_data(as_text=True)
    assert [browser.get(f"/files/{each}").status_code for each in documents] == [200, 404]
    assert [browser.get(f"/contracts/{each}").status_code for each in ids] == [200, 404]
    assert browser.get(f"/contracts/{ids[1]}/sign/bailleur").status_code == 404
    assert browser.get(f"/contracts/{ids[0]}/sign/bailleur").status_code == 200
    assert browser.get(f"/contracts/{ids[0]}/sign/household").status_code == 403
    assert browser.get(f"/contracts/{ids[0]}/sign/alc").status_code == 403
    family = guest_of(mine, access_of(mine, Side.HOUSEHOLD), name="")
    assert family.get(f"/contracts/{ids[0]}/sign/bailleur").status_code == 403
    assert [family.get(f"/files/{each}").status_code for each in documents] == [200, 404]


def test_a_guest_is_a_stranger_on_every_page_that_is_not_open_to_guests(scene: Scene) -> None:
    browser = guest_of(scene)
    tried = 0
    for rule in scene.app.url_map.iter_rules():
        view = scene.app.view_functions[rule.endpoint]
        mark = getattr(view, "__access__", "public")
        if mark == "public" or hasattr(view, "__guests__") or "GET" not in (rule.methods or ()):
            continue
        with scene.app.test_request_context():
            url = scene.app.url_map.bind("localhost").build(
                rule.endpoint, {name: _value(rule, name, scene) for name in rule.arguments}
            )
        answer = browser.get(url)
        assert answer.status_code == 303, rule.rule
        assert "/login" in answer.location, rule.rule
        tried += 1
    assert tried > 60


def _value(rule: Rule, name: str, scene: Scene) -> object:
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return scene.split_id
    return sorted(converter.items)[0] if isinstance(converter, AnyConverter) else "x"


def test_a_family_does_not_open_the_bailleurs_page_nor_the_bailleur_the_familys(scene: Scene) -> None:
    family = guest_of(scene, access_of(scene, Side.HOUSEHOLD), name="")
    assert family.get(HERE).status_code == 403
    assert family.post(answer_url(scene), form_of(scene, answer="accepted")).status_code == 403
    assert guest_of(scene).get("/acces/famille").status_code == 403


def test_a_guest_who_opens_the_front_page_is_led_back_to_her_work(scene: Scene) -> None:
    browser = guest_of(scene)
    assert browser.get("/").location == "/acces"
    assert browser.get("/acces").location == HERE


def test_a_written_consent_given_with_a_code_is_read_by_that_guest_alone(app: Flask, scene: Scene) -> None:
    line = scene.lines[0]
    document = store_bytes(
        b"%PDF-1.4 essai",
        name="accord.pdf",
        media_type="application/pdf",
        kind=DocumentKind.ATTACHMENT,
        dossier_id=scene.dossier.id,
        audience=("alc", "bailleur"),
        actor=make_actor(scene.coordinator),
    )
    db.session.flush()
    line.consent_document_id = document.id
    document_id = document.id
    db.session.commit()
    assert guest_of(scene).get(f"/files/{document_id}").status_code == 200
    assert guest_of(make_scene(app)).get(f"/files/{document_id}").status_code == 404
    family = guest_of(scene, access_of(scene, Side.HOUSEHOLD), name="")
    assert family.get(f"/files/{document_id}").status_code == 404


def test_the_door_speaks_the_language_of_the_access_from_the_first_page(scene: Scene) -> None:
    client = scene.app.test_client()
    let_in(client, access_of(scene, language="en"))
    assert '<html lang="en"' in client.get("/acces/qui").get_data(as_text=True)
    assert '<html lang="en"' in client.get(HERE).get_data(as_text=True)


def test_an_account_is_no_guest(scene: Scene) -> None:
    assert scene.bailleur().get(HERE).location == "/acces"
    assert scene.alc().get(HERE).location == "/acces"


def test_a_form_without_its_token_changes_nothing(scene: Scene) -> None:
    browser = guest_of(scene)
    browser.token = "forged"
    for path in (answer_url(scene), f"{HERE}/accept", f"{HERE}/send-back", "/acces/quitter", "/acces/qui"):
        sent = browser.post(path, {**form_of(scene, answer="accepted"), "name": "Eve", "function": "x"})
        assert sent.status_code == 400, path
    assert bailleurs_answer(scene.lines[0].id) is None


def test_no_page_of_a_guest_is_kept_by_the_browser(scene: Scene) -> None:
    assert guest_of(scene).get(HERE).headers["Cache-Control"] == "no-store"


def test_a_guests_page_costs_as_many_statements_for_many_lines(
    app: Flask, scene: Scene, count_statements: Any
) -> None:
    counts = []
    for each in (scene, make_scene(app, lines=40)):
        browser = guest_of(each)
        browser.get(HERE)
        with count_statements() as seen:
            assert browser.get(HERE).status_code == 200
        counts.append(seen.count)
    assert counts[0] == counts[1]


LETTER = {"side": "bailleur", "how": "letter", "email": "", "language": "fr", "days": "30"}


def test_alc_opens_by_letter_and_the_code_is_shown_once(scene: Scene) -> None:
    browser = scene.alc()
    url = f"/staff/splits/{scene.split_id}/access"
    opened = browser.post(url, LETTER)
    kept = db.session.scalars(select(GuestAccess)).one()
    assert (opened.status_code, opened.location) == (303, f"{url}/{kept.id}/letter")
    letter = browser.get(opened.location)
    page = text_of(letter)
    assert letter.headers["Cache-Control"] == "no-store"
    reference = f"{kept.reference[:4]}-{kept.reference[4:]}"
    assert reference in page
    code = page.partition("<dt>Code</dt><dd>")[2][:19]
    client = scene.app.test_client()
    assert let_in(client, OpenedAccess(kept.id, reference, code, kept.expires_at))
    for again in (opened.location, url, f"/staff/splits/{scene.split_id}"):
        assert code not in text_of(browser.get(again))


def test_a_letter_read_again_opens_no_other_access_and_says_how_to_make_one(scene: Scene) -> None:
    browser = scene.alc()
    url = f"/staff/splits/{scene.split_id}/access"
    letter = browser.post(url, LETTER).location
    browser.get(letter)
    for reader in (browser, scene.alc()):  # refreshed, or opened by a colleague
        again = text_of(reader.get(letter))
        assert "Cette lettre a déjà été affichée" in again
        assert "Ouvrez-en un autre, par lettre" in again
    assert len(db.session.scalars(select(GuestAccess)).all()) == 1
    assert browser.post(letter.replace("/letter", "/revoke")).status_code == 303
    assert f'action="{letter.replace("/letter", "/revoke")}"' not in text_of(browser.get(letter))


def test_a_letter_of_another_split_is_not_found(scene: Scene) -> None:
    other = make_scene(scene.app)
    letter = scene.alc().post(f"/staff/splits/{scene.split_id}/access", LETTER).location
    here = f"/splits/{scene.split_id}/"
    assert scene.alc().get(letter.replace(here, f"/splits/{other.split_id}/")).status_code == 404
    assert scene.bailleur().get(letter).status_code == 404


def test_a_letter_in_english_is_written_in_english_on_a_french_screen(scene: Scene) -> None:
    browser = scene.alc()
    opened = browser.post(f"/staff/splits/{scene.split_id}/access", {**LETTER, "language": "en"})
    assert '<article class="letter" lang="en">' in text_of(browser.get(opened.location))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_familys_letter_is_in_its_language_with_a_picture_that_opens_its_page(
    scene: Scene, language: str
) -> None:
    browser = scene.alc()
    form = {**LETTER, "side": "household", "language": language}
    letter = browser.get(browser.post(f"/staff/splits/{scene.split_id}/access", form).location)
    page, t = text_of(letter), door_texts(language)
    assert f'<article class="letter" lang="{language}" dir="{t.direction}">' in page
    assert plain(t("letter.one")) in plain(page)
    reference, code = (
        page.partition(f'<dt>{t(key)}</dt><dd><bdi dir="ltr">')[2].partition("<")[0]
        for key in ("door.reference", "door.code")
    )
    address = f"{link('guests.enter', reference=reference, lang=language)}#{code}"
    assert (
        f'src="{unescape(segno.make(address, error="m").svg_data_uri(scale=4, border=2, light="white"))}"'
        in page
    )
    assert code not in link("guests.enter", reference=reference, lang=language)


def test_alc_opens_by_mail_and_closes(scene: Scene) -> None:
    browser = scene.alc()
    url = f"/staff/splits/{scene.split_id}/access"
    form = {"side": "bailleur", "how": "mail", "email": "", "language": "fr", "days": "30"}
    refused = browser.post(url, form)
    assert refused.status_code == 422
    assert "Écrivez l’adresse" in text_of(refused)
    assert browser.post(url, {**form, "email": "agence@bailleur.example"}).status_code == 303
    kept = db.session.scalars(select(GuestAccess)).one()
    assert kept.sent_to == "agence@bailleur.example"
    assert "agence@bailleur.example" in text_of(browser.get(url))
    assert browser.post(f"{url}/{kept.id}/revoke").status_code == 303
    assert "Fermé" in text_of(browser.get(url))


def test_a_code_is_closed_from_its_own_split_only(app: Flask, scene: Scene) -> None:
    access = access_of(scene)
    other = make_scene(app)
    url = f"/staff/splits/{other.split_id}/access/{access.access_id}/revoke"
    assert other.alc().post(url).status_code == 404


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.TISF, Role.AGENT, Role.ANIMATOR])
def test_who_may_not_open_accesses_has_no_page_for_it(scene: Scene, role: Role) -> None:
    browser = open_browser(scene.app, make_user(role))
    assert browser.get(f"/staff/splits/{scene.split_id}/access").status_code in {403, 404}


def test_an_agent_takes_over_what_was_answered_with_a_code(scene: Scene) -> None:
    access = access_of(scene)
    guest = guest_of(scene, access)
    guest.post(answer_url(scene), form_of(scene, answer="accepted"))
    agent = scene.bailleur()
    page = text_of(agent.get(f"/bailleur/splits/{scene.split_id}"))
    assert f"{WHO} a donné 1 réponse sans compte." in page
    url = f"/bailleur/splits/{scene.split_id}/guests/{access.access_id}/adopt"
    assert agent.post(url).status_code == 303
    given = bailleurs_answer(scene.lines[0].id)
    assert given is not None
    assert (given.by_id, given.by_name) == (scene.agent.id, WHO)
    kept = db.session.get_one(GuestAccess, access.access_id, populate_existing=True)
    assert kept.adopted_by == scene.agent.id
    assert kept.adopted_at is not None
    assert guest.get(HERE).location == "/acces"
    assert agent.post(url).status_code == 404
    assert "Reprendre ces réponses" not in text_of(agent.get(f"/bailleur/splits/{scene.split_id}"))


def test_another_bailleur_takes_over_nothing(app: Flask, scene: Scene) -> None:
    access = access_of(scene)
    guest_of(scene, access).post(answer_url(scene), form_of(scene, answer="accepted"))
    other = make_scene(app)
    for split_id in (scene.split_id, other.split_id):
        url = f"/bailleur/splits/{split_id}/guests/{access.access_id}/adopt"
        assert other.bailleur().post(url).status_code == 404


def test_what_the_family_answered_is_no_agents_to_take_over(scene: Scene) -> None:
    access = access_of(scene, Side.HOUSEHOLD)
    url = f"/bailleur/splits/{scene.split_id}/guests/{access.access_id}/adopt"
    assert scene.bailleur().post(url).status_code == 404
