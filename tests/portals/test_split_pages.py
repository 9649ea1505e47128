"""ALC's table of a split: disputed lines first, one main action, refusals that lose nothing."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from intranet.access import Role
from intranet.database import writing
from intranet.testing.factories import make_pole, make_user
from intranet.testing.works import add_easy_line, make_parties
from intranet.works.models import WorksLine
from intranet.works.terms import Holder, Payer, SplitState
from tests.portals.splits import (
    Scene,
    make_scene,
    open_browser,
    row_of,
    split_of,
    text_of,
)

pytestmark = pytest.mark.usefixtures("db_session")


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
    assert split_of(scene.dossier.id).state is SplitState.WITHDRAWN
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
