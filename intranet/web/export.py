"""Tables people take away: ``/exports/<name>.csv`` and ``.xlsx``, with the filters of the list they come from.

A workbook holds every text as it was written: its cells say that they are text. A CSV file cannot say it: there a
cell that a spreadsheet would run as a formula stands behind an apostrophe, since names come from many hands.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, request

from intranet.access import Actor, actor, registry, signed_in
from intranet.clock import PARIS, today
from intranet.database import writing
from intranet.extensions import db
from intranet.plugin_api import Exporter
from intranet.rows import end_reading
from intranet.timeline.service import commit, record
from intranet.translation import current_language
from intranet.translation import gettext as _
from intranet.web.formatting import day

bp = Blueprint("exports", __name__)

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_PIECE = 500
IN_MEMORY = 4 * 1024 * 1024  # bytes; a larger file waits on disk while it is sent
LONGEST = 200  # characters of a filter
WIDEST, NARROWEST = 48, 10
HEADED = 2
"""Rows of a workbook above its cells: what the table is, then the headings."""


def safe_text(value: str) -> str:
    """The text, behind an apostrophe when a spreadsheet would take its beginning for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def yes_or_no(value: bool) -> str:
    """A yes or a no, in the reader's word."""
    return str(_("oui") if value else _("non"))


def csv_cell(value: Any, decimal: str = ",") -> str:
    """One cell as text: dates as ``2019-03-14``, instants in Paris, numbers with the reader's decimal sign."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, datetime):
        return value.astimezone(PARIS).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return str(value).replace(".", decimal)
    return safe_text(str(value).replace("\x00", ""))


def csv_pieces(
    columns: Sequence[Any], rows: Iterable[Sequence[Any]], *, english: bool = False
) -> Iterator[bytes]:
    """The file, a few hundred rows at a time. Semicolons and a byte-order mark in French: Excel expects them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="," if english else ";", lineterminator="\r\n")
    decimal = "." if english else ","
    buffer.write("\ufeff")
    writer.writerow([safe_text(str(column)) for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([csv_cell(value, decimal) for value in row])
        if number % ROWS_A_PIECE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(
    target: Any, columns: Sequence[Any], rows: Iterable[Sequence[Any]], title: str, about: str = ""
) -> None:
    """Write the workbook to ``target`` row by row: its memory does not grow with the table.

    The first row says what the table is (``about``), the second heads the columns and filters them.
    """
    import xlsxwriter  # some megabytes that few requests need

    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
            "remove_timezone": True,
        },
    )
    book.set_properties({"title": title})
    sheet = book.add_worksheet(_sheet_name(title))
    heading = book.add_format({"bold": True, "bottom": 1})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_string(0, 0, about or title)
    sheet.freeze_panes(HEADED, 0)
    for index, column in enumerate(columns):
        words = str(column)
        sheet.set_column(index, index, min(max(len(words) + 2, NARROWEST), WIDEST))
        sheet.write_string(HEADED - 1, index, words, heading)
    line = HEADED
    for line, row in enumerate(rows, start=HEADED):
        for index, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_string(line, index, yes_or_no(value))
            elif isinstance(value, int | float | Decimal):
                sheet.write_number(line, index, value)
            elif isinstance(value, datetime):
                sheet.write_datetime(line, index, value.astimezone(PARIS).replace(tzinfo=None), moment)
            elif isinstance(value, date):
                sheet.write_datetime(line, index, value)
            else:
                sheet.write_string(line, index, str(value).replace("\x00", ""))
    sheet.autofilter(HEADED - 1, 0, line, max(len(columns) - 1, 0))
    book.close()


def _sheet_name(title: str) -> str:
    """At most 31 characters, none of those Excel refuses."""
    return "".join(" " if char in "[]:*?/\\'" else char for char in title)[:31].strip() or "Export"


def _file_pieces(file: Any) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(64 * 1024):
            yield piece


def _find(name: str) -> Exporter:
    exporter = registry().exporters.get(name)
    if exporter is None:
        abort(404)
    if exporter.permission not in actor().permissions:
        abort(403)
    return exporter


@bp.get("/exports/<name>.<any(csv, xlsx):form>")
@signed_in
def download(name: str, form: str) -> Response:
    """The exporter's rows that the person may see, filtered as the list is. Those who hold its permission."""
    exporter = _find(name)
    person = actor()
    filters = {key: value.replace("\x00", "")[:LONGEST] for key, value in request.args.items()}
    rows = exporter.rows(person, filters)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed once sent)
    if form == "csv":
        for piece in csv_pieces(exporter.columns, rows, english=current_language() == "en"):
            file.write(piece)
    else:
        write_xlsx(file, exporter.columns, rows, str(exporter.label), _about(exporter, filters))
    _log(person, name, form, filters)
    answer = Response(_file_pieces(file), content_type=CSV_TYPE if form == "csv" else XLSX_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{today().isoformat()}.{form}"'
    return answer


def _about(exporter: Exporter, filters: Mapping[str, str]) -> str:
    """What the table is, of which day, and what it was limited to, in words."""
    said = [str(exporter.label), day(today())]
    for each in exporter.filters() if exporter.filters is not None else ():
        value = each.clean(filters.get(each.name, ""))
        if value:
            words = {str(choice): str(label) for choice, label in each.choices}.get(value, value)
            whole = _("%(name)s : %(value)s", name=each.label, value=words)
            said.append(str(each.label if each.kind == "check" else whole))
    return " · ".join(said)


def _log(person: Actor, name: str, form: str, filters: Mapping[str, str]) -> None:
    """Who took which table away, in a transaction of its own: the one that read may not write."""
    end_reading()
    db.session.rollback()
    with writing():
        record(
            "core.exported",
            actor=person,
            subject="export",
            subject_id=0,
            data={"name": name, "form": form, "filters": filters},
        )
        commit()
