"""Tables taken away: safe for a spreadsheet, honest about who took them."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from intranet.web.export import FORMULA, csv_pieces, safe_text, write_xlsx

COLUMNS = ("Nom", "Coût", "Le")
ROWS = [
    ('=HYPERLINK("http://x")', 1234.5, date(2019, 3, 14)),
    ("Élodie, née « Ñ »; 👩‍🔧", 7, datetime(2019, 3, 14, 9, 5, tzinfo=UTC)),
    (None, True, "@SUM(A1)"),
    ("+33 6 00 00 00 00", False, "- peindre"),
]


def read_csv(data: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_a_french_file_opens_in_excel() -> None:
    data = b"".join(csv_pieces(COLUMNS, ROWS))
    assert data.startswith(b"\xef\xbb\xbf")
    assert read_csv(data) == [
        ["Nom", "Coût", "Le"],
        ['\'=HYPERLINK("http://x")', "1234,5", "2019-03-14"],
        ["Élodie, née « Ñ »; 👩‍🔧", "7", "2019-03-14 10:05"],
        ["", "oui", "'@SUM(A1)"],
        ["'+33 6 00 00 00 00", "non", "'- peindre"],
    ]


def test_an_english_file_has_commas_and_points() -> None:
    data = b"".join(csv_pieces(COLUMNS, ROWS[:1], english=True))
    assert read_csv(data, ",")[1][1] == "1234.5"


def test_the_workbook_holds_text_not_formulas() -> None:
    file = io.BytesIO()
    write_xlsx(file, COLUMNS, ROWS, "Dossiers : [2019]", "Dossiers · 14 mars 2019 · État : Adhésion")
    file.seek(0)
    rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Dossiers · 14 mars 2019 · État : Adhésion"
    assert rows[1] == ["Nom", "Coût", "Le"]
    assert rows[2] == ['=HYPERLINK("http://x")', 1234.5, date(2019, 3, 14)]
    assert rows[3][2] == datetime(2019, 3, 14, 10, 5)  # noqa: DTZ001 (a cell has no time zone)
    assert rows[4][1:] == ["oui", "@SUM(A1)"]
    assert rows[5] == ["+33 6 00 00 00 00", "non", "- peindre"]


def test_the_workbook_filters_its_columns_below_the_line_that_says_what_it_holds() -> None:
    file = io.BytesIO()
    write_xlsx(file, COLUMNS, ROWS, "Dossiers")
    with zipfile.ZipFile(file) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert '<autoFilter ref="A2:C6"/>' in sheet
        assert "<f>" not in sheet


@given(st.text())
def test_no_text_begins_as_a_formula(text: str) -> None:
    assert not safe_text(text).startswith(FORMULA)


@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
            min_size=3,
            max_size=3,
        ),
        max_size=5,
    )
)
def test_every_cell_comes_back_as_one_cell(rows: list[list[str]]) -> None:
    read = read_csv(b"".join(csv_pieces(COLUMNS, rows)))
    assert [[cell.removeprefix("'") for cell in row] for row in read[1:]] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
