"""Reading a wear grid from a CSV file: every fault with the number of its line, or the whole grid.

Semicolons, a heading, and the names of the catalogue's own columns: ``code``, ``lifetime_years``,
``free_years``, ``yearly_discount_pct``, ``residual_pct``. Other columns are left aside, so that the catalogue's
file and our own export can be sent as they are. It reads no database.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.wear.rules import OLDEST, Rate

COLUMNS = ("code", "lifetime_years", "free_years", "yearly_discount_pct", "residual_pct")
MOST_BYTES = 256 * 1024
MOST_LINES = 2_000
MOST_ERRORS = 50
_BINARY = ("\x00", "PK\x03\x04", "%PDF-", "\ufffd")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend in the file. ``line`` counts from 1, the heading included; 0: the file as a whole."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. ``rates`` are by code; with a fault, none of it is to be used."""

    rates: Mapping[str, Rate]
    faults: Sequence[Fault] = ()
    without: int = 0  # lines that give no wear for their kind

    @property
    def good(self) -> bool:
        return not self.faults


class _Wrong(Exception):
    """A line or a file that cannot be used; the argument is a sentence."""


def decode(data: bytes) -> str:
    """The file as text, as Excel and others write it. ``ValueError`` with a sentence for what is no text."""
    if len(data) > MOST_BYTES:
        raise ValueError(_("Ce fichier est trop gros pour une grille de vétusté (256 ko au plus)."))
    if not data.strip():
        raise ValueError(_("Ce fichier est vide."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if text.startswith(_BINARY) or any(sign in text for sign in ("\x00", "\ufffd")):
        raise ValueError(
            _(
                "Ce fichier n’est pas un tableau CSV. Dans Excel ou LibreOffice : « Enregistrer sous », "
                "puis « CSV, séparateur point-virgule »."
            )
        )
    return text


def read_grid(text: str, known: Mapping[str, object]) -> Reading:
    """The rates of a grid, for the kinds whose codes are ``known``. Nothing is half read: see ``faults``."""
    rates: dict[str, Rate] = {}
    faults: list[Fault] = []
    first_seen: dict[str, int] = {}
    without = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        places = _places(next(reader, []))
        for cells in reader:
            number = reader.line_num
            if number > MOST_LINES:
                raise _Wrong(_("Ce fichier a plus de %(most)d lignes.", most=MOST_LINES))
            if not any(cell.strip() for cell in cells):
                continue
            try:
                code, rate = _line(cells, places, known)
                if code in first_seen:
                    raise _Wrong(
                        _("Le code %(code)s est déjà à la ligne %(line)d.", code=code, line=first_seen[code])
                    )
            except _Wrong as wrong:
                faults.append(Fault(number, str(wrong)))
                continue
            first_seen[code] = number
            if rate is None:
                without += 1
            else:
                rates[code] = rate
    except _Wrong as wrong:
        return Reading({}, (Fault(0, str(wrong)),))
    except csv.Error:
        faults.append(Fault(reader.line_num, _("Un guillemet est ouvert et jamais refermé, ou mal placé.")))
    if not rates and not faults:
        faults.append(Fault(0, _("Aucune ligne de ce fichier ne donne de vétusté.")))
    return Reading(rates, tuple(faults), without)


def shown(faults: Sequence[Fault]) -> Iterator[str]:
    """The faults as sentences, the first fifty; then how many more there are."""
    for fault in faults[:MOST_ERRORS]:
        if fault.line:
            yield _("Ligne %(line)d : %(what)s", line=fault.line, what=fault.message)
        else:
            yield fault.message
    if len(faults) > MOST_ERRORS:
        yield ngettext("Et %(num)d autre erreur.", "Et %(num)d autres erreurs.", len(faults) - MOST_ERRORS)


def _places(heading: Sequence[str]) -> Mapping[str, int]:
    """Where each column stands. Raises when one is missing or stands twice."""
    names = [cell.strip().lower() for cell in heading]
    if len(names) == 1 and any(sign in names[0] for sign in (",", "\t")):
        raise _Wrong(
            _(
                "Les colonnes doivent être séparées par des points-virgules, "
                "et non par des virgules ou des tabulations."
            )
        )
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise _Wrong(
            _(
                "La première ligne doit nommer les colonnes %(all)s. Il manque : %(missing)s.",
                all=", ".join(COLUMNS),
                missing=", ".join(missing),
            )
        )
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise _Wrong(_("La colonne %(name)s est là deux fois.", name=twice[0]))
    return {name: names.index(name) for name in COLUMNS}


def _line(
    cells: Sequence[str], places: Mapping[str, int], known: Mapping[str, object]
) -> tuple[str, Rate | None]:
    if len(cells) <= max(places.values()):
        raise _Wrong(
            ngettext(
                "cette ligne n’a que %(num)d colonne.", "cette ligne n’a que %(num)d colonnes.", len(cells)
            )
        )
    code, *figures = (cells[places[name]].strip() for name in COLUMNS)
    if not code:
        raise _Wrong(_("le code des travaux manque."))
    if code not in known:
        raise _Wrong(_("« %(code)s » n’est pas un code du catalogue.", code=code[:40]))
    if not any(figures):
        return code, None
    lifetime, free, discount, residual = (
        _whole(name, figure) for name, figure in zip(COLUMNS[1:], figures, strict=True)
    )
    if not lifetime:
        raise _Wrong(_("la durée de vie (lifetime_years) est d’au moins un an."))
    if free > lifetime:
        raise _Wrong(_("les années sans abattement (free_years) dépassent la durée de vie (lifetime_years)."))
    return code, Rate(lifetime, free, discount, residual)


def _whole(name: str, text: str) -> int:
    """A whole number from 0 to 100: years and per cents alike."""
    digits = text.removesuffix("%").strip()
    if not text:
        raise _Wrong(_("%(name)s manque : remplissez les quatre valeurs, ou aucune.", name=name))
    if not (digits.isascii() and digits.isdigit()):
        raise _Wrong(_("%(name)s : « %(text)s » n’est pas un nombre entier.", name=name, text=text[:40]))
    if len(digits) > 3 or int(digits) > OLDEST:
        raise _Wrong(_("%(name)s : %(text)s est hors limites, de 0 à 100.", name=name, text=text[:40]))
    return int(digits)
