"""Papers of the demonstration: one plain page of PDF each, the same bytes for the same words."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from intranet.documents.intake import Prepared, Upload, prepare
from intranet.documents.models import DocumentKind

PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>"
FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def write_paper(title: str, *lines: str) -> io.BytesIO:
    """A page with a title and lines of text, one above the other."""
    content = b"".join(_text(title, lines))
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PAGE.encode(),
        FONT.encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    )
    return io.BytesIO(b"".join(_file(objects)))


def send(file: io.BytesIO, filename: str, kind: DocumentKind = DocumentKind.ATTACHMENT) -> Prepared:
    """The file as it comes in when somebody sends it."""
    return prepare(Upload(file, filename), kind)


def _text(title: str, lines: Iterable[str]) -> Iterator[bytes]:
    yield b"BT /F 18 Tf 62 770 Td %s Tj /F 11 Tf 0 -20 Td " % _string(title)
    for line in lines:
        yield b"0 -18 Td %s Tj " % _string(line)
    yield b"ET"


def _string(text: str) -> bytes:
    plain = text.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        plain = plain.replace(sign, b"\\" + sign)
    return b"(" + plain + b")"


def _file(objects: Iterable[bytes]) -> Iterator[bytes]:
    """The objects numbered from 1, and the table that says where each begins."""
    written = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    yield written
    yield b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    yield b"".join(b"%010d 00000 n \n" % place for place in places)
    yield b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(written))
