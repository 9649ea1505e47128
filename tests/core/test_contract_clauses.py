"""What the contract says: the clauses that apply, the lines by side, the summary, the boxes to sign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from intranet.dossiers.terms import Survey
from intranet.works.contract_content import Amended, document
from intranet.works.contract_document import render_pdf
from intranet.works.guardrails import DwellingFacts
from intranet.works.rules import Difference
from intranet.works.terms import Holder
from tests.core.contract_samples import a_line, clauses_of, content, text_of

RENT: dict[str, Any] = {
    "monthly_cents": 5_000,
    "months": 6,
    "total_cents": 30_000,
    "starts_on": "2019-05-01",
    "documented_cents": 32_000,
    "lines": [{"id": 1, "label": "Peindre", "room": "Séjour"}],
    "early_departure": "Le reste est versé.",
    "decency_attested_on": "2019-03-01",
    "decency_attested_by": "Une experte",
    "consents": {
        "bailleur": {"by_name": "Jean Agence", "on": "2019-03-03"},
        "household": {"by_name": "Nour Essai", "on": "2019-03-04"},
    },
}
WEAR: dict[str, Any] = {
    "age_years": 5,
    "cost_cents": 14_130,
    "rate": {"lifetime_years": 7, "free_years": 2, "yearly_discount_pct": 18, "residual_pct": 10},
    "share_pct": 46,
    "tenant_cents": 6_500,
    "grid": {"id": 1, "name": "Grille Azur", "source": "accord de 2018", "starts_on": "2018-01-01"},
    "on": "2019-03-01",
}


@pytest.fixture
def french(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.usefixtures("french")
def test_only_the_clauses_that_apply_are_there() -> None:
    aged = clauses_of(home=DwellingFacts(1930, Survey.MISSING, Survey.CLEAR), lead_on=date(2018, 5, 2))
    optional = {"asbestos_doubt", "lead_clear", "transformation", "wear", "rent", "amendment"}

    assert optional.isdisjoint(clauses_of())
    assert {"asbestos_doubt", "lead_clear"} <= set(aged)
    assert "2\u00a0mai 2018" in aged["lead_clear"]["blocks"][0]["runs"][0][1]
    consented = clauses_of(lines=[a_line(1, consent="written", consent_on="2019-03-02")])
    assert consented["transformation"]["facts"] == [["Cuisine — Travail 1", "accord du 2\u00a0mars 2019"]]
    only_family = clauses_of(lines=[a_line(1, legal_basis="")])
    assert {"bailleur_works", "tenant_repairs"}.isdisjoint(only_family)


@pytest.mark.usefixtures("french")
def test_every_rule_of_law_a_clause_rests_on_is_named() -> None:
    text = text_of(render_pdf(content(rent=RENT, lines=[a_line(1, tenant_cents=100, wear=WEAR)])))

    for source in (
        "article 6 a",
        "article 7 c",
        "décret n° 2016-382",
        "article 7 g",
        "Code civil, article 9",
    ):
        assert source in text


@pytest.mark.usefixtures("french")
def test_works_against_rent_are_written_to_the_cent_with_both_consents() -> None:
    rent = dict(clauses_of(rent=RENT)["rent"]["facts"])

    assert rent["Baisse du loyer"] == "50,00\u00a0€ par mois"
    assert rent["En tout"] == "300,00\u00a0€"
    assert rent["Si la famille part plus tôt"] == "Le reste est versé."
    assert "Jean Agence" in rent["Accords donnés sur ces chiffres"]


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (True, "La famille accepte que ses membres"),
        (False, "La famille refuse que ses membres"),
        (None, "La question n’a pas encore été posée"),
    ],
)
def test_the_image_consent_is_written_as_it_stands(given: bool | None, said: str) -> None:
    (answer,) = clauses_of(image_consent=given)["image"]["facts"]

    assert answer[0] == "Réponse de la famille"
    assert answer[1].startswith(said)


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_question_not_asked_leaves_no_choice_between_two_answers_on_the_paper(language: str) -> None:
    with force_locale(language):
        text = text_of(render_pdf(content(image_consent=None, language=language)))
        agreed, refused, unasked = (
            " ".join(clauses_of(image_consent=given)["image"]["facts"][0][1].split())
            for given in (True, False, None)
        )

    assert unasked in text
    assert agreed not in text
    assert refused not in text


@pytest.mark.usefixtures("french")
def test_a_damage_is_written_with_its_whole_calculation() -> None:
    (row,) = document(content(lines=[a_line(1, tenant_cents=6_500, wear=WEAR)]))["damage"]

    assert (row["age"], row["share"], row["amount"]) == ("5 ans", "46 %", "65,00\u00a0€")
    assert "Grille Azur" in row["note"]


@pytest.mark.usefixtures("french")
def test_the_dates_of_the_bailleur_come_soonest_first() -> None:
    lines = [
        a_line(1, Holder.BAILLEUR, due_on="2019-05-02"),
        a_line(2, Holder.BAILLEUR, due_on="2019-04-01"),
        a_line(3, Holder.TENANT, due_on="2019-03-01"),
    ]

    assert [what for what, _on in document(content(lines=lines))["due"]] == [
        "Entrée — Travail 2",
        "Cuisine — Travail 1",
    ]


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize("holder", [Holder.TENANT, Holder.BAILLEUR, Holder.PARTNER, Holder.SHARED])
def test_a_party_without_a_line_is_said_in_words_and_leaves_no_empty_section(holder: Holder) -> None:
    said = document(content(lines=[a_line(1, holder)]))

    assert len(said["sides"]) == 1
    missing = {
        "La famille n’a pas": holder not in (Holder.TENANT, Holder.SHARED),
        "Le bailleur n’a pas": holder not in (Holder.BAILLEUR, Holder.SHARED),
        "Le partenaire travaux n’a pas": holder is not Holder.PARTNER,
    }
    for start, absent in missing.items():
        assert any(sentence.startswith(start) for sentence in said["absent"]) is absent
        assert any(sentence.startswith(start) for sentence in said["summary"]) is absent
    assert render_pdf(content(lines=[a_line(1, holder)]))


@pytest.mark.usefixtures("french")
def test_volunteers_have_a_heading_only_when_some_are_foreseen() -> None:
    assert [each["title"] for each in document(content())["support"]] == [
        "Accompagnement technique",
        "Accompagnement social",
    ]
    assert (
        document(content(support_volunteers="Deux voisines"))["support"][2]["title"]
        == "Bénévoles et entraide"
    )


@pytest.mark.usefixtures("french")
def test_an_amendment_says_what_it_changes_and_why() -> None:
    change = Difference(1, "Peindre", "Séjour", "minutes", 600, 960)
    said = document(
        content(amended=Amended("CP-2019-0003", date(2019, 1, 4), "La cuisine attend.", (change,)))
    )

    assert said["heading"] == "Avenant au contrat de participation"
    assert "signé le 4\u00a0janvier 2019" in said["amended"]["sentence"]
    assert "temps prévu" in said["amended"]["changes"][0]
    assert "amendment" in {clause["key"] for clause in said["clauses"]}


@pytest.mark.usefixtures("french")
def test_the_summary_counts_the_familys_part_of_what_is_shared() -> None:
    summary = document(content())["summary"]

    assert "2 travaux" in summary[0]
    assert "10\u00a0h\u00a030" in summary[0].replace("\u202f", "\u00a0")  # 7 h 30 + 40 % of 7 h 30


@pytest.mark.usefixtures("french")
def test_a_box_to_sign_for_each_party_that_must() -> None:
    with_partner = document(content())["signatures"]
    without = document(content(partner_signs=False))["signatures"]

    assert (len(with_partner), len(without)) == (4, 3)


@pytest.mark.usefixtures("french")
def test_the_room_to_sign_by_hand_says_whom_it_is_for() -> None:
    text = " ".join(text_of(render_pdf(content())).split())

    assert "Qui signe à l’écran ou avec un code n’écrit rien ici" in text
    assert text.count("Signature, précédée de « lu et approuvé »") == 4


@pytest.mark.usefixtures("french")
def test_what_was_dropped_is_counted_not_listed() -> None:
    assert "2 travaux discutés" in text_of(render_pdf(content(dropped=2)))
