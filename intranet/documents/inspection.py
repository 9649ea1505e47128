"""What a file is, told by its content and never by its name, and what is kept of it. Runs in the inspector.

Pictures (JPEG, PNG, WebP, HEIC) are written again as plain JPEG; PDFs are made quiet. Everything else is unfit.
"""

from __future__ import annotations

import re

import filetype

from intranet.documents import pdf, pictures
from intranet.documents.verdicts import Fit, NotFit, Unfit

PDF = "application/pdf"
HEIC = "image/heic"
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

# A file may be a valid picture and something else at once. What is written again loses the second half;
# a file made to be two things is refused all the same: nobody makes one by accident.
_SCRIPT = re.compile(rb"<\s*(?:script|html|svg|iframe|\?php|!doctype)", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 66_000  # bytes: the longest a zip's end record and comment can be
_EDGE = 2048


def inspect(data: bytes, *, picture_only: bool, longest_side: int = pictures.LONGEST_SIDE) -> Fit:
    """What is kept of the file; ``NotFit`` when it is not one of those we keep."""
    media_type = _sniff(data)
    welcome = media_type in pictures.FORMATS or (media_type == PDF and not picture_only)
    if not welcome or _is_two_things(data, media_type):
        raise NotFit(Unfit.TYPE)
    try:
        if media_type == PDF:
            paper = pdf.fit_to_keep(data)
            return Fit(paper.data, PDF, looks=paper.looks)
        picture = pictures.rewrite(data, media_type, longest_side)
        return Fit(picture.data, "image/jpeg", picture.width, picture.height)
    except pdf.Active as error:
        raise NotFit(Unfit.ACTIVE) from error
    except pdf.Locked as error:
        raise NotFit(Unfit.LOCKED) from error
    except pdf.Unreadable as error:
        raise NotFit(Unfit.UNREADABLE) from error
    except pictures.TooManyPixels as error:
        raise NotFit(Unfit.PIXELS) from error
    except pictures.Damaged as error:
        raise NotFit(Unfit.DAMAGED) from error
    except (MemoryError, RecursionError) as error:
        raise NotFit(Unfit.HEAVY) from error


def _sniff(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        return HEIC
    kind = filetype.guess(data[:8192])
    found = str(kind.mime) if kind is not None else ""
    if found in pictures.FORMATS:
        return found
    return PDF if pdf.HEADER in data[: pdf.AROUND + len(pdf.HEADER)] else found


def _is_two_things(data: bytes, media_type: str) -> bool:
    if media_type == PDF:  # what stands around it is left out; a page or a program before it is no accident
        before = data[: data.find(pdf.HEADER)]
        return bool(_SCRIPT.search(before)) or _ZIP_END in data[-_ZIP_TAIL:]
    if _ZIP_END in data[-_ZIP_TAIL:] or pdf.HEADER in data[: pdf.AROUND]:
        return True
    return bool(_SCRIPT.search(data[:_EDGE] + data[-_EDGE:]))
