"""What a scan of a signed paper must be, beyond what any file taken in must be: a PDF that opens and has a page.

Pictures are opened and written again by ``documents.intake``; a PDF is kept as it came, so it is read through here.
"""

from __future__ import annotations

from typing import IO, Any

from intranet.documents.pdf import HEADER
from intranet.errors import Refused
from intranet.translation import gettext as _


def check(stream: IO[bytes]) -> None:
    """``Refused`` on the field ``file`` for a PDF no reader opens, or without a page. Rewinds the stream."""
    start = stream.read(len(HEADER))
    stream.seek(0)
    if start != HEADER:
        return
    if not _pages(stream):
        raise Refused(
            "signature.scan",
            _("Ce PDF ne s’ouvre pas. Numérisez la page de nouveau, ou prenez-la en photo."),
            field="file",
        )
    stream.seek(0)


def _pages(stream: IO[bytes]) -> int:
    """How many pages a reader finds; 0 when it cannot read the file."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # a third of a second, for those who send a PDF only

    try:
        root: Any = PdfFileReader(stream, strict=False).root
        first: Any = root["/Pages"]["/Kids"][0]
        return int(root["/Pages"]["/Count"]) if first["/Type"] in ("/Page", "/Pages") else 0
    except Exception:
        return 0
