"""Receiving a form with files without losing the form when a file is too large.

Werkzeug reads the whole body before a view runs, and a body over ``MAX_CONTENT_LENGTH`` is answered 413
with everything typed thrown away. A view that ``receives_files`` may be sent a larger body: what a file
has beyond the limit is dropped as it arrives, never kept in memory or on disk, and ``intake`` then
refuses the file in a form that still holds the rest.

The file is prepared (``intake.prepare``) before the request's transaction begins: reading one may take seconds, and
while it lasts everybody else goes on writing. A view asks for what came of it by ``sent_file``, within its command.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import FileStorage

from intranet.config import settings
from intranet.current import READING, notes, this_request
from intranet.documents.intake import Prepared, Upload, prepare
from intranet.documents.models import DocumentKind
from intranet.errors import Refused
from intranet.translation import gettext as _

F = TypeVar("F", bound=Callable[..., Any])

IN_MEMORY = 512 * 1024  # bytes of a file kept in memory before it goes to the temporary folder
PATIENCE = 4  # a body is read up to this many times the limit, so that its sender gets a sentence


def receives_files(view: F) -> F:
    """Mark a view whose form holds a paper: a PDF or a picture, prepared before the view runs."""
    return _receives(view, DocumentKind.ATTACHMENT)


def receives_photos(view: F) -> F:
    """Mark a view whose form holds a picture, prepared before the view runs."""
    return _receives(view, DocumentKind.PHOTO)


def receives_tables(view: F) -> F:
    """Mark a view whose form holds a file that it reads itself, as ``sent_table`` gives it."""
    return _receives(view, None)


def _receives(view: F, kind: DocumentKind | None) -> F:
    view.__receives_files__ = True  # type: ignore[attr-defined]
    view.__prepares__ = kind  # type: ignore[attr-defined]
    return view


def prepare_sent() -> None:
    """Before the transaction of a request: prepare the file it brings. A refusal is told when the view asks for it."""
    asked = this_request()
    kind = getattr(current_app.view_functions.get(asked.endpoint or ""), "__prepares__", None)
    if kind is None or asked.method in READING:
        return
    files: dict[str, Prepared | Refused] = {}
    for name, file in asked.files.items(multi=True):
        if file.filename:
            files[name] = _several() if files else _prepared(file, kind)
    notes()["files"] = files


def _prepared(file: FileStorage, kind: DocumentKind) -> Prepared | Refused:
    try:
        return prepare(Upload(file.stream, file.filename or ""), kind)
    except Refused as refused:
        return refused


def _several() -> Refused:
    return Refused("documents.several", _("Envoyez un fichier à la fois."), field="file")


def upload_limit_mb() -> int:
    """The largest file taken in, in megabytes (2²⁰ bytes), for a form to say."""
    return settings().max_upload_mb


def sent_file(name: str = "file") -> Prepared | None:
    """The file of that input of the form, if one was chosen. ``Refused`` when it is not fit to keep."""
    found: Prepared | Refused | None = notes().get("files", {}).get(name)
    if isinstance(found, Refused):
        raise found
    return found


def sent_table(name: str, most_bytes: int) -> bytes | None:
    """The first ``most_bytes`` of the file of that input, and one more if there are; nothing when none was chosen."""
    file = request.files.get(name)
    return file.stream.read(most_bytes + 1) if file is not None and file.filename else None


class BoundedFile(tempfile.SpooledTemporaryFile[bytes]):
    """Keeps at most ``limit`` bytes; ``overflowed`` says whether more came."""

    def __init__(self, limit: int) -> None:
        super().__init__(max_size=IN_MEMORY, mode="w+b")
        self.limit = limit
        self.kept = 0
        self.overflowed = False

    def write(self, data: Any) -> int:
        room = self.limit - self.kept
        if len(data) > room:
            self.overflowed = True
            data = bytes(data[:room]) if room > 0 else b""
        self.kept += super().write(data)
        return len(data)


class FormRequest(Request):
    """The application's request class."""

    @property
    def max_content_length(self) -> int | None:
        view = current_app.view_functions.get(self.endpoint or "") if current_app else None
        if getattr(view, "__receives_files__", False):
            return settings().max_upload_mb * 1024 * 1024 * PATIENCE
        return super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BoundedFile(settings().max_upload_mb * 1024 * 1024)


def init_app(app: Flask) -> None:
    """Prepare files between the checks of a request (who asks, and its token) and what begins its transaction."""
    app.before_request(prepare_sent)
