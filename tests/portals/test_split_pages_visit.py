"""The joint visit: lines room by room, their defaults, what is refused and what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from intranet.access import Role
from intranet.clock import today
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_user
from intranet.testing.works import kind_id, make_catalogue
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Split, WorksLine
from intranet.works.terms import Holder, SplitState
from tests.portals.splits import (
    Browser,
    open_browser,
    split_of,
    text_of,
    visit_form,
)

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def housed(app: Flask) -> Dossier:
    """A household that joined, in a flat whose reports are clear, with no split yet."""
    make_catalogue()
    dwelling = make_dwelling(asbestos=Survey.CLEAR, lead=Survey.CLEAR)
    return make_dossier(dwelling=dwelling, state=DossierState.JOINED)


@pytest.fixture
def alc(app: Flask) -> Browser:
    return open_browser(app, make_user(Role.COORDINATOR, name="Claire Coordination"))


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


def test_words_of_every_day_stand_beside_the_works_they_find(housed: Dossier, alc: Browser) -> None:
    page = alc.get(f"/staff/dossiers/{housed.id}/visit").text
    for code, word in {"L.11": "toilettes", "IV.a.2": "fuite", "E.5": "placo", "L.15": "moisissure"}.items():
        option = next(each for each in page.split("<option ") if f'value="{kind_id(code)}"' in each)
        assert word in option, code


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


def test_a_first_line_that_is_refused_leaves_no_split_and_no_trace_of_one(
    housed: Dossier, alc: Browser
) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    assert alc.post(url, visit_form("L.5", holder="tenant")).status_code == 422
    assert db.session.scalars(db.select(Split)).all() == []
    assert db.session.scalars(db.select(TimelineEntry).where(TimelineEntry.subject == "split")).all() == []

    assert alc.post(url, visit_form("L.5")).status_code == 303
    assert split_of(housed.id).state is SplitState.DRAFT


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


def test_what_was_answered_or_consented_to_for_one_room_is_not_for_another(
    housed: Dossier, alc: Browser
) -> None:
    url = f"/staff/dossiers/{housed.id}/visit"
    tiling = visit_form("E.4", need="wished", consent_on=today().isoformat(), holder="tenant")
    assert alc.post(url, tiling).status_code == 303
    line = db.session.scalars(db.select(WorksLine)).one()
    assert line.consent_on == today()
    alc.post(f"/staff/splits/{line.split_id}/lines/{line.id}/copy", {"room": "Salle de bains"})
    copied = db.session.scalars(db.select(WorksLine).where(WorksLine.room == "Salle de bains")).one()
    assert (copied.consent_on, copied.condition_met, copied.holder) == (None, None, Holder.BAILLEUR)
    assert copied.lock == "written_consent"


def test_a_line_moved_to_another_room_leaves_its_written_consent_behind_and_says_so(
    housed: Dossier, alc: Browser
) -> None:
    tiling = visit_form("E.4", need="wished", consent_on=today().isoformat(), materials_payer="tenant")
    alc.post(f"/staff/dossiers/{housed.id}/visit", {**tiling, "holder": "tenant"})
    line = db.session.scalars(db.select(WorksLine)).one()
    form = {**tiling, "room": "Salle de bains", "version": str(line.version)}
    url = f"/staff/splits/{line.split_id}/lines/{line.id}"

    kept = alc.post(url, {**form, "holder": "tenant"})
    assert kept.status_code == 422
    assert "Indiquez la date de l’accord donné pour les travaux tels qu’ils sont maintenant" in text_of(kept)

    given_up = alc.post(url, {**form, "holder": "bailleur", "materials_payer": "bailleur"})
    assert given_up.status_code == 303
    assert "il n’est plus retenu pour cette ligne" in text_of(alc.get(f"/staff/splits/{line.split_id}"))
    assert db.session.scalars(db.select(WorksLine.consent_on)).one() is None


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
