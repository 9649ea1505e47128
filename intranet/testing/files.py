"""Files that somebody sends, for tests: prepared by the real inspector, as a request's are before its view runs."""

from __future__ import annotations

import io
from typing import IO

from PIL import Image

from intranet.documents.intake import Prepared, Upload, prepare
from intranet.documents.models import DocumentKind


def received(
    data: bytes | IO[bytes], filename: str = "photo.jpg", kind: DocumentKind = DocumentKind.ATTACHMENT
) -> Prepared:
    """The file as a service is given it. ``Refused`` as its sender would read it."""
    return prepare(Upload(io.BytesIO(data) if isinstance(data, bytes) else data, filename), kind)


def jpeg(colour: str = "teal", size: tuple[int, int] = (64, 48)) -> io.BytesIO:
    """A plain JPEG."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    file.seek(0)
    return file


def paper(*objects: bytes, catalog: bytes = b"", page: bytes = b"") -> bytes:
    """A PDF of one empty page, well written, with more ``objects`` (numbered from 4) and entries."""
    written = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(
        (
            b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>%s>>" % page,
            *objects,
        ),
        start=1,
    ):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(written))
    return written + head + table + tail
