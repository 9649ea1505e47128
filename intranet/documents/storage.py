"""Where the bytes of files live, each named by its own SHA-256.

By default under ``instance/files``; in an S3-compatible bucket when ``STORAGE_URL`` names one
(``s3://bucket/prefix``; credentials come from the usual ``AWS_*`` variables). A name says what the
content is, so writing the same bytes twice is harmless and a file never changes once written.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from flask import current_app

from intranet.config import Settings, settings

EXTENSION = "intranet.storage"


class Storage(Protocol):
    """The one interface: everything else speaks of digests only."""

    def put(self, data: bytes) -> str:
        """Keep ``data`` for good and return its digest. Either all of it is there, or nothing is."""

    def holds(self, digest: str) -> bool:
        """Whether the bytes are kept here."""

    def open(self, digest: str) -> BinaryIO:
        """The bytes, from their start. ``FileNotFoundError`` if they are not kept here."""

    def delete(self, digest: str) -> None:
        """Forget the bytes; nothing happens if they are not kept here."""

    def put_before(self, instant: datetime) -> Iterator[str]:
        """The digests of what was last put before then."""

    def problem(self) -> str | None:
        """Why nothing can be written, or ``None`` when all is well."""


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def key_of(digest: str) -> str:
    """``ab/cd/abcd…``: no folder grows large. Anything but a digest is an error, never a path."""
    if len(digest) != 64 or not digest.isascii() or not digest.isalnum():
        raise ValueError(f"not a SHA-256 digest: {digest!r}")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


class DiskStorage:
    """Files in a folder. A file appears under its name only once all of it is on the disk.

    Its time is that of the last ``put``: what was put a moment ago may get its row in a moment.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / ".incoming"

    def put(self, data: bytes) -> str:
        digest = digest_of(data)
        path = self.folder / key_of(digest)
        with suppress(FileNotFoundError):
            os.utime(path)
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        self.incoming.mkdir(parents=True, exist_ok=True)
        draft = self.incoming / f"{digest}.{secrets.token_hex(4)}"
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()
        _sync_folder(path.parent)
        return digest

    def holds(self, digest: str) -> bool:
        return (self.folder / key_of(digest)).exists()

    def open(self, digest: str) -> BinaryIO:
        return (self.folder / key_of(digest)).open("rb")

    def delete(self, digest: str) -> None:
        (self.folder / key_of(digest)).unlink(missing_ok=True)

    def put_before(self, instant: datetime) -> Iterator[str]:
        for path in self.folder.glob("??/??/*"):
            with suppress(FileNotFoundError):  # deleted meanwhile
                if path.stat().st_mtime < instant.timestamp():
                    yield path.name

    def problem(self) -> str | None:
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return f"{self.folder}: {error.strerror}"
        return None if os.access(self.incoming, os.W_OK) else f"{self.folder}: not writable"


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class ObjectStorage:
    """A bucket. The store's own ``put`` is atomic; obstore is imported only by those who use one."""

    def __init__(self, url: str) -> None:
        from obstore.store import from_url

        self.url = url
        self.store: Any = from_url(url)

    def put(self, data: bytes) -> str:
        digest = digest_of(data)
        self.store.put(key_of(digest), data)
        return digest

    def holds(self, digest: str) -> bool:
        try:
            self.store.head(key_of(digest))
        except FileNotFoundError:
            return False
        return True

    def open(self, digest: str) -> BinaryIO:
        return io.BytesIO(bytes(self.store.get(key_of(digest)).bytes()))

    def delete(self, digest: str) -> None:
        with suppress(FileNotFoundError):
            self.store.delete(key_of(digest))

    def put_before(self, instant: datetime) -> Iterator[str]:
        for batch in self.store.list():
            for each in batch:
                if each["last_modified"] < instant:
                    yield str(each["path"]).rpartition("/")[2]

    def problem(self) -> str | None:
        try:
            next(iter(self.store.list(chunk_size=1)), None)
        except Exception as error:  # the errors of every kind of store share no base class
            return f"{self.url}: {type(error).__name__}"
        return None


def build_storage(chosen: Settings) -> Storage:
    """The storage an installation asked for."""
    if chosen.storage_url:
        return ObjectStorage(chosen.storage_url)
    return DiskStorage(chosen.instance / "files")


def storage() -> Storage:
    """The storage of the current application, made at its first use."""
    made = current_app.extensions.get(EXTENSION)
    if made is None:
        made = current_app.extensions[EXTENSION] = build_storage(settings())
    return cast(Storage, made)
