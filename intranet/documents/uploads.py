"""Receiving a form with files without losing the form when a file is too large.

Werkzeug reads the whole body before a view runs, and a body over ``MAX_CONTENT_LENGTH`` is answered 413
with everything typed thrown away. A view that ``receives_files`` may be sent a larger body: what a file
has beyond the limit is dropped as it arrives, never kept in memory or on disk, and ``intake`` then
refuses the file in a form that still holds the rest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO, Any, NamedTuple, TypeVar

from flask import Request, current_app, request

from intranet.config import settings

F = TypeVar("F", bound=Callable[..., Any])

IN_MEMORY = 512 * 1024  # bytes of a file kept in memory before it goes to the temporary folder
PATIENCE = 4  # a body is read up to this many times the limit, so that its sender gets a sentence


def receives_files(view: F) -> F:
    """Mark a view whose form holds files."""
    view.__receives_files__ = True  # type: ignore[attr-defined]
    return view


def upload_limit_mb() -> int:
    """The largest file taken in, in megabytes (2²⁰ bytes), for a form to say."""
    return settings().max_upload_mb


class Upload(NamedTuple):
    """A file somebody sends, as it comes: nothing of it is checked yet."""

    stream: IO[bytes]
    filename: str


def sent_file(name: str) -> Upload | None:
    """The file of that input of the form, if one was chosen."""
    file = request.files.get(name)
    return Upload(file.stream, file.filename) if file is not None and file.filename else None


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
