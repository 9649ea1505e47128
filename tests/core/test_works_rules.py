"""Who holds which works: the six tests in their order, wordings and their differences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from intranet.access import OrganisationKind, Role, Scope
from intranet.works.catalogue import kind_values, read_rows
from intranet.works.rules import (
    KindFacts,
    Wording,
    differences,
    digest,
    propose_default,
    side_of,
    snapshot_line,
)
from intranet.works.terms import Cause, Holder, Need, Payer, Side

ROWS = {row["code"]: kind_values(row, position) for position, row in enumerate(read_rows(), start=1)}
WORDING = Wording(
    7, "Étagères", "Séjour", Need.WISHED, Cause.USE, Holder.TENANT, None, Payer.TENANT, 4_000, 240
)


def kind(code: str) -> KindFacts:
    values = ROWS[code]
    return KindFacts(
        code=code, **{name: values[name] for name in KindFacts.__dataclass_fields__ if name != "code"}
    )


def test_the_catalogue_holds_72_kinds() -> None:
    assert len(ROWS) == 72


@pytest.mark.parametrize(
    ("code", "cause", "need", "holder", "rule"),
    [
        ("L.5", Cause.USE, Need.NEEDED, Holder.BAILLEUR, "safety"),
        ("L.5", Cause.DAMAGE, Need.NEEDED, Holder.BAILLEUR, "safety"),  # the first test that speaks decides
        ("L.20", Cause.DAMAGE, Need.NEEDED, Holder.TENANT, "damage"),
        ("II.a.2", Cause.USE, Need.NEEDED, Holder.TENANT, "tenant_repair"),
        ("II.a.2", Cause.WEAR, Need.NEEDED, Holder.BAILLEUR, "not_tenant_repair"),
        ("II.a.2", Cause.BADLY_MADE, Need.NEEDED, Holder.BAILLEUR, "not_tenant_repair"),
        ("II.a.2", Cause.FORCE_MAJEURE, Need.NEEDED, Holder.BAILLEUR, "not_tenant_repair"),
        ("L.20", Cause.USE, Need.NEEDED, Holder.BAILLEUR, "repair"),
        ("E.1", Cause.USE, Need.NEEDED, Holder.BAILLEUR, "repair"),
        ("E.6", Cause.USE, Need.WISHED, Holder.TENANT, "fitting_out"),
        ("E.4", Cause.USE, Need.WISHED, None, "transformation"),
        ("E.11", Cause.USE, Need.WISHED, Holder.TENANT, "transformation_tacit"),
    ],
)
def test_the_six_tests_in_their_order(
    code: str, cause: Cause, need: Need, holder: Holder | None, rule: str
) -> None:
    default = propose_default(kind(code), cause, need)

    assert (default.holder, default.rule) == (holder, rule)


@pytest.mark.parametrize(
    ("code", "cause", "need", "source"),
    [
        ("II.a.2", Cause.USE, Need.NEEDED, ROWS["II.a.2"]["legal_basis"]),
        ("L.20", Cause.USE, Need.NEEDED, ROWS["L.20"]["legal_basis"]),
        ("L.20", Cause.DAMAGE, Need.NEEDED, "loi 89-462 art. 7 c"),
        ("L.5", Cause.DAMAGE, Need.NEEDED, ROWS["L.5"]["legal_basis"]),
        ("E.4", Cause.USE, Need.WISHED, "loi 89-462 art. 7 f"),
        ("E.4", Cause.USE, Need.NEEDED, "loi 89-462 art. 6 c"),
    ],
)
def test_the_source_is_the_kind_s_own_unless_something_else_decided(
    code: str, cause: Cause, need: Need, source: str
) -> None:
    assert propose_default(kind(code), cause, need).source == source


def test_a_transformation_with_the_written_consent_is_the_tenants() -> None:
    assert propose_default(kind("E.4"), Cause.USE, Need.WISHED, date(2019, 3, 1)).holder is Holder.TENANT


def test_a_free_line_is_the_bailleurs_when_needed_and_the_tenants_when_wished() -> None:
    assert propose_default(None, Cause.USE, Need.NEEDED).holder is Holder.BAILLEUR
    assert propose_default(None, Cause.USE, Need.WISHED).holder is Holder.TENANT


def test_what_is_to_be_agreed_starts_with_the_bailleur_who_must_consent() -> None:
    assert propose_default(kind("E.4"), Cause.USE, Need.WISHED).starting_holder is Holder.BAILLEUR


@pytest.mark.parametrize("code", ROWS)
def test_every_kind_has_a_default_with_a_source(code: str) -> None:
    for cause in Cause:
        for need in Need:
            assert propose_default(kind(code), cause, need).source


@pytest.mark.parametrize(
    "change",
    [
        {"kind_id": 8},
        {"label": "Étagère"},
        {"room": "Cuisine"},
        {"need": Need.NEEDED},
        {"cause": Cause.DAMAGE},
        {"holder": Holder.BAILLEUR},
        {"holder": Holder.SHARED, "tenant_share_pct": 50},
        {"materials_payer": Payer.ALC},
        {"materials_cents": 4_001},
        {"minutes": 241},
        {"tenant_cents": 0},
        {"tenant_cents": 1_800},
        {"due_on": date(2019, 6, 1)},
    ],
)
def test_any_change_of_the_wording_changes_its_digest(change: dict[str, object]) -> None:
    assert digest(replace(WORDING, **change)) != digest(WORDING)  # type: ignore[arg-type]


def test_the_same_wording_has_the_same_digest() -> None:
    assert digest(replace(WORDING)) == digest(WORDING)


def test_a_digest_taken_before_a_debt_or_a_date_could_be_written_still_holds() -> None:
    assert digest(WORDING) == "5655ed4d1bf51dbf0748cd28ea5a1b44457e07a418154bb78c73f60f902c5e14"


def test_works_the_bailleur_no_longer_does_lose_its_date_and_dropped_ones_what_was_owed() -> None:
    dated = replace(WORDING, holder=Holder.BAILLEUR, tenant_cents=1_800, due_on=date(2019, 6, 1))

    assert dated.with_counter(Holder.SHARED, 40, None).due_on == date(2019, 6, 1)
    assert dated.with_counter(Holder.TENANT, None, None).due_on is None
    assert dated.with_counter(Holder.TENANT, None, None).tenant_cents == 1_800
    assert dated.with_counter(Holder.DROPPED, None, None).tenant_cents is None


def test_a_version_of_before_a_column_compares_with_one_that_has_it() -> None:
    old = {name: value for name, value in line(1).items() if name not in ("tenant_cents", "due_on")}
    dated = line(1, replace(WORDING, due_on=date(2019, 6, 1)))

    assert [(each.what, each.before, each.after) for each in differences([old], [dated])] == [
        ("due_on", None, "2019-06-01")
    ]


def test_a_counter_changes_what_it_names_and_leaves_the_rest() -> None:
    shared = WORDING.with_counter(Holder.SHARED, 40, None)

    assert (shared.holder, shared.tenant_share_pct, shared.materials_payer) == (
        Holder.SHARED,
        40,
        Payer.TENANT,
    )
    assert shared.with_counter(None, None, Payer.ALC).tenant_share_pct == 40
    assert shared.with_counter(Holder.BAILLEUR, 40, None).tenant_share_pct is None


def line(line_id: int, wording: Wording = WORDING, **answers: dict[str, str]) -> dict[str, object]:
    return snapshot_line(line_id, "E.6", wording, answers)


def test_differences_name_what_was_added_removed_and_changed() -> None:
    moved = replace(WORDING, holder=Holder.BAILLEUR, materials_cents=5_000)
    found = [(each.line_id, each.what) for each in differences([line(1), line(2)], [line(2, moved), line(3)])]

    assert found == [(2, "holder"), (2, "materials_cents"), (3, "added"), (1, "removed")]


def test_a_new_answer_is_a_difference_and_a_wiped_out_one_is_not() -> None:
    answered = line(1, bailleur={"answer": "refused"})

    assert [each.what for each in differences([line(1)], [answered])] == ["answer"]
    assert list(differences([answered], [line(1)])) == []


def test_no_change_is_no_difference() -> None:
    assert list(differences([line(1)], [line(1)])) == []


def test_each_kind_of_organisation_speaks_for_one_side_or_none() -> None:
    sides = {kind: side_of(Scope(kind, Role.MEMBER)) for kind in OrganisationKind}

    assert sides[OrganisationKind.ASSOCIATION] is Side.ALC
    assert sides[OrganisationKind.BAILLEUR] is Side.BAILLEUR
    assert sides[OrganisationKind.WORKS_PARTNER] is Side.PARTNER
    assert [kind for kind, side in sides.items() if side is None] == [
        OrganisationKind.ENERGY_PARTNER,
        OrganisationKind.CCAS,
        OrganisationKind.CAF,
        OrganisationKind.OTHER,
    ]
