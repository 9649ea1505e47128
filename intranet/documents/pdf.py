"""A PDF made fit to keep: it does nothing by itself, carries nothing inside, and opens without a password.

qpdf reads it (through pikepdf), so that names written with ``#xx``, compressed objects, earlier versions of an object
and a password that only forbids printing hide nothing. One that is plain already keeps its bytes, and with them the
signatures it may hold; any other is written again, without what stood around it or was attached to it. Runs in the
inspector, never in a server.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

HEADER = b"%PDF-"
END = b"%%EOF"
AROUND = 1024
"""Bytes a reader skips before the header; as many may follow the end, and as ``TAIL`` says."""
TAIL = 64 * 1024
MOST_PAGES = 2_000
DEEPEST = 60

ACTIONS = frozenset(
    f"/{name}"
    for name in (
        "JavaScript Launch SubmitForm ImportData ResetForm Rendition RichMediaExecute Movie Sound GoTo3DView GoToE"
    ).split()
)
"""What an action may not be. Others go to a page, or to an address the reader clicks on."""

PLAYED = frozenset({"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
"""Annotations that play something."""

ATTACHED = ("/EmbeddedFiles", "/AF", "/EF", "/Collection", "/RF")
"""Keys under which files travel inside; what nothing names any more is not written."""

# Which of these names stand anywhere: told from the whole file written out by qpdf, in a tenth of the time of a walk.
_SUSPECT = re.compile(
    rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|ResetForm|Rendition|RichMedia|RichMediaExecute|Movie|Sound|3D|"
    rb"GoTo3DView|GoToE|Screen|AA|OpenAction|XFA|EmbeddedFiles?|AF|EF|RF|Collection|"
    rb"FileAttachment|NeedsRendering)(?=[\s/<>\[\](){}%]|$)"
)


class Active(Exception):
    """The file would run a program, or do something without being asked."""


class Locked(Exception):
    """It takes a password to open."""


class Unreadable(Exception):
    """The file is damaged, has no page, or more than anybody sends."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF fit to keep. ``looks`` is the digest of what its pages show (``looks_of``)."""

    data: bytes
    looks: str


def fit_to_keep(data: bytes) -> Paper:
    """The PDF, as it came when it is plain. Raises ``Active``, ``Locked`` or ``Unreadable``."""
    try:
        with pikepdf.open(io.BytesIO(_bare(data))) as pdf:
            if not 0 < len(pdf.pages) <= MOST_PAGES:
                raise Unreadable
            looks = looks_of(pdf)
            written = _written(pdf)
            changed = bool(_SUSPECT.search(written)) and _clean(pdf)
            if changed:
                written = _written(pdf)
            plain = not (changed or pdf.is_encrypted or pdf.get_warnings() or not _is_bare(data))
    except pikepdf.PasswordError as error:
        raise Locked from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise Unreadable from error
    return Paper(data if plain else written, looks)


def looks_of(pdf: Pdf) -> str:
    """SHA-256 of what the pages show: their size, their drawing and their pictures, however the file is written."""
    seen = hashlib.sha256()
    for page in pdf.pages:
        seen.update(repr([round(float(side), 1) for side in page.mediabox]).encode())
        contents = page.obj.get("/Contents")
        for part in contents if isinstance(contents, Array) else [contents]:
            if isinstance(part, Stream):
                seen.update(_drawing(part))
        for _name, picture in sorted(page.get_images(recursive=False).items()):
            seen.update(picture.read_raw_bytes())
    return seen.hexdigest()


def _drawing(part: Stream) -> bytes:
    """What a stream draws, its spaces told apart from nothing else."""
    return b" ".join(part.read_bytes().split())


def _bare(data: bytes) -> bytes:
    """From the header to the end that follows it last: what some programs put before and behind is not looked at."""
    start = data[: AROUND + len(HEADER)].find(HEADER)
    end = data.rfind(END)
    if start < 0 or end < 0 or len(data) - end > TAIL:
        raise Unreadable
    return data[start : end + len(END)] + b"\n"


def _is_bare(data: bytes) -> bool:
    return data.startswith(HEADER) and data.rstrip(b"\r\n \x00").endswith(END)


def _written(pdf: Pdf) -> bytes:
    """The file anew: what nothing names is gone, names are plain, no object is compressed, no password is left."""
    out = io.BytesIO()
    pdf.save(
        out,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=True,
        deterministic_id=True,
        encryption=False,
    )
    return out.getvalue()


def _clean(pdf: Pdf) -> bool:
    """Take what is attached out; whether there was any. ``Active`` for what would do something."""
    root = pdf.Root
    if bool(root.get("/NeedsRendering")):  # its pages are drawn by the program inside it
        raise Active
    found = False
    form = root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        del form["/XFA"]  # the same form stands beside it in plain fields
        found = True
    for each in pdf.objects:
        for holder in _dictionaries(each, 0):
            found = _clean_one(holder) or found
    return found


def _clean_one(holder: Any) -> bool:
    if holder.get("/S") in ACTIONS or "/JS" in holder or holder.get("/Subtype") in PLAYED or "/XFA" in holder:
        raise Active
    if "/AA" in holder and len(holder["/AA"]):
        raise Active
    opening = holder.get("/OpenAction")
    if isinstance(opening, Dictionary) and opening.get("/S") != "/GoTo":
        raise Active
    if "/JavaScript" in holder:  # the scripts a document runs when it is opened
        raise Active
    found = False
    for key in ATTACHED:
        if key in holder:
            del holder[key]
            found = True
    annotations = holder.get("/Annots")
    if isinstance(annotations, Array):
        kept = [each for each in annotations if not _is_attachment(each)]
        if len(kept) < len(annotations):
            holder["/Annots"] = Array(kept)
            found = True
    return found


def _is_attachment(annotation: Any) -> bool:
    return isinstance(annotation, Dictionary) and annotation.get("/Subtype") == Name.FileAttachment


def _dictionaries(value: Any, depth: int) -> Iterator[Any]:
    """The dictionaries written inside an object; those it only refers to come in their own turn."""
    if depth > DEEPEST:
        raise Unreadable
    if isinstance(value, Dictionary | Stream):
        yield value
        children = [child for _key, child in value.items()]
    elif isinstance(value, Array):
        children = list(value)
    else:
        return
    for child in children:
        if isinstance(child, Dictionary | Array) and not child.is_indirect:
            yield from _dictionaries(child, depth + 1)
