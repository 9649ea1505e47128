"""The wear grids of the bailleurs: read, imported after a preview, exported. For the coordination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_wtf.file import FileField

from intranet import permissions as p
from intranet.access import actor, requires
from intranet.clock import today
from intranet.documents.uploads import receives_tables, sent_table
from intranet.errors import Refused
from intranet.extensions import db
from intranet.timeline.queries import entries_about
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.wear import grids
from intranet.wear.reading import COLUMNS, MOST_BYTES, Reading, decode, read_grid, shown
from intranet.wear.rules import Rate
from intranet.wear.service import ImportGrid, import_grid, withdraw_grid
from intranet.web.answering import DONE, SHOWN, UNPROCESSABLE, obey
from intranet.web.export import CSV_TYPE, csv_pieces
from intranet.web.forms import BaseForm, DateField, InputRequired, TextField, required
from portals.staff.blueprint import bp


class GridForm(BaseForm):
    """A grid to import: its name, its source, its first day and its file."""

    name = TextField(
        _l("Nom de la grille"),
        [required(_l("Donnez un nom à cette grille."))],
        max_length=120,
        description=_l("Par exemple : grille de vétusté 2019."),
    )
    source = TextField(
        _l("Source"),
        [required(_l("Dites d’où vient cette grille."))],
        max_length=255,
        description=_l("L’accord qui la fonde et sa date : elle sera écrite sur chaque ligne calculée."),
    )
    starts_on = DateField(_l("En vigueur à partir du"), [InputRequired(_l("Indiquez le premier jour."))])
    file = FileField(
        _l("Fichier CSV"),
        description=_l(
            "Séparé par des points-virgules, avec les colonnes : code, lifetime_years (durée de vie), "
            "free_years (années sans abattement), yearly_discount_pct (abattement par an, en %), "
            "residual_pct (part résiduelle, en %)."
        ),
        render_kw={"accept": ".csv,text/csv"},
    )

    def command(self, bailleur_id: int, text: str) -> ImportGrid:
        starts_on = self.starts_on.data
        if starts_on is None:
            raise ValueError("a form that did not validate gives no command")
        return ImportGrid(bailleur_id, self.name.data or "", self.source.data or "", starts_on, text)


class PreviewRow(NamedTuple):
    """One kind as the file has it, beside what is in force that day."""

    code: str
    label: str
    rate: Rate
    before: Rate | None

    @property
    def changed(self) -> bool:
        return self.rate != self.before


@bp.get("/administration/wear")
@requires(p.WEAR_MANAGE)
def wear() -> str:
    """Each bailleur and the grid it follows today."""
    return render_template("staff/administration/wear.html", bailleurs=grids.bailleurs(today()))


@bp.get("/administration/wear/<int:bailleur_id>")
@requires(p.WEAR_MANAGE)
def wear_grids(bailleur_id: int) -> str:
    """The grid in force today, kind by kind, and the others with their dates."""
    owner = _bailleur(bailleur_id)
    rates = grids.rates_in_force(bailleur_id, today())
    return render_template(
        "staff/administration/wear_grids.html",
        bailleur=owner,
        grids=grids.grids(bailleur_id),
        rates=[each for each in rates if each.rate is not None],
        grid=next((each.grid for each in rates if each.grid.id is not None), grids.catalogue_grid()),
        english=_english(),
        entries=entries_about("wear_grid", bailleur_id, "alc"),
        today=today(),
    )


@bp.get("/administration/wear/<int:bailleur_id>/grid.csv")
@requires(p.WEAR_MANAGE)
def wear_export(bailleur_id: int) -> Response:
    """The grid in force today as a file that can be imported again."""
    _bailleur(bailleur_id)
    rows = [
        (each.code, each.label_fr, *(each.rate or ("",) * 4))
        for each in grids.rates_in_force(bailleur_id, today())
    ]
    answer = Response(csv_pieces(("code", "label_fr", *COLUMNS[1:]), rows), content_type=CSV_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="vetuste-{today().isoformat()}.csv"'
    return answer


@bp.route("/administration/wear/<int:bailleur_id>/import", methods=["GET", "POST"])
@receives_tables
@requires(p.WEAR_MANAGE)
def wear_import(bailleur_id: int) -> ResponseReturnValue:
    """Read the file and show what it would change; a second button imports exactly what was shown."""
    owner = _bailleur(bailleur_id)
    form = GridForm()
    form.file.flags.required = True
    text, reading = "", None
    status = SHOWN if request.method == "GET" else UNPROCESSABLE
    if form.answered():
        text, reading = _read(form)
        if reading is not None and reading.good:
            status = SHOWN
            if request.form.get("confirm"):
                status = obey(form, lambda: import_grid(actor(), form.command(bailleur_id, text)))
    if status == DONE:
        flash(
            _(
                "La grille est importée : %(num)d sortes de travaux.",
                num=len(reading.rates) if reading else 0,
            ),
            "success",
        )
        return redirect(url_for("staff.wear_grids", bailleur_id=bailleur_id), DONE)
    page = render_template(
        "staff/administration/wear_import.html",
        bailleur=owner,
        form=form,
        text=text,
        faults=list(shown(reading.faults)) if reading else (),
        preview=_preview(reading, bailleur_id, form) if reading and reading.good else (),
        without=reading.without if reading else 0,
    )
    return page, status


@bp.post("/administration/wear/<int:bailleur_id>/grids/<int:grid_id>/withdraw")
@requires(p.WEAR_MANAGE)
def wear_withdraw(bailleur_id: int, grid_id: int) -> ResponseReturnValue:
    """Take back a grid imported by mistake, that no line was calculated with."""
    if grid_id not in {each.id for each in grids.grids(bailleur_id)}:
        abort(404)
    try:
        withdraw_grid(actor(), grid_id)
        flash(_("La grille est retirée."), "success")
    except Refused as refused:
        db.session.rollback()
        flash(str(refused.message), "error")
    return redirect(url_for("staff.wear_grids", bailleur_id=bailleur_id), DONE)


def _read(form: GridForm) -> tuple[str, Reading | None]:
    """The file just sent, else the text that was previewed; what is no table is an error at the field."""
    sent = sent_table("file", MOST_BYTES)
    if sent is None:
        text = request.form.get("text", "")
        if not text.strip():
            form.file.errors = [_("Choisissez un fichier.")]
            return "", None
    else:
        try:
            text = decode(sent)
        except ValueError as wrong:
            form.file.errors = [str(wrong)]
            return "", None
    return text, read_grid(text, grids.kind_codes())


def _preview(reading: Reading, bailleur_id: int, form: GridForm) -> Sequence[PreviewRow]:
    present: Mapping[str, Any] = {
        each.code: each for each in grids.rates_in_force(bailleur_id, form.starts_on.data or today())
    }
    label = "label_en" if _english() else "label_fr"
    return [
        PreviewRow(code, getattr(known, label), reading.rates[code], known.rate)
        for code, known in present.items()
        if code in reading.rates
    ]


def _english() -> bool:
    return str(get_locale()) == "en"


def _bailleur(bailleur_id: int) -> Any:
    found = grids.bailleur(bailleur_id)
    if found is None:
        abort(404)
    return found
