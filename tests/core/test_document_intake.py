"""What may come in: decided by content, made safe, refused in a sentence."""

from __future__ import annotations

import fcntl
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.chantiers import service
from intranet.chantiers.commands import WriteNote
from intranet.chantiers.models import SitePhoto
from intranet.chantiers.terms import ChantierState
from intranet.clock import today
from intranet.config import Settings
from intranet.documents import intake
from intranet.documents.inspector import LOCK, Inspector
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import keep, read_bytes
from intranet.documents.uploads import BoundedFile
from intranet.documents.verdicts import NotFit, Unfit
from intranet.errors import Refused
from intranet.extensions import db
from intranet.testing.chantiers import make_chantier
from intranet.testing.factories import csrf_token, sign_in
from intranet.testing.files import paper, received

pytestmark = pytest.mark.usefixtures("db_session")

PDF = paper()


def take(data: bytes, name: str = "photo.jpg", kind: DocumentKind = DocumentKind.ATTACHMENT) -> Document:
    return keep(received(data, name, kind), kind=kind, dossier_id=None, audience=("alc",), actor=None)


@contextmanager
def refusing(rule: str) -> Iterator[None]:
    with pytest.raises(Refused) as refused:
        yield
    assert (refused.value.rule, refused.value.field) == (rule, "file")


def picture(form: str = "JPEG", size: tuple[int, int] = (120, 80), **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, form, **options)
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "bonjour")
    return file.getvalue()


def with_exif() -> bytes:
    """A phone's picture: where it was taken, by which phone, lying on its side."""
    exif = Image.Exif()
    exif[0x010F] = "CanaryPhone"
    exif[0x0112] = 6  # turn a quarter clockwise
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (43.0, 42.0, 12.0), "E", (7.0, 15.0, 58.0)
    return picture(exif=exif.tobytes(), comment=b"CanaryComment")


