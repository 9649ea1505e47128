"""What the family answers on its own page, or on the phone of its référent."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from intranet.chantiers.image_right import right_of
from intranet.chantiers.models import Chantier, SitePhoto
from intranet.chantiers.terms import ChantierState, Moment, Recognisable
from intranet.clock import today
from intranet.database import writing
from intranet.extensions import db
from intranet.guests.service import revoke_access
from intranet.jobs.models import OutboxRow
from intranet.testing.chantiers import add_photo, let_be_seen, make_chantier
from intranet.testing.guests import let_in, make_access
from intranet.testing.plain import plain
from intranet.testing.rent import consent_bailleur, consent_tenant, make_offset
from intranet.testing.works import (
    add_easy_line,
    answer_split_line,
    fresh,
    make_contract,
    make_parties,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.voice.texts import LANGUAGES, words
from intranet.works import service
from intranet.works.commands import ChangeLine
from intranet.works.contract_texts import PARTS
from intranet.works.models import Contract, LineAnswer, LineComment, WorksLine
from intranet.works.terms import Answer, Holder, Payer, Side, SplitState
from tests.portals.families import CANARY, HIDDEN_FIELD, PAGE, Family, family_of
from tests.portals.splits import make_scene

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def family(app: Flask) -> Family:
    return family_of(app, make_scene(app, SplitState.COUNTERED))


def change_first(family: Family, holder: Holder = Holder.BAILLEUR) -> WorksLine:
    line = family.lines[0]
    change = ChangeLine(line.id, line.version, line.room, line.need, holder, Payer.ALC, kind_id=line.kind_id)
    with writing():
        service.change_line(make_parties(family.scene.split).coordinator, change)
    return family.lines[0]


def answers_of(family: Family) -> dict[int, LineAnswer]:
    db.session.expire_all()
    rows = db.session.scalars(db.select(LineAnswer).where(LineAnswer.side == Side.HOUSEHOLD))
    return {row.line_id: row for row in rows if row.answer is not Answer.WAITING}


# What is answered


def test_an_answer_keeps_the_wording_the_name_and_the_day(family: Family) -> None:
    answer = family.send(family.form("yes", "talk"))
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?lang=fr")
    kept = answers_of(family)
    first, second, _third = family.lines
    assert [kept[first.id].answer, kept[second.id].answer] == [Answer.ACCEPTED, Answer.REFUSED]
    assert {each.by_name for each in kept.values()} == {"Amina Benali"}
    assert {each.guest_id for each in kept.values()} == {family.access_id}
    assert kept[first.id].digest == first.digest
    assert fresh(family.scene.split_id).household_answered_on == today()
    html = family.page()
    assert "Merci. Vos réponses sont bien arrivées." in html
    assert "Réponses : 2 sur 3" in html.replace("\xa0", " ")


def test_agreeing_to_every_line_makes_the_agreement(family: Family) -> None:
    family.send(family.form("yes", "yes", "yes"), "pt")
    assert fresh(family.scene.split_id).state is SplitState.AGREED
    assert words("pt")("told.all_agreed") in family.page("pt")


def test_a_doubt_agrees_to_nothing(family: Family) -> None:
    family.send(family.form("yes", "yes", "talk"))
    assert fresh(family.scene.split_id).state is SplitState.COUNTERED


def test_a_line_changed_meanwhile_is_asked_again_and_the_rest_is_kept(family: Family) -> None:
    form = family.form("yes", "yes", "yes")
    changed = change_first(family)
    answer = family.send(form, "ar")
    assert answer.status_code == 409
    html = unescape(answer.get_data(as_text=True))
    assert words("ar")("told.changed") in html
    assert html.count("is-changed") == 1
    assert words("ar")("holder.bailleur") in html
    assert f'name="seen-{changed.id}" value="{changed.digest}"' in html
    assert set(answers_of(family)) == {line.id for line in family.lines[1:]}
    assert fresh(family.scene.split_id).state is SplitState.COUNTERED


def test_a_line_given_up_meanwhile_is_asked_again_as_it_is_now(family: Family) -> None:
    form = family.form("yes", "yes", "yes")
    line = family.lines[0]
    with writing():
        service.remove_line(make_parties(family.scene.split).coordinator, line.id, line.version)
    answer = family.send(form)
    assert answer.status_code == 409
    assert words("fr")("holder.dropped") in unescape(answer.get_data(as_text=True))
    assert line.id not in answers_of(family)


def test_a_line_that_is_gone_takes_no_other_answer_with_it(family: Family) -> None:
    coordinator = make_parties(family.scene.split).coordinator
    with writing():
        line_id = add_easy_line(coordinator, family.scene.split_id, 4).id
    form = family.form("yes", "yes", "yes", "yes")
    with writing():
        service.remove_line(coordinator, line_id, family.lines[-1].version)
    assert family.send(form).status_code == 409
    assert set(answers_of(family)) == {each.id for each in family.lines}
    assert len(family.lines) == 3


def test_an_answer_without_a_name_is_asked_for_it_and_loses_nothing(family: Family) -> None:
    answer = family.send(family.form("yes", "talk", person="  "))
    html = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert words("fr")("told.who") in html
    assert html.count("checked>") == 2
    assert answers_of(family) == {}


def test_nothing_answered_is_told_so(family: Family) -> None:
    answer = family.send(family.form())
    assert answer.status_code == 422
    assert words("fr")("told.nothing") in unescape(answer.get_data(as_text=True))


def test_an_answer_that_comes_too_late_is_told_so(family: Family) -> None:
    form = family.form("yes", "yes", "yes")
    with writing():
        propose_split(family.scene.split_id)
    answer = family.send(form, "uk")
    assert answer.status_code == 422
    assert words("uk")("told.not_now") in unescape(answer.get_data(as_text=True))
    assert answers_of(family) == {}


def test_an_access_closed_meanwhile_keeps_nothing(family: Family) -> None:
    form = family.form("yes")
    with writing():
        revoke_access(make_parties(family.scene.split).coordinator, family.access_id)
    answer = family.send(form)
    assert (answer.status_code, answer.location) == (303, "/acces")
    assert answers_of(family) == {}


def test_the_same_form_sent_twice_says_it_once(family: Family) -> None:
    line = family.lines[0]
    form = family.form("talk", **{f"word-{line.id}": "Pas avant juin"})
    assert [family.send(form).status_code for _time in range(2)] == [303, 303]
    said = db.session.scalars(db.select(LineComment).where(LineComment.side == Side.HOUSEHOLD)).all()
    assert [(each.text, each.author_name, each.author_id) for each in said] == [
        ("Pas avant juin", "Amina Benali", None)
    ]


def test_a_word_alone_asks_to_talk_about_the_line(family: Family) -> None:
    line = family.lines[1]
    family.send(family.form(**{f"word-{line.id}": "هل الطلاء أبيض؟"}, lang="ar"))
    assert answers_of(family)[line.id].answer is Answer.REFUSED
    assert "هل الطلاء أبيض؟" in family.page("ar")


def test_a_word_with_a_number_nobody_may_write_down_is_refused_and_shown_again(family: Family) -> None:
    line = family.lines[0]
    answer = family.send(family.form("talk", **{f"word-{line.id}": "1 85 05 78 006 084 36"}))
    html = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert words("fr")("told.word") in html
    assert "1 85 05 78 006 084 36" in html
    assert answers_of(family) == {}


def test_what_the_family_writes_is_read_by_alc_and_never_by_the_bailleur(family: Family) -> None:
    scene, line = family.scene, family.lines[0]
    family.send(family.form("talk", **{f"word-{line.id}": f"{CANARY} mon fils tousse"}))
    assert CANARY in scene.alc().get(f"/staff/splits/{scene.split_id}").get_data(as_text=True)
    bailleur = scene.bailleur()
    for page in (
        "/bailleur/",
        f"/bailleur/splits/{scene.split_id}",
        f"/bailleur/splits/{scene.split_id}/versions",
    ):
        assert CANARY not in bailleur.get(page).get_data(as_text=True), page
    with writing():
        propose_split(scene.split_id)
    past = f"/bailleur/splits/{scene.split_id}/lines/{line.id}"
    for page in (f"/bailleur/splits/{scene.split_id}", past):
        assert CANARY not in bailleur.get(page).get_data(as_text=True), page


def test_those_who_follow_the_family_are_written_to_when_it_has_answered(family: Family) -> None:
    family.send(family.form("yes", "talk"))
    mails = db.session.scalars(db.select(OutboxRow.payload).where(OutboxRow.job == "mail.send")).all()
    assert any("Amina Benali" in str(mail) and "household_answered" in str(mail) for mail in mails)


def test_the_history_names_who_answered(family: Family) -> None:
    family.send(family.form("yes", "talk"))
    html = unescape(family.scene.alc().get(f"/staff/splits/{family.scene.split_id}").get_data(as_text=True))
    assert "Amina Benali" in html
    assert "a répondu pour la famille : 1 d’accord, 1 à discuter" in plain(html)


# Three answers, one gesture, and what the page says after


def test_saying_that_it_is_the_landlords_is_read_by_alc_and_marked_on_the_page(family: Family) -> None:
    family.send(family.form("bailleur", "yes", "yes"))
    assert "C’est au bailleur" in family.scene.alc().get(f"/staff/splits/{family.scene.split_id}").get_data(
        as_text=True
    )
    html = family.page()
    say = words("fr")
    assert html.count(say("line.discussed")) == 1
    assert say("state.answered_talk") in html
    assert 'value="bailleur" checked' in html
    assert say("turn.alc", since=say("turn.today")) in html


def test_one_gesture_agrees_to_all_that_has_no_answer_and_changes_none_given(family: Family) -> None:
    family.send(family.form("talk", all="1"))
    kept = [answers_of(family)[line.id].answer for line in family.lines]
    assert kept == [Answer.REFUSED, Answer.ACCEPTED, Answer.ACCEPTED]
    family.send(family.form("yes", "yes", "yes"))
    assert fresh(family.scene.split_id).state is SplitState.AGREED


def test_the_page_counts_down_to_the_last_answer(family: Family) -> None:
    say = words("fr")
    assert say("state.countered") in family.page()
    family.send(family.form("yes"))
    assert say("state.more") in family.page()
    assert say("turn.both", since=say("turn.today")) in family.page()


def test_the_page_follows_the_contract_until_each_has_signed(app: Flask) -> None:
    family, say = family_of(app, make_scene(app, SplitState.AGREED)), words("fr")
    assert say("state.agreed") in family.page()
    contract = make_contract(family.scene.split_id)
    assert say("state.to_sign") in family.page()
    with writing():
        sign_contract(contract.id, Side.HOUSEHOLD)
    assert say("state.signed_by_you") in family.page()
    with writing():
        sign_contract(contract.id)
    assert say("state.signed") in family.page()


def test_the_contract_is_read_along_in_each_language(app: Flask) -> None:
    family = family_of(app, make_scene(app, SplitState.AGREED))
    assert family.client.get(f"{PAGE}/contrat").status_code == 404
    contract = make_contract(family.scene.split_id)
    for language in LANGUAGES:
        say = words(language)
        answer = family.client.get(f"{PAGE}/contrat?lang={language}")
        html = unescape(answer.get_data(as_text=True))
        assert f'<html lang="{language}" dir="{say.direction}"' in html
        for key in ("contract.note", "contract.yours", "clause.object", "clause.stopping", "clause.data"):
            assert say(key) in html, (language, key)
        assert say.works("II.a.2", "")[0].text in html
        assert say.day(contract.starts_on) in html  # type: ignore[arg-type]
        assert say("clause.rent") not in html
    assert say("contract.along") in family.page(language)


def test_every_clause_has_its_plain_words() -> None:
    parts = {key for key in PARTS if key not in {"header", "intro", "signing", "footer"}}
    assert {key.removeprefix("clause.") for key in words("fr").known if key.startswith("clause.")} == parts


def test_a_family_is_told_that_its_list_was_withdrawn(family: Family) -> None:
    split = fresh(family.scene.split_id)
    with writing():
        service.withdraw(make_parties(split).coordinator, split.id, split.version, "Autre logement")
    html = family.page()
    assert words("fr")("state.withdrawn") in html
    assert "voice-line" not in html


def test_a_line_the_landlord_does_not_agree_to_is_marked_and_no_more_is_said(app: Flask) -> None:
    scene = make_scene(app, SplitState.PROPOSED)
    with writing():
        answer_split_line(scene.lines[0], Answer.REFUSED, comment=CANARY)
        send_split_back(scene.split_id)
    html = family_of(app, scene).page()
    assert html.count(words("fr")("line.discussed")) == 1
    assert words("fr")("intro.discussed", count=1) in html
    assert CANARY not in html


def test_what_comes_off_the_rent_is_said_in_the_familys_language(family: Family) -> None:
    with writing():
        offset = make_offset(family.scene.split_id)
    for language in ("fr", "pt"):
        say = words(language)
        html = family.page(language)
        assert say("rent.total", total=say.amount(offset.terms.total_cents)) in html
        assert say("rent.asked") in html
    with writing():
        consent_tenant(family.scene.split_id)
        consent_bailleur(family.scene.split_id)
    assert words("fr")("rent.agreed") in family.page()


def test_a_family_takes_back_its_image_and_its_pictures_are_erased(app: Flask, client: FlaskClient) -> None:
    running = make_chantier(ChantierState.OPEN)
    let_be_seen(running, True)
    with writing():
        add_photo(running, Moment.DURING, recognisable=Recognisable.FAMILY)
    split_id = db.session.get_one(Contract, running.chantier.contract_id).split_id
    let_in(client, make_access(running.coordinator, split_id, Side.HOUSEHOLD, language="ar"))
    page = unescape(client.get(PAGE).get_data(as_text=True))
    assert words("ar")("image.agreed") in page
    form = dict(HIDDEN_FIELD.findall(page))
    assert client.post(f"{PAGE}/image/take-back?lang=ar", data=form).status_code == 303
    page = unescape(client.get(PAGE).get_data(as_text=True))
    assert words("ar")("image.thanks") in page
    assert words("ar")("image.refused") in page
    assert right_of(db.session.get_one(Chantier, running.chantier.id)).agreed is False
    assert db.session.scalars(db.select(SitePhoto)).all() == []


# On the phone of somebody of ALC


def test_a_referent_opens_the_same_page_and_records_place_and_day(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    alc, page = scene.alc(), f"/staff/splits/{scene.split_id}/family"
    assert page in alc.get(f"/staff/splits/{scene.split_id}").get_data(as_text=True)
    html = unescape(alc.get(f"{page}?lang=ar").get_data(as_text=True))
    assert '<html lang="ar" dir="rtl"' in html
    assert "Pour ALC : vous enregistrez la réponse donnée devant vous." in plain(html)
    yesterday = today() - timedelta(days=1)
    form = {
        **dict(HIDDEN_FIELD.findall(html)),
        **{f"line-{line.id}": "yes" for line in scene.lines},
        "person": "Amina Benali",
        "answered_on": yesterday.isoformat(),
        "place": "Au logement",
    }
    answer = alc.post(f"{page}?lang=ar", form)
    assert (answer.status_code, answer.location) == (303, f"{page}?lang=ar")
    split = scene.split
    assert split.state is SplitState.AGREED
    assert (split.household_answered_on, split.household_answered_at_place) == (yesterday, "Au logement")
    kept = db.session.scalars(db.select(LineAnswer).where(LineAnswer.side == Side.HOUSEHOLD)).all()
    assert {(each.by_name, each.by_id, each.guest_id) for each in kept} == {
        ("Amina Benali", scene.coordinator.id, None)
    }


def test_a_referents_wrong_date_is_told_beside_its_field(app: Flask) -> None:
    scene = make_scene(app, SplitState.COUNTERED)
    alc, page = scene.alc(), f"/staff/splits/{scene.split_id}/family"
    form = {
        **dict(HIDDEN_FIELD.findall(unescape(alc.get(page).get_data(as_text=True)))),
        f"line-{scene.lines[0].id}": "yes",
        "person": "Amina",
        "answered_on": (today() + timedelta(days=2)).isoformat(),
    }
    answer = alc.post(page, form)
    html = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "La réponse ne peut pas être datée du futur." in html
    assert html.count("checked>") == 1


def test_the_page_of_another_familys_split_is_not_found(app: Flask) -> None:
    scene, other = make_scene(app, SplitState.COUNTERED), make_scene(app, SplitState.COUNTERED)
    assert scene.bailleur().get(f"/staff/splits/{other.split_id}/family").status_code == 404
    assert scene.alc().get("/staff/splits/9999/family").status_code == 404
