"""Typst: values laid out by a template as an archival, accessible PDF.

A module of its own, imported by who lays a document out: the compiler takes seven megabytes in every process.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

import typst
from typst import TypstError

from intranet.works.contract_signs import printable, without

__all__ = ["STANDARDS", "TypstError", "typeset"]

STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
"""Archival and accessible at once: PDF/A-3a and PDF/UA-1, both on PDF 1.7."""

_UNSHOWN = re.compile(r"the text [`\"]+(?P<text>.+?)[`\"]+ could not be displayed", re.DOTALL)


def typeset(template: bytes | Path, name: str, values: Any, made_at: datetime, *, note: str = "") -> bytes:
    """The PDF of ``values``, which the template reads as the input ``name``: the same bytes for the same values,
    on any machine (fonts are Typst's own).

    Signs that no font holds are left out; ``unprinted`` among the values is then ``note``. A template that is a
    file finds the files it names (a logo) beside it, and nowhere else. Raises ``TypstError`` for its errors.
    """
    if isinstance(template, bytes):
        compiler = typst.Compiler(template, ignore_system_fonts=True)
    else:
        compiler = typst.Compiler(str(template), root=str(template.parent), ignore_system_fonts=True)
    shown, lost = printable(values)
    while True:
        text = json.dumps({**shown, "unprinted": note if lost else ""}, ensure_ascii=False)
        try:
            pdf = compiler.compile(
                format="pdf",
                sys_inputs={name: text},
                pdf_standards=[*STANDARDS],
                timestamp=int(made_at.timestamp()),
            )
        except TypstError as error:
            unshown = _UNSHOWN.search(str(error))
            if unshown is None or unshown["text"] not in text:
                raise
            shown, lost = without(shown, unshown["text"]), True
        else:
            return cast(bytes, pdf)
