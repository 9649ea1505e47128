"""Found by the beginning of words, whatever the accents, by those who may see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select, text

from intranet.errors import Refused
from intranet.extensions import db
from intranet.phones import checked_phone, dialled
from intranet.search.folding import Bare, SortKey
from intranet.search.models import SearchEntry
from intranet.search.queries import matching, newest
from intranet.search.service import drop_entry, merge, put_entry
from intranet.search.words import bare, fold, index_words, query_words, sort_key


def found(query: str, kind: str = "thing") -> list[int]:
    return sorted(db.session.connection().execute(matching(kind), {"q": query}).scalars())


@pytest.fixture
def entries(app: Flask) -> Iterator[None]:
    with app.app_context():
        put_entry("thing", 1, "Élodie", "Élodie N'Guyên, 12 rue de la Bufféra, 06 12 34 56 78")
        put_entry("thing", 2, "Elie", "Elie Dupont 2018-0042 T3")
        put_entry("thing", 3, "سلام", "سَلام חיים œuvre")
        put_entry("other_thing", 2, "Elie", "Elie Dupont secret")
        yield


@pytest.mark.usefixtures("entries")
class TestFinding:
    def test_a_beginning_is_enough_and_accents_do_not_count(self) -> None:
        assert found("elod") == [1]
        assert found("ÉLODIE") == [1]
        assert found("nguyen") == [1]
        assert found("n'guyên") == [1]
        assert found("buffera") == [1]
        assert found("el") == [1, 2]

    def test_every_word_must_be_there(self) -> None:
        assert found("elie dup") == [2]
        assert found("elie elodie") == []

    def test_numbers_are_found_as_they_are_said(self) -> None:
        assert found("2018-0042") == [2]
        assert found("0612345678") == [1]
        assert found("06 12 34") == [1]
        assert found("t3") == [2]

    @pytest.mark.parametrize(
        ("name", "queries"),
        [
            ("N’Guyen Thi", ("nguyen", "n'guyen", "N`GUYEN", "guyen", "nʼguy")),
            ("Nguyen Thi", ("n'guyen", "n-guyen")),
            ("D'Angelo Rosa", ("dangelo", "d angelo", "d’angelo")),
            ("Jean-Baptiste Luc", ("jeanbaptiste", "jean baptiste", "jean-bap", "baptiste")),
            ("Jean Baptiste Luc", ("jeanbaptiste", "jean-baptiste")),
            ("Işık Þór Łukasz Søren Œdipe Guðrún", ("isik", "thor", "lukasz", "soren", "oedipe", "gudrun")),
        ],
    )
    def test_a_name_is_found_however_it_is_written(self, name: str, queries: tuple[str, ...]) -> None:
        put_entry("thing", 7, name, name)
        assert [query for query in queries if 7 not in found(query)] == []

    @pytest.mark.parametrize("kept", ["06 12 34 56 79", "0612345679", "06.12.34.56.79", "+33 6 12 34 56 79"])
    def test_a_telephone_is_found_however_it_is_written(self, kept: str) -> None:
        put_entry("thing", 7, "Rosa", f"Rosa {kept} 12 rue de France")
        put_entry("thing", 8, "Ada", "Ada +39 06 6982 1234")
        for query in (
            "0612345679",
            "06 12 34 56 79",
            "06.12.34.56.79",
            "+33 6 12 34 56 79",
            "0033612345679",
            "06-12-34-56",
        ):
            assert found(query) == ([1, 7] if query == "06-12-34-56" else [7]), query
        assert found("+39 06 6982") == found("0039066982") == [8]

    def test_other_scripts_are_found(self) -> None:
        assert found("سلام") == [3]
        assert found("חיי") == [3]
        assert found("oeuvre") == [3]

    def test_a_kind_is_never_found_through_another(self) -> None:
        assert found("secret") == []
        assert found("secret", "other_thing") == [2]
        assert found("thing") == []

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "   ",
            "!!!",
            '"',
            "'",
            "a AND",
            "kind : x",
            "elie' | 'x",
            "* NEAR(",
            "\\",
            ":*",
            "(((",
            "-",
            "\x00",
            "⁀",
        ],
    )
    def test_signs_are_not_a_language(self, query: str) -> None:
        assert found(query) == []

    def test_what_changed_is_found_by_its_new_words_only(self) -> None:
        put_entry("thing", 2, "Rosa", "Rosa Bianchi")
        assert found("dupont") == []
        assert found("bianchi") == [2]
        drop_entry("thing", 2)
        assert found("bianchi") == []

    def test_the_newest_come_first(self) -> None:
        statement = newest(select(SearchEntry.object_id), "thing", SearchEntry.object_id).limit(1)
        assert db.session.connection().execute(statement, {"q": "el"}).scalars().all() == [2]


@pytest.mark.sqlite_only
def test_the_many_segments_that_writing_leaves_become_one(app: Flask) -> None:
    with app.app_context():
        for number in range(1, 40):
            put_entry("thing", number, "Rosa", f"Rosa {'Bianchi' if number % 2 else 'Conti'}")
            db.session.commit()
        segments = text("SELECT count(DISTINCT segid) FROM core_search_fts_idx")
        assert db.session.execute(segments).scalar_one() > 1
        merge({})
        assert db.session.execute(segments).scalar_one() == 1
        assert found("bian") == list(range(1, 40, 2))
        merge({})  # with nothing left to do


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(codec="ascii")))
def test_plain_letters_are_folded_as_among_others(text: str) -> None:
    assert fold(f"{text} é") == f"{fold(text)} e".strip()


@given(st.text(min_size=1))
def test_the_words_of_a_text_are_found_in_its_index(text: str) -> None:
    kept = index_words(text[:300]).split()

    def begins(asked: str) -> bool:
        return any(word.startswith(asked) for word in kept)

    assert all(begins(each.joined) or all(map(begins, each.parts)) for each in query_words(text[:300]))


NAMES = (
    "Élodie", "eve", "Zoë", "D’Angelo", "Dantès", "N'Guyen", "Nguyên", "Jean-Luc", "Jean Marc", "Łukasz", "Þór",
    "œuvre", "Straße",
    "10 rue de France", "3 rue de France", "3 bis rue", "120 avenue", "Ñandú", "Isık", "ʼAbd", "ŒUVRE", "ÉLAN",
)  # fmt: skip


def test_both_databases_fold_and_sort_as_the_application_does(app: Flask) -> None:
    with app.app_context():
        for name in NAMES:
            row = db.session.execute(select(Bare(literal(name)), SortKey(literal(name)))).one()
            assert tuple(row) == (bare(name), sort_key(name)), name


def test_lists_stand_as_people_read_them() -> None:
    names = ["10 rue", "Zoë", "Éric", "3 rue", "Eve", "D’Angelo", "Dantès", "Ñandú", "Nadia", "Oscar"]
    order = ["3 rue", "10 rue", "D’Angelo", "Dantès", "Éric", "Eve", "Nadia", "Ñandú", "Oscar", "Zoë"]
    assert sorted(names, key=sort_key) == order


@pytest.mark.parametrize(
    ("typed", "kept", "dialling"),
    [
        ("0612345678", "06 12 34 56 78", "+33612345678"),
        ("+33 (0)6.12.34.56.78", "06 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "06 12 34 56 78", "+33612345678"),
        ("+39 0669821234", "+39 06 6982 1234", "+390669821234"),
        ("", "", ""),
    ],
)
def test_a_telephone_is_kept_in_one_writing(app: Flask, typed: str, kept: str, dialling: str) -> None:
    with app.test_request_context():
        assert checked_phone(typed) == kept
    assert dialled(kept) == dialling


@pytest.mark.parametrize(
    "typed", ["0612", "06 12 34 56 78 / 04 93 00 00 00", "pas de téléphone", "06 12 34 56 78 le soir"]
)
def test_what_is_no_telephone_is_refused_unless_it_was_there_before(app: Flask, typed: str) -> None:
    with app.test_request_context(), pytest.raises(Refused, match="phone"):
        checked_phone(typed)
    assert checked_phone(typed, known=typed) == typed