def saved(change: Callable[[pikepdf.Pdf], object] | None = None, **options: Any) -> bytes:
    """A PDF of one page as qpdf writes it, after a ``change``."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as pdf:
        if change is not None:
            change(pdf)
        pdf.save(written, **options)
    return written.getvalue()


def on_opening(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["facture.xml"] = b"<CanaryInvoice/>"
    pdf.Root.AF = pikepdf.Array([pdf.attachments["facture.xml"].obj])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_progressive_jpeg(form: str) -> None:
    document = take(picture(form), f"salon.{form.lower()}")
    written = Image.open(io.BytesIO(read_bytes(document)))
    assert (document.media_type, document.sent_name) == ("image/jpeg", "salon.jpg")
    assert (written.format, written.info.get("progressive")) == ("JPEG", 1)
    assert (document.width, document.height) == written.size == (120, 80)
    assert document.size == len(read_bytes(document))


def test_a_heic_picture_of_a_phone_becomes_a_jpeg() -> None:
    from pillow_heif import from_pillow

    file = io.BytesIO()
    from_pillow(Image.new("RGB", (120, 80), "teal")).save(file)
    document = take(file.getvalue(), "IMG_0042.HEIC")
    assert (document.media_type, document.sent_name) == ("image/jpeg", "IMG_0042.jpg")


def test_place_phone_and_comment_are_gone_and_the_picture_stands_upright() -> None:
    sent = with_exif()
    assert b"CanaryPhone" in sent
    document = take(sent)
    kept = read_bytes(document)
    assert b"Canary" not in kept
    assert b"Exif" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert (document.width, document.height) == (80, 120)


def test_a_large_picture_is_brought_to_2400_pixels_and_never_enlarged() -> None:
    assert (take(picture(size=(4000, 3000))).width, take(picture(size=(30, 20))).width) == (2400, 30)


def test_transparency_becomes_white_paper() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    kept = Image.open(io.BytesIO(read_bytes(take(file.getvalue(), "a.png"))))
    assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_what_hides_behind_a_picture_does_not_come_in() -> None:
    document = take(picture() + b"\nCanaryTrailer" * 50)
    assert b"CanaryTrailer" not in read_bytes(document)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(200), "photo.jpg"),
        (b"MZ\x90\x00" + bytes(200), "photo.png"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "plan.svg"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "plan.jpg"),
        (b"<!doctype html><html><script>alert(1)</script></html>", "page.pdf"),
        (zipped(), "photos.jpg"),
        (b"GIF89a" + bytes(100), "anime.gif"),
        (b"%!PS-Adobe-3.0", "plan.pdf"),
        (b"bonjour", "lettre.txt"),
    ],
)
def test_anything_else_is_refused_whatever_its_name(data: bytes, name: str) -> None:
    with pytest.raises(Refused) as refused:
        take(data, name)
    assert (refused.value.rule, refused.value.field) == ("documents.type", "file")
    assert "Formats acceptés" in str(refused.value.message)


@pytest.mark.parametrize(
    "data",
    [
        picture() + zipped(),
        PDF + zipped(),
        picture("PNG") + b"<script>alert(1)</script>",
        picture(comment=b"<?php system($_GET[0]); ?>"),
        picture(comment=b"%PDF-1.7"),
    ],
)
def test_a_file_made_to_be_two_things_is_refused(data: bytes) -> None:
    with refusing("documents.type"):
        take(data)


def test_a_photo_is_never_a_pdf() -> None:
    with refusing("documents.type"):
        take(PDF, "photo.pdf", DocumentKind.PHOTO)


def test_a_quiet_pdf_is_kept_as_it_is() -> None:
    document = take(PDF, "diagnostic.PDF")
    assert (read_bytes(document), document.media_type, document.sent_name) == (
        PDF,
        "application/pdf",
        "diagnostic.pdf",
    )


ALERT = b"<</S/JavaScript/JS(app.alert(1))>>"


@pytest.mark.parametrize(
    "data",
    [
        paper(catalog=b"/OpenAction" + ALERT),
        paper(catalog=b"/OpenAction<</S/J#61vaScript/JS(app.alert(1))>>"),
        paper(ALERT, catalog=b"/OpenAction 4 0 R"),
        paper(catalog=b"/Names<</JavaScript<</Names[(a)%s]>>>>" % ALERT),
        paper(catalog=b"/OpenAction<</S/URI/URI(https://example.org)>>"),
        paper(page=b"/AA<</O<</S/Launch/F(calc.exe)>>>>"),
        paper(page=b"/Annots[<</Subtype/Link/A<</S/SubmitForm/F(https://example.org)>>>>]"),
        paper(page=b"/Annots[<</Subtype/Link/A<</S/GoTo/D[0]/Next[%s]>>>>]" % ALERT),
        paper(page=b"/Annots[<</Subtype/RichMedia>>]"),
        paper(catalog=b"/NeedsRendering true/AcroForm<</XFA[]>>"),
        saved(on_opening, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        saved(on_opening, encryption=pikepdf.Encryption(owner="secret")),
        PDF + saved(on_opening),
    ],
)
def test_a_pdf_that_does_something_by_itself_is_refused_however_it_is_written(data: bytes) -> None:
    with refusing("documents.pdf_active"):
        take(data, "a.pdf")


def test_a_script_of_a_later_revision_is_found() -> None:
    at = len(PDF)
    catalog = b"1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction%s>>\nendobj\n" % ALERT
    table = b"xref\n1 1\n%010d 00000 n \n" % at
    before = PDF.rindex(b"xref\n0")
    end = b"trailer<</Size 4/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (before, at + len(catalog))
    with refusing("documents.pdf_active"):
        take(PDF + catalog + table + end, "a.pdf")


@pytest.mark.parametrize(
    "data",
    [
        paper(catalog=b"/OpenAction[3 0 R/Fit]"),
        paper(page=b"/Annots[<</Subtype/Link/A<</S/URI/URI(https://example.org)>>>>]"),
        paper(b"<</Length 11>>stream\n/JavaScript\nendstream", catalog=b"/Note(/Launch)"),
    ],
)
def test_a_pdf_that_only_speaks_of_it_is_kept_as_it_is(data: bytes) -> None:
    assert read_bytes(take(data, "a.pdf")) == data


def test_what_is_attached_to_a_pdf_stays_out() -> None:
    sent = saved(attach)
    assert b"facture.xml" in sent
    with pikepdf.open(io.BytesIO(read_bytes(take(sent, "facture.pdf")))) as kept:
        assert (len(kept.pages), dict(kept.attachments), "/AF" in kept.Root) == (1, {}, False)


def test_a_form_keeps_its_fields_and_loses_the_program_beside_them() -> None:
    kept = read_bytes(take(paper(catalog=b"/AcroForm<</Fields[]/XFA(CanaryForm)>>"), "cerfa.pdf"))
    assert b"/AcroForm" in kept
    assert b"CanaryForm" not in kept


def test_a_password_that_only_forbids_printing_is_no_obstacle() -> None:
    sent = saved(encryption=pikepdf.Encryption(owner="secret", allow=pikepdf.Permissions(extract=False)))
    with pikepdf.open(io.BytesIO(read_bytes(take(sent, "bail.pdf")))) as kept:
        assert (len(kept.pages), kept.is_encrypted) == (1, False)


def test_a_pdf_that_asks_a_password_is_refused() -> None:
    with refusing("documents.pdf_locked"):
        take(saved(encryption=pikepdf.Encryption(owner="secret", user="secret")), "a.pdf")


@pytest.mark.parametrize(
    ("before", "after"), [(b"\xef\xbb\xbf\n", b""), (b"", b"\n\n" * 4000), (b"HTTP\n", b"end")]
)
def test_what_stands_before_or_after_a_pdf_is_left_out(before: bytes, after: bytes) -> None:
    kept = read_bytes(take(before + PDF + after, "scan.pdf"))
    assert kept.startswith(b"%PDF-")
    assert kept.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize(
    "data",
    [
        PDF[:40],
        b"%PDF-1.7\nrien\n%%EOF\n",
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
        bytes(2000) + PDF,
        PDF + bytes(100_000),
        paper(catalog=b"/A" + b"[" * 5000 + b"]" * 5000),
    ],
)
def test_a_pdf_no_reader_opens_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        take(data, "a.pdf")
    assert refused.value.field == "file"
    assert refused.value.rule in ("documents.pdf_unreadable", "documents.type")


def test_a_truncated_picture_is_refused() -> None:
    whole = picture(size=(800, 600), quality=95)
    with refusing("documents.damaged"):
        take(whole[: len(whole) // 2])


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
def test_a_picture_of_more_pixels_than_its_format_may_have_is_refused(form: str) -> None:
    file = io.BytesIO()
    Image.new("1" if form == "PNG" else "RGB", (8000, 8000)).save(file, form, lossless=True, method=0)
    with refusing("documents.pixels"):
        take(file.getvalue())


ILL_WRITTEN = (
    b"Exif\0\0",
    b"Exif\0\0II*\0\xff\xff\xff\xff",
    b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40,
    b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\xff\xff\xff\x7f\xff\xff\xff\x7f",
)


@pytest.mark.parametrize("exif", ILL_WRITTEN)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_a_camera_wrote_badly_does_not_keep_its_picture_out(form: str, exif: bytes) -> None:
    assert take(picture(form, exif=exif)).width == 120


@pytest.mark.parametrize("brand", [b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"])
def test_every_brand_of_heic_is_a_picture(brand: bytes) -> None:
    from pillow_heif import from_pillow

    file = io.BytesIO()
    from_pillow(Image.new("RGB", (120, 80), "teal")).save(file)
    sent = file.getvalue().replace(b"ftypheic", b"ftyp" + brand, 1)
    assert take(sent, "IMG_0042.HEIC").media_type == "image/jpeg"


def test_a_huge_picture_is_refused_by_its_header_alone() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    size = (60_000).to_bytes(4, "big") * 2
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x02\x00\x00\x00") + chunk(b"IDAT", b"x")
    with refusing("documents.pixels"):
        take(png)


def test_an_empty_file_is_refused() -> None:
    with refusing("documents.empty"):
        take(b"")


def test_a_file_over_the_limit_is_refused_without_being_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            self.asked += size
            return bytes(size)

    stream = Endless()
    with refusing("documents.too_large"):
        intake.read_at_most(stream, 2)  # type: ignore[arg-type]
    assert stream.asked == 2 * 1024 * 1024 + 1


def test_what_arrives_beyond_the_limit_is_dropped_not_stored() -> None:
    file = BoundedFile(1024)
    for _ in range(100):
        file.write(bytes(100))
    file.seek(0)
    assert (len(file.read()), file.overflowed) == (1024, True)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\moi\\bail signé.pdf", "bail signé.pdf"),
        ("\u202egpj.exe", "gpj.pdf"),
        ("", "fichier.pdf"),
        ("a" * 400, "a" * 156 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(sent: str, shown: str) -> None:
    assert intake.shown_name(sent, ".pdf") == shown


def test_the_same_picture_twice_is_stored_once(db_session: scoped_session[Session]) -> None:
    first, second = take(picture()), take(picture())
    assert (first.id != second.id, first.digest) == (True, second.digest)
    assert db.session.get(Document, first.id) is not None


def test_a_file_on_its_way_in_keeps_nobody_from_writing(client: FlaskClient, settings: Settings) -> None:
    """The reading lock is held by another: the sender waits for it, without a transaction."""
    cast = make_chantier(ChantierState.OPEN)
    sign_in(client, cast.animator_user)
    data = {
        "file": (io.BytesIO(picture()), "salon.jpg"),
        "moment": "before",
        "taken_on": today().isoformat(),
        "recognisable": "nobody",
        "submission": "a-key-of-its-own",
        "csrf_token": csrf_token(client, "/account/profile"),
    }
    sending = Thread(
        target=client.post, args=(f"/partner/chantiers/{cast.chantier.id}/photos",), kwargs={"data": data}
    )
    with (settings.instance / LOCK).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sending.start()
        sending.join(0.5)
        assert sending.is_alive()
        began = monotonic()
        service.write_note(cast.animator, WriteNote(cast.chantier.id, today(), "Pendant ce temps."))
        assert monotonic() - began < 1
    sending.join()
    assert db.session.scalar(select(func.count()).select_from(SitePhoto)) == 1


def test_a_file_that_takes_too_long_to_read_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    apart = Inspector(reading_seconds=1)
    deep = paper(b"[" + b"<</A[%s]>>" % (b"<<>> " * 600_000) + b"]", catalog=b"/AA<<>>/Deep 4 0 R")
    began = monotonic()
    with pytest.raises(NotFit) as unfit:
        apart.inspect(tmp_path, deep, picture_only=False)
    assert (unfit.value.why, monotonic() - began < 5) == (Unfit.HEAVY, True)
    assert apart.inspect(tmp_path, picture(), picture_only=True).width == 120
