"""What people type is understood, or answered with a sentence that says what to write instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from intranet.errors import Refused
from intranet.freetext import tidy
from intranet.testing.plain import plain
from intranet.web.formatting import hours, money, surface
from intranet.web.forms import (
    BaseForm,
    DateField,
    HoursField,
    LongTextField,
    MoneyField,
    TextField,
    apply_refusal,
    parse_date,
    parse_hours,
    parse_money,
    required,
)
from intranet.web.reading import parse_count, parse_surface


class Example(BaseForm):
    name = TextField("Nom", [required()], max_length=40)
    on = DateField("Le")
    cost = MoneyField("Coût")
    time = HoursField("Durée")
    note = LongTextField("Note", max_length=4000)


def filled(**values: str) -> Example:
    form = Example(formdata=MultiDict(values))
    form.validate()
    return form


@pytest.fixture
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14/03/2019", date(2019, 3, 14)),
        ("2019-03-14", date(2019, 3, 14)),
        ("14.3.2019", date(2019, 3, 14)),
        ("1 3 2019", date(2019, 3, 1)),
        ("29/02/2020", date(2020, 2, 29)),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.usefixtures("request_context")
class TestWrongInput:
    @pytest.mark.parametrize("text", ["2019-14-03", "03/14/2019"])
    def test_a_date_in_the_wrong_order_is_answered_with_the_right_one(self, text: str) -> None:
        with pytest.raises(ValueError, match="14/03/2019"):
            parse_date(text)

    @pytest.mark.parametrize(
        "text", ["31/02/2019", "14/03/19", "mars 2019", "٣/٣/2019", "14/03/1019", "0/0/2019"]
    )
    def test_a_date_that_is_none_is_refused_with_a_sentence(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            parse_date(text)

    @pytest.mark.parametrize(
        "text",
        [
            "-5",
            "€-5",
            "−5 €",
            "12,345,6",
            "1.234",
            "deux",
            "1e9",
            "٣",
            "12,345",
            "9" * 400,
            "1 23,50",
            "12 34",
            "1,234.567",
            "1.23,45",
            "1,2.50",
            "1,234,56",
            "0,125",
            "€",
            "10000000,01",
            "1 234 . 50",
        ],
    )
    def test_an_amount_that_is_none_is_refused_with_a_sentence(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            parse_money(text)

    @pytest.mark.parametrize("text", ["7h75", "-2", "sept", "99999999", "7,5,5", "7 75", "7 3", "1_0", "1e3"])
    def test_a_duration_that_is_none_is_refused_with_a_sentence(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            parse_hours(text)

    @pytest.mark.parametrize("text", ["7.30", "7,30", "0.45", "12.25"])
    def test_a_duration_with_two_readings_is_answered_with_both(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"deux façons. Écrivez \d+ h \d\d, ou \d+ h \d\d si"):
            parse_hours(text)

    @pytest.mark.parametrize("text", ["1e30", "1_00", "NaN", "inf", "-3", "٣", "1.234", "soixante"])
    def test_a_surface_or_a_count_that_is_none_is_refused_with_a_sentence(self, text: str) -> None:
        for parse in (parse_surface, parse_count):
            with pytest.raises(ValueError, match=r"\w+ \w+"):
                parse(text)

    @pytest.mark.parametrize("text", ["1,234", "1.234", "€12,345", "123.456 €"])
    def test_an_amount_with_two_readings_is_answered_with_both(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"deux façons. Écrivez \d+ pour des milliers, ou \d+,\d\d pour"):
            parse_money(text)

    def test_what_was_typed_is_shown_again(self) -> None:
        form = filled(name="Rossi", on="2019-14-03", cost="12,3,4", time="sept heures")
        assert 'value="2019-14-03"' in form.on()
        assert 'type="text"' in form.on(), "a calendar could not show it"
        assert 'value="12,3,4"' in form.cost()
        assert 'value="sept heures"' in form.time()
        assert set(form.errors) == {"on", "cost", "time"}

    def test_ten_thousand_characters_are_answered_with_the_limit(self) -> None:
        form = filled(name="Rossi", note="a" * 10_000)
        assert "10000" in form.note.errors[0]
        assert "4000" in form.note.errors[0]
        assert form.note.data == "a" * 10_000

    def test_a_refusal_stands_at_the_field_it_names_or_at_the_top(self) -> None:
        form = filled(name="Rossi")
        apply_refusal(form, Refused("rule", "Trop cher.", field="cost"))
        apply_refusal(form, Refused("rule", "Trop tard.", field="elsewhere"))
        assert form.cost.errors == ["Trop cher."]
        assert form.form_errors == ["Trop tard."]


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 234,50", 123450),
        ("1\u202f234,50 €", 123450),
        ("1 234,50 €", 123450),
        ("€1,234.50", 123450),
        ("€ 1,234.50", 123450),
        ("1,234.50 EUR", 123450),
        ("1234,50 euros", 123450),
        ("1,234,567.89", 123456789),
        ("1.234.567,89", 123456789),
        ("1.234.567", 123456700),
        ("1,234,567", 123456700),
        ("1 234 567", 123456700),
        ("1 234.5", 123450),
        ("1'234,50", 123450),
        ("12,", 1200),
        ("12.5", 1250),
        ("1.234,50", 123450),
        ("0", 0),
        (",5", 50),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, cents: int) -> None:
    assert parse_money(text) == cents


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("7,5", 450),
        ("7h30", 450),
        ("7 h 30", 450),
        ("7:30", 450),
        ("45 min", 45),
        ("8", 480),
        ("0,25h", 15),
        ("7H", 420),
        ("7 30", 450),
        ("7\u202f30", 450),
        ("7 h 30 min", 450),
        ("7 heures 30", 450),
        ("7.5", 450),
        ("7,25", 435),
        ("7.75", 465),
        ("７,５", 450),
        ("1 200", 72_000),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, minutes: int) -> None:
    assert parse_hours(text) == minutes


@given(st.integers(0, 10_000_000_00))
def test_an_amount_shown_is_read_back(cents: int) -> None:
    assert parse_money(MoneyField.show(None, cents)) == cents  # type: ignore[arg-type]


@given(st.integers(0, 10_000 * 60))
def test_a_duration_shown_is_read_back(minutes: int) -> None:
    assert parse_hours(HoursField.show(None, minutes)) == minutes  # type: ignore[arg-type]


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_date_shown_is_read_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%d/%m/%Y}") == day


@given(st.text())
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_emoji_and_right_to_left_words_stay_but_not_what_overrides_direction() -> None:
    assert tidy("👩‍🔧 سلام שלום") == "👩‍🔧 سلام שלום"
    assert tidy("factu\u202excod.exe\x00") == "factuxcod.exe"


@pytest.mark.usefixtures("request_context")
@given(st.integers(0, 10**9))
def test_every_page_writes_what_every_form_reads(cents: int) -> None:
    assert parse_money(money(cents)) == cents
    assert parse_money(f"€{cents / 100:,.2f}") == cents, "as English pages write it"


@pytest.mark.usefixtures("request_context")
@given(st.text("0123456789., €", max_size=16))
def test_an_amount_is_read_in_one_way_or_refused_with_a_sentence(text: str) -> None:
    try:
        cents = parse_money(text)
    except ValueError as refused:
        assert str(refused).count(" ") >= 3  # noqa: PT017
    else:
        assert cents == parse_money(text.replace("€", ""))
        assert 0 <= cents <= 10_000_000_00


def test_a_surface_is_the_same_wherever_it_is_shown(app: Flask) -> None:
    with app.test_request_context():
        shown = [plain(surface(parse_surface(text))) for text in ("61,5", "61.50 m²", "６１,５", "60")]

    assert shown == ["61,5 m²", "61,5 m²", "61,5 m²", "60 m²"]
    assert parse_count("１２") == 12


def test_durations_are_short_and_clear(app: Flask) -> None:
    with app.test_request_context():
        assert [hours(minutes).replace("\u00a0", " ") for minutes in (0, 45, 60, 450)] == [
            "0 h",
            "45 min",
            "1 h",
            "7 h 30",
        ]
