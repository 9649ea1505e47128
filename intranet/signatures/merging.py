"""Adding pages to a PDF without touching a byte of what it holds: an incremental update.

What was signed stays, byte for byte, the beginning of the file. The pages added are tagged pages of a PDF/A-3a and
PDF/UA-1 document of the same maker: their structure is hung into the first document's, so that the whole stays
accessible and archival. pyHanko is imported here, so this module is imported only where a file is sealed.
"""

from __future__ import annotations

import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


class _SameKind(IncrementalPdfFileWriter):
    """Leaves what the first document says it is: PDF 1.7, as PDF/A-3 has it, and its metadata word for word."""

    def _update_meta(self) -> None:
        """What the first document says of itself still holds."""

    def ensure_output_version(self, version: Any) -> None:
        """A signature on a curve would have it PDF 2.0, which no PDF/A-3 is; readers of 1.7 know such signatures."""

    def register_extension(self, ext: Any) -> None:
        """Those of PDF 2.0 come as lists, which 1.7 does not have."""
        if not ext.multivalued:
            super().register_extension(ext)


_NEW_PAGES = "/AddedPages"  # on the imported structure for the time of the import only


def with_pages(first: bytes, added: bytes) -> IncrementalPdfFileWriter:
    """A writer that holds ``first``, then every page of ``added``. Both must be tagged; neither encrypted.

    ``added`` has no links and no tables: nothing in it points elsewhere by number or by name.
    """
    writer = _SameKind(io.BytesIO(first))
    incoming = _structure_of(added)
    grown: Any = writer.import_object(incoming)
    pages = [reference.get_object() for reference in _items(grown[_NEW_PAGES])]
    _hang_structure(writer, grown, pages)
    _hang_pages(writer, grown[_NEW_PAGES])
    return writer


def _structure_of(pdf: bytes) -> Any:
    """The structure tree, cut loose from its document, with the pages it speaks of."""
    root: Any = PdfFileReader(io.BytesIO(pdf)).root
    structure = root["/StructTreeRoot"]
    pages = root["/Pages"]
    references: Any = generic.ArrayObject(
        pages["/Kids"].raw_get(index) for index in range(len(pages["/Kids"]))
    )
    for reference in references:
        del reference.get_object()["/Parent"]
    del structure["/K"][0]["/P"]
    structure[pdf_name(_NEW_PAGES)] = references
    return structure


def _hang_structure(writer: IncrementalPdfFileWriter, grown: Any, pages: list[Any]) -> None:
    """The new elements become the last children of the document's own; its numbers go on after the last."""
    structure = _root(writer)["/StructTreeRoot"]
    whole = structure["/K"].raw_get(0)
    children = whole.get_object()["/K"]
    for reference in _items(grown["/K"][0]["/K"]):
        reference.get_object()[pdf_name("/P")] = whole
        children.append(reference)
    writer.update_container(children)

    shift = int(structure["/ParentTreeNextKey"])
    numbers = structure["/ParentTree"]["/Nums"]
    shifted = list(_items(grown["/ParentTree"]["/Nums"]))
    for key, value in zip(shifted[::2], shifted[1::2], strict=True):
        numbers.extend((_number(int(key) + shift), value))
    writer.update_container(numbers)
    for page in pages:
        page[pdf_name("/StructParents")] = _number(int(page["/StructParents"]) + shift)

    roles = structure["/RoleMap"]
    for name, role in grown["/RoleMap"].items():
        roles.setdefault(name, role)
    writer.update_container(roles)
    structure[pdf_name("/ParentTreeNextKey")] = _number(shift + int(grown["/ParentTreeNextKey"]))
    writer.update_container(structure)


def _hang_pages(writer: IncrementalPdfFileWriter, references: Any) -> None:
    tree_reference = _root(writer).raw_get("/Pages")
    tree = tree_reference.get_object()
    for reference in _items(references):
        reference.get_object()[pdf_name("/Parent")] = tree_reference
        tree["/Kids"].append(reference)
    tree[pdf_name("/Count")] = _number(int(tree["/Count"]) + len(references))
    writer.update_container(tree["/Kids"])
    writer.update_container(tree)


def _items(array: Any) -> list[Any]:
    """The items themselves: references stay references."""
    return [array.raw_get(index) for index in range(len(array))]


def _root(writer: IncrementalPdfFileWriter) -> Any:
    return writer.root


def _number(value: int) -> Any:
    return generic.NumberObject(value)  # type: ignore[no-untyped-call]
