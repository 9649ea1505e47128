"""What may come in: decided by content, made safe, refused in a sentence."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from sqlalchemy.orm import Session, scoped_session

from intranet.documents import intake, pictures
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import read_bytes, take_in
from intranet.documents.uploads import BoundedFile
from intranet.errors import Refused
from intranet.extensions import db

pytestmark = pytest.mark.usefixtures("db_session")

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def take(data: bytes, name: str = "photo.jpg", kind: DocumentKind = DocumentKind.ATTACHMENT) -> Document:
    return take_in(io.BytesIO(data), name, kind=kind, dossier_id=None, audience=("alc",), actor=None)


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


def object_stream(body: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    packed = zlib.compress(body)
    head = b"2 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter " + filters + b" /Length %d >>\n" % len(packed)
    return PDF.replace(b"trailer", head + b"stream\n" + packed + b"\nendstream\nendobj\ntrailer")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_progressive_jpeg_named_after_it(form: str) -> None:
    document = take(picture(form), f"salon.{form.lower()}")
    written = Image.open(io.BytesIO(read_bytes(document)))
    assert (document.media_type, document.name) == ("image/jpeg", "salon.jpg")
    assert (written.format, written.info.get("progressive")) == ("JPEG", 1)
    assert (document.width, document.height) == written.size == (120, 80)
    assert document.size == len(read_bytes(document))


def test_a_heic_picture_of_a_phone_becomes_a_jpeg() -> None:
    from pillow_heif import from_pillow

    file = io.BytesIO()
    from_pillow(Image.new("RGB", (120, 80), "teal")).save(file)
    document = take(file.getvalue(), "IMG_0042.HEIC")
    assert (document.media_type, document.name) == ("image/jpeg", "IMG_0042.jpg")


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
    assert (read_bytes(document), document.media_type, document.name) == (
        PDF,
        "application/pdf",
        "diagnostic.pdf",
    )


@pytest.mark.parametrize(
    "action",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/OpenAction << /S /J#61vaScript /JS (app.alert(1)) >>",
        b"/AA << /O << /S /Launch /F (calc.exe) >> >>",
        b"/A << /S /SubmitForm >>",
        b"/Subtype/RichMedia",
    ],
)
def test_a_pdf_that_does_something_by_itself_is_refused(action: bytes) -> None:
    with refusing("documents.pdf_active"):
        take(PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + action), "a.pdf")


def test_a_script_in_a_compressed_object_is_found() -> None:
    with refusing("documents.pdf_active"):
        take(object_stream(b"3 0 << /S /JavaScript /JS (app.alert(1)) >>"), "a.pdf")
    assert take(object_stream(b"3 0 << /S /GoTo >>"), "a.pdf").media_type == "application/pdf"


@pytest.mark.parametrize(
    "data",
    [
        object_stream(b"3 0 << >>", b"[/ASCII85Decode /FlateDecode]").replace(b"stream\nx", b"stream\n!x"),
        object_stream(bytes(40_000_000)),
        PDF.replace(b"/Root", b"/Encrypt 9 0 R /Root"),
        PDF[:40],
    ],
)
def test_a_pdf_nobody_can_look_into_is_refused(data: bytes) -> None:
    with refusing("documents.pdf_unreadable"):
        take(data, "a.pdf")


def test_a_truncated_picture_is_refused() -> None:
    whole = picture(size=(800, 600), quality=95)
    with refusing("documents.damaged"):
        take(whole[: len(whole) // 2])


def test_a_pixel_bomb_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)
    with refusing("documents.pixels"):
        take(picture("PNG", (200, 200)))


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
