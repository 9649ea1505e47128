"""The seal itself (PAdES baseline B-B): proof pages added, then the whole signed with the installation's certificate.

The bytes everyone signed are the beginning of the sealed file, untouched: their digest can be taken again from
it. pyHanko is imported here; import this module only where a file is sealed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_byterange import BuildProps

from intranet.signatures.certificate import Identity
from intranet.signatures.marks import APPLICATION, FIELD, seal_reason
from intranet.signatures.merging import with_pages


def seal(document: bytes, proof: bytes, number: str, identity: Identity) -> bytes:
    """``document``, then the pages of ``proof``, sealed so that any later change shows.

    The field is invisible and out of the page: a form field in sight would need a tag and an appearance (PDF/UA-1),
    and a hidden one is not allowed (PDF/A-3).
    """
    signer = signers.SimpleSigner.load_pkcs12_data(identity.archive, [], identity.password)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=seal_reason(number, sha256(document).hexdigest(), len(document)),
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        app_build_props=BuildProps(name=APPLICATION),
    )
    field = fields.SigFieldSpec(
        FIELD,
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
        readable_field_name="Sceau de l’intranet",
    )
    sealing = signers.PdfSigner(metadata, signer, new_field_spec=field)
    # pyHanko runs a loop of its own, which a thread that runs one already does not allow.
    with ThreadPoolExecutor(max_workers=1) as apart:
        sealed = apart.submit(sealing.sign_pdf, with_pages(document, proof)).result()
    return bytes(sealed.getvalue())
