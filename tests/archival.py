"""What PDF/A-3a and PDF/UA-1 ask of a file and a later addition may break, read from the file itself.

No validator of these standards is installed with the tests: these are the clauses our files must keep, by number.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

PRINT, HIDING = 4, 1 | 2 | 32 | 256  # bits of /F: Invisible, Hidden, NoView, ToggleNoView
EMBEDDED = ("/FontFile", "/FontFile2", "/FontFile3")


def faults(pdf: bytes) -> list[str]:
    """Every clause the file breaks, in words; nothing for a file that is as it must be."""
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    found = [*_file(pdf, reader, root), *_accessible(root)]
    for each in _objects(root):
        found += [*_font(each), *_annotation(each), *_action(each), *_attachment(each)]
    return found


def _file(pdf: bytes, reader: PdfReader, root: Any) -> Iterator[str]:
    if not pdf.startswith(b"%PDF-1.7") or root.get("/Version", "/1.7") != "/1.7":
        yield "PDF/A-3 6.1.2: the version is 1.7"
    if "/Encrypt" in reader.trailer or len(reader.trailer.get("/ID", ())) != 2:
        yield "PDF/A-3 6.1.3: not encrypted, and identified"
    metadata = root["/Metadata"].get_data().decode() if "/Metadata" in root else ""
    said = dict(re.findall(r"<(pdf\w+:\w+)>([^<]*)<", metadata))
    if (said.get("pdfaid:part"), said.get("pdfaid:conformance")) != ("3", "A"):
        yield "PDF/A-3 6.6.4: the metadata say PDF/A-3a"
    if said.get("pdfuaid:part") != "1":
        yield "PDF/UA-1 5: the metadata say PDF/UA-1"
    if not re.search(r"<dc:title>.*?<rdf:li[^>]*>[^<]+<", metadata, re.DOTALL):
        yield "PDF/UA-1 7.1: the metadata hold a title"
    intents = [each.get_object() for each in root.get("/OutputIntents", ())]
    if not any(each["/S"] == "/GTS_PDFA1" and "/DestOutputProfile" in each for each in intents):
        yield "PDF/A-3 6.2.3: an output intent with its profile"
    form = root.get("/AcroForm", {})
    if "/XFA" in form or form.get("/NeedAppearances", False):
        yield "PDF/A-3 6.4: a form that needs nothing of its reader"
    if set(root.get("/Perms", ())) - {"/DocMDP", "/UR3"}:
        yield "PDF/A-3 6.1.12: no other permission"


def _accessible(root: Any) -> Iterator[str]:
    if not root.get("/Lang"):
        yield "PDF/A-3 6.7.4: the language is said"
    if not _true(root.get("/MarkInfo", {}), "/Marked"):
        yield "PDF/A-3 6.7.2: the file is tagged"
    if "/StructTreeRoot" not in root:
        yield "PDF/A-3 6.7.3: the tags have their tree"
    if not _true(root.get("/ViewerPreferences", {}), "/DisplayDocTitle"):
        yield "PDF/UA-1 7.1: the reader shows the title"


def _true(entries: Any, key: str) -> bool:
    return key in entries and bool(entries[key].value)


def _font(each: Any) -> Iterator[str]:
    if each.get("/Type") != "/Font" or each.get("/Subtype") == "/Type3":
        return
    name = each.get("/BaseFont", "?")
    if each["/Subtype"] == "/Type0":
        if "/ToUnicode" not in each:
            yield f"PDF/A-3 6.2.11.7: {name} says its letters"
        return
    descriptor: Any = each.get("/FontDescriptor", {})
    if not any(key in descriptor for key in EMBEDDED):
        yield f"PDF/A-3 6.2.11.4: {name} is embedded"
    if each["/Subtype"] == "/CIDFontType2" and "/CIDToGIDMap" not in each:
        yield f"PDF/A-3 6.2.11.3: {name} maps its glyphs"


def _annotation(each: Any) -> Iterator[str]:
    if "/Rect" not in each or each.get("/Subtype") in (None, "/Popup"):
        return
    flags = int(each.get("/F", 0))
    if not flags & PRINT or flags & HIDING:
        yield f"PDF/A-3 6.3.2: the annotation {each['/Subtype']} prints and is not hidden"
    left, low, right, high = (float(edge) for edge in each["/Rect"])
    if (left, low) != (right, high) and each["/Subtype"] != "/Link" and "/AP" not in each:
        yield f"PDF/A-3 6.3.3: the annotation {each['/Subtype']} has its appearance"
    out_of_page = right <= 0 or high <= 0
    if not out_of_page and "/StructParent" not in each:
        yield f"PDF/UA-1 7.18.1: the annotation {each['/Subtype']} has its tag"
    if each["/Subtype"] == "/Widget" and not each.get("/TU"):
        yield "PDF/UA-1 7.18.4: the field says what it is"


def _action(each: Any) -> Iterator[str]:
    if each.get("/S") in ("/JavaScript", "/Launch", "/Sound", "/Movie", "/ImportData", "/ResetForm"):
        yield f"PDF/A-3 6.5.1: no action {each['/S']}"


def _attachment(each: Any) -> Iterator[str]:
    if "/EF" in each and "/AFRelationship" not in each:
        yield "PDF/A-3 6.8: an attached file says what it is to the document"
    if isinstance(each, StreamObject) and "/LZWDecode" in str(each.get("/Filter", "")):
        yield "PDF/A-3 6.1.7.2: no LZW"


def _objects(root: Any) -> Iterator[Any]:
    """Every dictionary and stream that can be reached, once each."""
    seen: set[tuple[int, int]] = set()
    left: list[Any] = [root]
    while left:
        each = left.pop()
        if isinstance(each, IndirectObject):
            if (key := (each.idnum, each.generation)) in seen:
                continue
            seen.add(key)
            each = each.get_object()
        if isinstance(each, DictionaryObject):
            yield each
            left += [dict.__getitem__(each, key) for key in each]
        elif isinstance(each, ArrayObject):
            left += [list.__getitem__(each, index) for index in range(len(each))]
