"""Whether a PDF would *do* something when opened. Pure functions on bytes.

A PDF is kept as it is, so what it may hold is decided here: no script, nothing that starts a program,
sends a form or plays embedded media. Names may be written with ``#xx`` escapes and objects may hide in
compressed object streams; both are undone before looking. What cannot be looked into is not accepted.
"""

from __future__ import annotations

import re
import zlib

HEADER = b"%PDF-"
ACTIVE_NAMES = (b"/JavaScript", b"/Launch", b"/RichMedia", b"/SubmitForm", b"/ImportData")
MAX_INFLATED = 32 * 1024 * 1024  # bytes, all object streams together

_ACTIVE = re.compile(rb"(?:" + b"|".join(map(re.escape, ACTIVE_NAMES)) + rb")(?=[\s/<>\[\](){}%]|$)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")


class Unreadable(Exception):
    """The file is encrypted, damaged or compressed in a way that hides what it holds."""


def _plain(part: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)


def _object_streams(data: bytes) -> list[bytes]:
    """The content of every object stream."""
    found: list[bytes] = []
    left = MAX_INFLATED
    for mark in _STREAM.finditer(data):
        if data[max(0, mark.start() - 3) : mark.start()] == b"end":
            continue
        dictionary = _plain(data[max(0, data.rfind(b"obj", 0, mark.start())) : mark.start()])
        if b"/ObjStm" not in dictionary:
            continue
        body = data[mark.end() :]
        if b"/Filter" not in dictionary:
            end = body.find(b"endstream")
            content = body if end < 0 else body[:end]
        else:
            try:
                content = zlib.decompressobj().decompress(body, left)
            except zlib.error as error:
                raise Unreadable from error
        left -= len(content)
        if left <= 0:
            raise Unreadable
        found.append(content)
    return found


def has_active_content(data: bytes) -> bool:
    """Whether the PDF holds a script or an action. ``Unreadable`` when nobody can tell."""
    plain = _plain(data)
    if _ACTIVE.search(plain):
        return True
    if b"/Encrypt" in plain or b"%%EOF" not in data[-2048:]:
        raise Unreadable
    return any(_ACTIVE.search(_plain(part)) for part in _object_streams(data))
