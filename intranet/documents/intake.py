"""What may come in, decided by the content of a file and never by its name.

Pictures (JPEG, PNG, WebP, HEIC) are written again as plain JPEG; PDFs are kept if they do nothing by
themselves. Everything else is refused with a sentence that says what to do instead.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath, PureWindowsPath
from typing import IO

import filetype

from intranet.documents import pdf, pictures
from intranet.documents.models import DocumentKind
from intranet.errors import Refused
from intranet.translation import gettext as _

PDF = "application/pdf"
HEIF_BRANDS = frozenset({"image/heic", "image/heif"})
MAX_NAME = 160

# A file may be a valid picture and something else at once. What is written again loses the second half;
# a file made to be two things is refused all the same: nobody makes one by accident.
_SCRIPT = re.compile(rb"<\s*(?:script|html|svg|iframe|\?php|!doctype)", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 66_000  # bytes: the longest a zip's end record and comment can be


@dataclass(frozen=True, slots=True)
class Taken:
    """A file made fit to keep."""

    data: bytes
    name: str
    media_type: str
    width: int | None = None
    height: int | None = None


def read_at_most(stream: IO[bytes], limit_mb: int) -> bytes:
    """The whole stream, or a refusal as soon as it is longer than ``limit_mb`` megabytes (2²⁰ bytes)."""
    limit = limit_mb * 1024 * 1024
    data = stream.read(limit + 1)
    if len(data) > limit or getattr(stream, "overflowed", False):
        raise Refused(
            "documents.too_large",
            _(
                "Ce fichier dépasse %(limit)s Mo. Reprenez la photo en qualité normale, ou réduisez-la, "
                "puis envoyez-la de nouveau.",
                limit=limit_mb,
            ),
            field="file",
        )
    if not data:
        raise Refused("documents.empty", _("Ce fichier est vide. Choisissez-en un autre."), field="file")
    return data


def shown_name(filename: str, extension: str) -> str:
    """The last part of the name, without control or direction characters, ending in ``extension``."""
    last = PureWindowsPath(PurePath(filename).name).name
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    stem = PurePath(kept.strip(" .")).stem.strip() or _("fichier")
    return stem[: MAX_NAME - len(extension)] + extension


def _sniff(data: bytes) -> str:
    if data.startswith(pdf.HEADER):
        return PDF
    kind = filetype.guess(data[:8192])
    found = str(kind.mime) if kind is not None else ""
    return "image/heic" if found in HEIF_BRANDS else found


def _is_two_things(data: bytes, media_type: str) -> bool:
    if _ZIP_END in data[-_ZIP_TAIL:] or (media_type != PDF and pdf.HEADER in data[:1024]):
        return True
    edges = data[:2048] + data[-2048:]
    return bool(_SCRIPT.search(edges))


def _unwelcome(kind: DocumentKind) -> Refused:
    if kind is DocumentKind.PHOTO:
        sentence = _(
            "Ce fichier n’est pas une photo que nous pouvons lire. Formats acceptés : JPEG, PNG, WebP, HEIC."
        )
    else:
        sentence = _(
            "Ce type de fichier n’est pas accepté, quel que soit son nom. "
            "Formats acceptés : PDF, JPEG, PNG, WebP, HEIC."
        )
    return Refused("documents.type", sentence, field="file")


def _take_pdf(data: bytes, filename: str) -> Taken:
    try:
        if pdf.has_active_content(data):
            raise Refused(
                "documents.pdf_active",
                _(
                    "Ce PDF contient un programme ou une action automatique. "
                    "Imprimez-le en PDF, puis envoyez la copie."
                ),
                field="file",
            )
    except pdf.Unreadable as error:
        raise Refused(
            "documents.pdf_unreadable",
            _("Ce PDF est protégé ou abîmé. Enregistrez-en une copie sans mot de passe, puis envoyez-la."),
            field="file",
        ) from error
    return Taken(data, shown_name(filename, ".pdf"), PDF)


def _take_picture(data: bytes, media_type: str, filename: str) -> Taken:
    try:
        picture = pictures.rewrite(data, media_type)
    except pictures.TooManyPixels as error:
        raise Refused(
            "documents.pixels",
            _("Cette image est trop grande pour être ouverte. Réduisez ses dimensions."),
            field="file",
        ) from error
    except pictures.Damaged as error:
        raise Refused(
            "documents.damaged",
            _("Cette photo est incomplète ou abîmée. Reprenez-la, ou envoyez-la de nouveau."),
            field="file",
        ) from error
    return Taken(picture.data, shown_name(filename, ".jpg"), "image/jpeg", picture.width, picture.height)


def inspect(data: bytes, filename: str, kind: DocumentKind) -> Taken:
    """The file, made fit to keep as ``kind``; ``Refused`` in plain words otherwise."""
    media_type = _sniff(data)
    welcome = media_type in pictures.FORMATS or (media_type == PDF and kind is not DocumentKind.PHOTO)
    if not welcome or _is_two_things(data, media_type):
        raise _unwelcome(kind)
    if media_type == PDF:
        return _take_pdf(data, filename)
    return _take_picture(data, media_type, filename)
