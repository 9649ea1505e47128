"""Typst: values laid out by a template as an archival, accessible PDF.

Loaded by the process that lays documents out (``typesetting_process``) and by no other: the compiler starts threads.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

import typst
from typst import TypstError

from intranet.works.contract_signs import printable, without

__all__ = ["STANDARDS", "TypstError", "typeset"]

STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
"""Archival and accessible at once: PDF/A-3a and PDF/UA-1, both on PDF 1.7."""

FONTS = ("manimgx_fonts", "manimgx_fonts_cjk")
"""The packages that hold Noto: every script of everyday writing, Chinese, Japanese, Korean and emoji."""

MOST_TRIES = 40

_UNSHOWN = re.compile(r"the text [`\"]+(?P<text>.+?)[`\"]+ could not be displayed", re.DOTALL)


def typeset(template: bytes | Path, name: str, values: Any, made_at: datetime, *, note: str = "") -> bytes:
    """The PDF of ``values``, which the template reads as the input ``name``: the same bytes for the same values,
    on any machine (fonts are Typst's own and Noto, installed with the application).

    Signs that no font holds are left out; ``unprinted`` among the values is then ``note``. A template that is a
    file finds the files it names (a logo) beside it, and nowhere else. Raises ``TypstError`` for its errors.
    """
    shown, lost = printable(values)
    for _try in range(MOST_TRIES):
        text = json.dumps({**shown, "unprinted": note if lost else ""}, ensure_ascii=False)
        try:
            return _compiled(template, {name: text}, made_at)
        except TypstError as error:
            unshown = _UNSHOWN.search(str(error))
            if unshown is None or unshown["text"] not in text:
                raise
            shown, gone = without(shown, unshown["text"])
            lost = lost or gone
    raise TypstError(f"more than {MOST_TRIES} signs cannot be printed", "")


def _compiled(template: bytes | Path, inputs: dict[str, str], made_at: datetime) -> bytes:
    # A compiler forgets a template given as bytes once it has compiled it: each try has its own.
    if isinstance(template, bytes):
        compiler = typst.Compiler(template, font_paths=_fonts(), ignore_system_fonts=True)
    else:
        compiler = typst.Compiler(
            str(template), root=str(template.parent), font_paths=_fonts(), ignore_system_fonts=True
        )
    pdf = compiler.compile(
        format="pdf", sys_inputs=inputs, pdf_standards=[*STANDARDS], timestamp=int(made_at.timestamp())
    )
    return cast(bytes, pdf)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Typst's own and Noto: their tables are read once, their drawings when one is printed."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(files(each)) for each in FONTS])
