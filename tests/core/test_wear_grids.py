"""A bailleur's grid of wear: read whole or refused with its faults by line, in force from its day on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor, OrganisationKind, Role
from intranet.data import __name__ as data_package
from intranet.database import writing
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.plain import plain
from intranet.testing.works import kind_id, make_catalogue
from intranet.wear.grids import grids, rate_in_force, rates_in_force
from intranet.wear.models import WearGrid, WearRate
from intranet.wear.reading import MOST_ERRORS, decode, read_grid, shown
from intranet.wear.rules import Rate
from intranet.wear.service import ImportGrid, import_grid, withdraw_grid

HEADING = "code;lifetime_years;free_years;yearly_discount_pct;residual_pct\n"
KNOWN = {"L.13": 1, "L.14": 2, "E.1": 3}
SINCE = date(2019, 1, 1)


@pytest.fixture(autouse=True)
def words(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def faults(text: str) -> list[str]:
    return [plain(each) for each in shown(read_grid(text, KNOWN).faults)]


def test_a_grid_is_read_by_the_code_of_each_kind() -> None:
    reading = read_grid(HEADING + "L.13;7;2;18;10\nL.14;10;3;11 %;20\n", KNOWN)

    assert reading.good
    assert reading.rates == {"L.13": Rate(7, 2, 18, 10), "L.14": Rate(10, 3, 11, 20)}


def test_other_columns_in_any_order_empty_lines_and_kinds_without_wear_are_no_fault() -> None:
    text = "residual_pct;label_fr;code;yearly_discount_pct;free_years;lifetime_years\n"
    reading = read_grid(text + '10;"Murs ; plafonds";L.13;18;2;7\n;;;;;\n\n;Sols;L.14;;;\n', KNOWN)

    assert (reading.rates, reading.without) == ({"L.13": Rate(7, 2, 18, 10)}, 1)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Z.9;7;2;18;10", "« Z.9 » n’est pas un code du catalogue"),
        (";7;2;18;10", "le code des travaux manque"),
        ("L.13;7;2;18", "n’a que 4 colonnes"),
        ("L.13;7;2;;10", "yearly_discount_pct manque"),
        ("L.13;7;2;18,5;10", "« 18,5 » n’est pas un nombre entier"),
        ("L.13;7;-2;18;10", "« -2 » n’est pas un nombre entier"),
        ("L.13;7;2;٣;10", "n’est pas un nombre entier"),
        ("L.13;7;2;101;10", "hors limites, de 0 à 100"),
        ("L.13;999999999999;2;18;10", "hors limites"),
        ("L.13;0;0;18;10", "au moins un an"),
        ("L.13;7;8;18;10", "dépassent la durée de vie"),
    ],
)
def test_a_wrong_line_is_named_by_its_number(row: str, said: str) -> None:
    found = faults(f"{HEADING}L.14;10;3;11;20\n{row}\n")

    assert len(found) == 1
    assert found[0].startswith("Ligne 3 : ")
    assert said in found[0]


def test_every_wrong_line_is_named_and_the_same_code_twice_says_where_it_was() -> None:
    found = faults(HEADING + "L.13;7;2;18;10\nL.13;7;2;18;10\nZ;1;1;1;1\n")

    assert [each.partition(" : ")[0] for each in found] == ["Ligne 3", "Ligne 4"]
    assert "déjà à la ligne 2" in found[0]


def test_the_number_is_that_of_the_line_in_the_file_even_after_a_cell_of_two_lines() -> None:
    text = HEADING.replace("\n", ";label_fr\n") + 'L.14;10;3;11;20;"deux\nlignes"\nZ;1;1;1;1;x\n'

    assert faults(text)[0].startswith("Ligne 4 : ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADING.replace(";", ",") + "L.13,7,2,18,10\n", "points-virgules"),
        (HEADING.replace(";", "\t"), "points-virgules"),
        ("code;free_years\nL.13;2\n", "Il manque : lifetime_years, yearly_discount_pct, residual_pct"),
        ("L.13;7;2;18;10\n", "La première ligne doit nommer les colonnes"),
        (HEADING.replace("\n", ";code\n"), "deux fois"),
        (HEADING, "ne donne de vétusté"),
        ("", "La première ligne doit nommer"),
        (HEADING + 'L.13;"7;2;18;10\n', "guillemet"),
        (HEADING + "L.13;;;;\n" * 2100, "plus de 2000 lignes"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_do(text: str, said: str) -> None:
    assert any(said in each for each in faults(text))
    assert not read_grid(text, KNOWN).rates or not read_grid(text, KNOWN).good


def test_after_fifty_faults_the_rest_is_counted() -> None:
    found = faults(HEADING + "Z;1;1;1;1\n" * 80)

    assert len(found) == MOST_ERRORS + 1
    assert "30 autres" in found[-1]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04zip", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n\x00", b"", b"  \n", b"a" * 300_000, b"\xff\xfe\x00a"],
)
def test_what_is_no_table_of_text_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        decode(data)


def test_accents_are_read_as_excel_and_as_others_write_them() -> None:
    text = "code;label_fr\nL.13;Plâtrerie, vétusté\n"

    assert decode(text.encode("utf-8-sig")) == decode(text.encode("cp1252")) == decode(text.encode()) == text


@given(st.text(max_size=400))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    reading = read_grid(HEADING + text, KNOWN)

    assert reading.rates or reading.faults


@given(st.binary(max_size=400))
def test_no_file_whatever_breaks_the_reading(data: bytes) -> None:
    with suppress(ValueError):
        reading = read_grid(decode(data), KNOWN)
        assert reading.rates or reading.faults


def coordinator() -> Actor:
    return make_actor(make_user(Role.COORDINATOR))


def bailleur() -> Organisation:
    return make_organisation(OrganisationKind.BAILLEUR)


def imported(owner: Organisation, starts_on: date = SINCE, text: str = "L.13;7;1;20;5\n") -> WearGrid:
    make_catalogue()
    command = ImportGrid(owner.id, "Grille 2019", "Accord collectif", starts_on, HEADING + text)
    with writing():
        return import_grid(coordinator(), command)


def rate(owner: Organisation, code: str, day: date) -> Rate | None:
    found = rate_in_force(owner.id, kind_id(code), day)
    assert found is not None
    return found.rate


def test_a_bailleur_without_a_grid_follows_the_catalogue(db_session: scoped_session[Session]) -> None:
    found = rate_in_force(bailleur().id, kind_id("L.13"), SINCE)

    assert found is not None
    assert found.rate == Rate(7, 2, 18, 10)
    assert (found.grid.id, found.grid.name) == (None, "Grille du catalogue")


def test_the_grid_in_force_is_that_of_the_day(db_session: scoped_session[Session]) -> None:
    owner = bailleur()
    imported(owner, date(2018, 1, 1), "L.13;7;2;10;10\n")
    imported(owner, date(2019, 1, 1), "L.13;7;2;20;10\n")

    assert rate(owner, "L.13", date(2017, 12, 31)) == Rate(7, 2, 18, 10)
    assert rate(owner, "L.13", date(2018, 1, 1)) == Rate(7, 2, 10, 10)
    assert rate(owner, "L.13", date(2018, 12, 31)) == Rate(7, 2, 10, 10)
    assert rate(owner, "L.13", date(2019, 1, 1)) == Rate(7, 2, 20, 10)


def test_the_grid_of_one_bailleur_is_not_anothers(db_session: scoped_session[Session]) -> None:
    imported(bailleur())

    assert rate(bailleur(), "L.13", SINCE) == Rate(7, 2, 18, 10)


def test_a_kind_the_grid_leaves_out_follows_the_catalogue_and_says_so(
    db_session: scoped_session[Session],
) -> None:
    owner = bailleur()
    imported(owner)
    found = {each.code: each for each in rates_in_force(owner.id, SINCE)}

    assert found["L.13"].grid.name == "Grille 2019"
    assert found["L.14"].grid.name == "Grille du catalogue"
    assert found["E.7"].rate is None
    assert len(found) == 72


def test_the_catalogues_own_file_is_a_grid(db_session: scoped_session[Session]) -> None:
    from importlib.resources import files

    owner = bailleur()
    make_catalogue()
    text = files(data_package).joinpath("works_catalogue.csv").read_text(encoding="utf-8")
    with writing():
        import_grid(coordinator(), ImportGrid(owner.id, "Copie", "Catalogue", SINCE, text))

    assert all(each.rate is None or each.grid.id for each in rates_in_force(owner.id, SINCE))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": HEADING + "L.13;7;2;18;10\nL.14;x;3;11;20\n"}, "file"),
        ({"text": "n’importe quoi"}, "file"),
        ({"name": " "}, "name"),
        ({"source": ""}, "source"),
        ({"source": "Accord, dossier 1 85 05 78 006 084 91"}, "source"),
        ({"starts_on": date(1970, 1, 1)}, "starts_on"),
        ({"starts_on": date(2099, 1, 1)}, "starts_on"),
    ],
)
def test_a_refused_import_keeps_nothing(
    db_session: scoped_session[Session], changed: dict[str, object], field: str
) -> None:
    make_catalogue()
    values = {"name": "Grille", "source": "Accord", "starts_on": SINCE, "text": HEADING + "L.13;7;2;18;10\n"}
    with writing(), pytest.raises(Refused) as refused:
        import_grid(coordinator(), ImportGrid(bailleur().id, **{**values, **changed}))  # type: ignore[arg-type]
    db.session.rollback()

    assert refused.value.field == field
    assert not db.session.scalar(select(func.count()).select_from(WearGrid))
    assert not db.session.scalar(select(func.count()).select_from(WearRate))


def test_two_grids_of_a_bailleur_do_not_start_on_one_day(db_session: scoped_session[Session]) -> None:
    owner = bailleur()
    imported(owner)
    with pytest.raises(Refused, match="commence déjà ce jour-là"):
        imported(owner)
    db.session.rollback()

    assert len(grids(owner.id)) == 1


def test_only_the_coordination_imports_or_withdraws(db_session: scoped_session[Session]) -> None:
    owner = bailleur()
    grid = imported(owner)
    for role in (Role.REFERENT, Role.TECHNICAL, Role.AGENT):
        other = make_actor(make_user(role))
        with pytest.raises(NotAllowed):
            import_grid(other, ImportGrid(owner.id, "x", "y", SINCE, HEADING))
        with pytest.raises(NotAllowed):
            withdraw_grid(other, grid.id)


def test_a_grid_nothing_was_calculated_with_may_be_withdrawn(db_session: scoped_session[Session]) -> None:
    owner = bailleur()
    grid_id = imported(owner).id
    with writing():
        withdraw_grid(coordinator(), grid_id)

    assert not grids(owner.id)
    assert rate(owner, "L.13", SINCE) == Rate(7, 2, 18, 10)


def test_only_a_bailleur_has_a_grid(db_session: scoped_session[Session]) -> None:
    with pytest.raises(Refused, match="bailleur"):
        imported(make_organisation(OrganisationKind.WORKS_PARTNER))


def test_the_whole_grid_is_one_statement(
    db_session: scoped_session[Session], count_statements: Callable[[], AbstractContextManager[object]]
) -> None:
    owner = bailleur()
    imported(owner)
    owner_id = owner.id
    with count_statements() as seen:
        assert len(rates_in_force(owner_id, SINCE)) == 72
    assert seen.count == 1  # type: ignore[attr-defined]
