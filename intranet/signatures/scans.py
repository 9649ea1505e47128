"""A scan of the signed paper is not the paper before it was signed.

The same bytes, or a PDF that shows the same pages (opened and saved again by another program), bear no signature.
"""

from __future__ import annotations

import io

from intranet.documents.intake import Prepared
from intranet.documents.models import Document
from intranet.documents.service import read_bytes
from intranet.errors import Refused
from intranet.extensions import db
from intranet.signatures.loading import InHand
from intranet.translation import gettext as _


def refuse_unsigned(file: Prepared, taken: InHand) -> None:
    """``Refused`` on the field ``file`` when it is the contract as it was given out to be signed."""
    if taken.digest in (file.sent_digest, file.digest) or (file.looks and file.looks == _looks(taken)):
        raise Refused(
            "signature.unsigned",
            _(
                "C’est le contrat tel qu’il a été préparé, sans signature. Imprimez-le, faites-le signer, "
                "puis numérisez la page signée ou prenez-la en photo."
            ),
            field="file",
        )


def _looks(taken: InHand) -> str:
    """What the contract's own pages show."""
    import pikepdf  # a quarter of a second, for those who send a PDF only

    from intranet.documents.pdf import looks_of

    document = db.session.get_one(Document, taken.contract.document_id)
    with pikepdf.open(io.BytesIO(read_bytes(document))) as pdf:
        return looks_of(pdf)
