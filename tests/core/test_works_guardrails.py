"""Guard-rails one by one: what breaks each, what does not, and that none can be set aside by a trick."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from intranet.dossiers.terms import Survey
from intranet.works.guardrails import (
    BY_ID,
    CONDITIONS,
    GUARDRAILS,
    DwellingFacts,
    LineFacts,
    check_line,
    lock,
    locked_reason,
    starting_point,
)
from intranet.works.protected import LOCKED, PROFESSIONAL, source_of
from intranet.works.rules import KindFacts
from intranet.works.terms import Cause, DefaultHolder, Holder, Need, Payer, Professional
from tests.core.test_works_rules import ROWS, kind

SOUND = DwellingFacts(permit_year=2005, asbestos=Survey.MISSING, lead=Survey.MISSING, decent=True)
SURVEYED = DwellingFacts(permit_year=1930, asbestos=Survey.CLEAR, lead=Survey.CLEAR, decent=True)
OTHERS = (Holder.TENANT, Holder.SHARED, Holder.PARTNER)


def a_line(code: str | None, holder: Holder = Holder.TENANT, label: str = "", **more: object) -> LineFacts:
    facts = LineFacts(
        kind=kind(code) if code else None,
        label=label,
        need=Need.WISHED,
        cause=Cause.USE,
        holder=holder,
        materials_payer=Payer.BAILLEUR,
    )
    return replace(facts, **more)  # type: ignore[arg-type]


def broken(line: LineFacts, home: DwellingFacts = SOUND) -> list[str]:
    return [violation.rule for violation in check_line(line, home)]


@pytest.mark.parametrize("code", [code for code, values in ROWS.items() if values["locked_to_bailleur"]])
def test_what_is_locked_to_the_bailleur_goes_to_nobody_else(code: str) -> None:
    for holder in OTHERS:
        assert "locked_to_bailleur" in broken(a_line(code, holder), SURVEYED)
    assert broken(a_line(code, Holder.BAILLEUR)) == []


@pytest.mark.parametrize("label", ["Tableau électrique à changer", "Fuite de gaz", "Ouvrir le mur porteur"])
def test_a_free_line_cannot_dodge_the_lock_by_its_words(label: str) -> None:
    assert "locked_to_bailleur" in broken(a_line(None, label=label))


@pytest.mark.parametrize("label", ["Ranger la cave", "Plomberie : joint du lavabo", "Rideaux du séjour"])
def test_ordinary_words_of_a_free_line_lock_nothing(label: str) -> None:
    assert broken(a_line(None, label=label)) == []


def test_professional_works_go_to_the_partner_but_not_to_the_tenant() -> None:
    assert broken(a_line("II.b.2")) == ["professional_only"]
    assert broken(a_line("II.b.2", Holder.SHARED)) == ["professional_only"]
    assert broken(a_line("II.b.2", Holder.PARTNER)) == []


def test_works_partly_professional_ask_the_condition_and_then_hold_to_it() -> None:
    assert broken(a_line("VI.a.1")) == ["condition_unanswered"]
    assert broken(a_line("VI.a.1", condition_met=False)) == ["condition_unmet"]
    assert broken(a_line("VI.a.1", condition_met=True)) == []
    assert broken(a_line("VI.a.1", Holder.PARTNER)) == []


def test_every_condition_of_the_catalogue_has_its_question() -> None:
    assert {values["professional_condition"] for values in ROWS.values()} - {""} == set(CONDITIONS)


@pytest.mark.parametrize("year", [None, 1900, 1996, 1997])
@pytest.mark.parametrize("holder", OTHERS)
def test_without_a_survey_nothing_drills_in_a_home_permitted_before_july_1997(
    year: int | None, holder: Holder
) -> None:
    home = replace(SOUND, permit_year=year)

    assert "asbestos" in broken(a_line("E.6", holder), home)
    assert broken(a_line("E.6", Holder.BAILLEUR), home) == []


def test_a_clear_survey_or_a_later_permit_lifts_the_asbestos_rule() -> None:
    assert broken(a_line("E.6"), replace(SOUND, permit_year=1998)) == []
    assert broken(a_line("E.6"), replace(SOUND, permit_year=1960, asbestos=Survey.CLEAR)) == []


def test_asbestos_that_was_found_forbids_whatever_the_year() -> None:
    assert broken(a_line("E.6"), replace(SOUND, permit_year=2010, asbestos=Survey.FOUND)) == ["asbestos"]


@pytest.mark.parametrize("code", ["III.b.3", "L.14", "E.3", "III.a.2", "III.a.4", "E.1", "E.5", "E.12"])
def test_kinds_that_drill_sand_or_lift_a_floor_are_under_the_asbestos_rule(code: str) -> None:
    assert "asbestos" in broken(a_line(code), replace(SOUND, permit_year=1975))


@pytest.mark.parametrize("code", ["II.a.1", "IV.d.3", "E.7", "E.8", "E.9", "III.a.1", "T.2"])
def test_kinds_that_only_clean_or_change_like_for_like_are_not(code: str) -> None:
    assert broken(a_line(code), replace(SOUND, permit_year=1900)) == []


@pytest.mark.parametrize("label", ["Percer pour une tringle", "Poncer le parquet", "Refaire le sol"])
def test_the_gesture_of_a_free_line_is_read_from_its_words(label: str) -> None:
    assert broken(a_line(None, label=label), replace(SOUND, permit_year=1975)) == ["asbestos"]


@pytest.mark.parametrize("year", [None, 1890, 1948])
@pytest.mark.parametrize("holder", OTHERS)
def test_without_a_report_nothing_scrapes_paint_in_a_home_older_than_1949(
    year: int | None, holder: Holder
) -> None:
    home = DwellingFacts(year, Survey.CLEAR, Survey.MISSING, True)

    assert broken(a_line("E.1", holder), home) == ["lead"]
    assert broken(a_line("E.6", holder), home) == []  # shelves scrape no paint


def test_a_clear_lead_report_or_a_later_home_lifts_the_lead_rule() -> None:
    assert broken(a_line("E.1"), SURVEYED) == []
    assert broken(a_line("E.1"), DwellingFacts(1949, Survey.CLEAR, Survey.MISSING, True)) == []


def test_lead_that_was_found_forbids_whatever_the_year() -> None:
    assert broken(a_line("E.1"), replace(SOUND, lead=Survey.FOUND)) == ["lead"]


def test_a_transformation_needs_the_written_consent_whoever_of_the_family_does_it() -> None:
    assert broken(a_line("E.4")) == ["written_consent"]
    assert broken(a_line("E.4", Holder.SHARED)) == ["written_consent"]
    assert broken(a_line("E.4", consent_on=date(2019, 3, 1))) == []
    assert broken(a_line("E.4", Holder.PARTNER)) == []


def test_an_adaptation_needs_no_written_consent() -> None:
    assert broken(a_line("E.11", condition_met=True)) == []


def test_works_that_bring_a_home_to_decency_never_go_to_the_tenant() -> None:
    unfit = replace(SOUND, decent=False)

    assert broken(a_line("L.20", need=Need.NEEDED), unfit) == ["decency"]
    assert broken(a_line("L.20", need=Need.NEEDED), SOUND) == []
    assert broken(a_line("L.20"), unfit) == []  # wished: the home is decent without
    assert "decency" in broken(a_line("L.12", need=Need.NEEDED), SOUND)  # décret 2002-120
    assert broken(a_line(None, label="Remettre la douche", need=Need.NEEDED), unfit) == ["decency"]


def test_the_tenant_does_not_pay_for_what_is_the_bailleurs() -> None:
    paid = a_line("L.5", Holder.BAILLEUR, materials_payer=Payer.TENANT)

    assert broken(paid) == ["tenant_pays_bailleur_works"]
    assert broken(replace(paid, holder=Holder.DROPPED)) == []


@pytest.mark.parametrize("code", ROWS)
def test_the_bailleur_may_hold_every_kind_and_every_kind_may_be_dropped(code: str) -> None:
    worst = DwellingFacts()

    assert broken(a_line(code, Holder.BAILLEUR), worst) == []
    assert broken(a_line(code, Holder.DROPPED), worst) == []


@pytest.mark.parametrize("code", ROWS)
@pytest.mark.parametrize("home", [SOUND, SURVEYED, DwellingFacts(), replace(SOUND, decent=False)])
def test_what_the_rules_start_with_never_breaks_a_guard_rail(code: str, home: DwellingFacts) -> None:
    for cause in Cause:
        for need in Need:
            line = a_line(code, need=need, cause=cause)
            _default, holder, payer = starting_point(line, home)

            assert broken(replace(line, holder=holder, materials_payer=payer), home) == []


def test_the_lock_says_what_keeps_a_line_from_the_tenant_whoever_holds_it() -> None:
    assert lock(a_line("L.5", Holder.BAILLEUR), SOUND) == "locked_to_bailleur"
    assert lock(a_line("E.7", Holder.BAILLEUR), SOUND) == ""
    assert lock(a_line("E.6", Holder.BAILLEUR), replace(SOUND, permit_year=1975)) == "asbestos"


def test_every_guard_rail_has_its_reason_in_words() -> None:
    assert len(BY_ID) == len(GUARDRAILS)
    for rule in GUARDRAILS:
        assert len(str(locked_reason(rule.id))) > 20
    assert locked_reason("") == ""


NEVER_SET_ASIDE = {rule.id for rule in GUARDRAILS} - {"condition_unmet"}


@pytest.mark.parametrize("code", ROWS)
@pytest.mark.parametrize("holder", [Holder.TENANT, Holder.SHARED, Holder.PARTNER])
@pytest.mark.parametrize("met", [None, False, True])
def test_only_a_condition_that_is_not_met_could_ever_be_set_aside(
    code: str, holder: Holder, met: bool | None
) -> None:
    line = a_line(code, holder=holder, condition_met=met, materials_payer=Payer.TENANT)
    for home in (SOUND, SURVEYED, DwellingFacts(), DwellingFacts(1930, decent=False)):
        for violation in check_line(line, home):
            assert not (violation.rule in NEVER_SET_ASIDE and violation.overridable), (code, violation.rule)


@pytest.mark.parametrize(
    ("code", "overridable"),
    [("I.c.1", True), ("E.11", True), ("VI.a.1", False), ("L.14", False)],  # height, bars; gas, asbestos
)
def test_an_unmet_condition_of_gas_electricity_or_asbestos_is_never_set_aside(
    code: str, overridable: bool
) -> None:
    line = a_line(code, cause=Cause.USE, condition_met=False)
    found = [each for each in check_line(line, SOUND) if each.rule == "condition_unmet"]

    assert [each.overridable for each in found] == [overridable]


@pytest.mark.parametrize(
    ("change", "never"),
    [
        ({"trade": "gaz"}, True),
        ({"trade": "électricité"}, True),
        ({"trade": "gros œuvre"}, True),
        ({"hazard": "asbestos height"}, True),
        ({"hazard": "lead"}, True),
        ({"locked_to_bailleur": True}, True),
        ({"hazard": "height"}, False),
    ],
)
def test_a_kind_the_site_adds_keeps_what_is_never_set_aside(change: dict[str, object], never: bool) -> None:
    line = a_line("I.c.1", condition_met=False)
    assert line.kind is not None
    found = check_line(replace(line, kind=replace(line.kind, **change)), SOUND)  # type: ignore[arg-type]

    assert [each.overridable for each in found if each.rule == "condition_unmet"] == [not never]


def test_what_is_set_aside_silences_that_rule_alone_and_never_a_hard_one() -> None:
    everything = frozenset(rule.id for rule in GUARDRAILS)
    high = a_line("I.c.1", condition_met=False)

    assert "condition_unmet" not in broken(replace(high, set_aside=frozenset({"condition_unmet"})))
    assert broken(replace(a_line("VI.a.1", condition_met=False), set_aside=everything)) == ["condition_unmet"]
    assert broken(replace(a_line("IV.d.1"), set_aside=everything)) == broken(a_line("IV.d.1")) != []


@pytest.mark.parametrize("code", [*LOCKED, *PROFESSIONAL])
def test_a_row_of_the_catalogue_never_opens_to_the_tenant_what_the_law_keeps_from_it(code: str) -> None:
    """An edited, imported or old row says it is free for all: the guard-rail, its source and the default hold."""
    opened = KindFacts(code, "peinture", DefaultHolder.TENANT, hazard="", legal_basis="")
    found = check_line(replace(a_line("E.7"), kind=opened), SURVEYED)

    assert found
    assert not found[0].overridable
    assert (LOCKED.get(code) or PROFESSIONAL[code]) in str(found[0].message)
    default, holder, _payer = starting_point(replace(a_line("E.7"), kind=opened), SURVEYED)
    assert holder is Holder.BAILLEUR
    assert (default.rule == "safety") is (code in LOCKED)


@pytest.mark.parametrize(
    ("code", "trick"),
    [("VI.a.1", "circuits"), ("L.14", "old_slabs")],
)
def test_a_condition_against_gas_electricity_or_asbestos_is_asked_whatever_the_row_says(
    code: str, trick: str
) -> None:
    freed = KindFacts(code, "peinture", DefaultHolder.TENANT, professional_only=Professional.NO)
    assert freed.professional_condition == trick
    unmet = replace(a_line("E.7", condition_met=False), kind=freed)
    assert [each.overridable for each in check_line(unmet, SOUND) if each.rule == "condition_unmet"] == [
        False
    ]


@pytest.mark.parametrize(
    "label",
    [
        "Tableau  électrique à changer",
        "Changer le disjoncteur",
        "Abattre le mur‑porteur",
        "Colonne montante",
        "Chaudière à régler",
        "Gaz : déplacer l’arrivée",
        "Retirer la plaque de fibro-ciment",
        "Gratter la peinture au plomb",
        "Repeindre la cage d’escalier",
        "Ami\u00adante du conduit",
    ],
)
@pytest.mark.parametrize("code", [None, "E.6", "I.a.1"])
def test_words_that_the_law_keeps_lock_a_free_line_and_a_kind_under_another_name(
    label: str, code: str | None
) -> None:
    found = check_line(a_line(code, label=label), SURVEYED)
    assert found[0].rule == "locked_to_bailleur"
    assert "art." in str(found[0].message)


@pytest.mark.parametrize(("code", "values"), ROWS.items())
def test_the_law_leaves_the_catalogue_as_it_comes(code: str, values: dict[str, Any]) -> None:
    assert bool(source_of(code, values["label_fr"])) is (code in LOCKED)
    assert values["locked_to_bailleur"] is (code in LOCKED)
