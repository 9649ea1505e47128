"""Compiled templates kept on disk: the first reader of a page after a start does not wait while it is compiled.

What a compiled template says depends on more than its source: phrases, addresses, icons and the kit's macros are in
it (``templating``). So all are thrown away as soon as any file of the application, of a plugin in service or of the
site's own templates is another than when they were made.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from jinja2 import BytecodeCache, FileSystemBytecodeCache
from jinja2.bccache import Bucket

from intranet.config import Settings

WRITES_CODE = ("jinja2", "markupsafe", "flask", "werkzeug", "babel")
"""The libraries whose version shows in what is compiled."""


class _Place(FileSystemBytecodeCache):
    """Jinja's, for which a disk that is full, or was cleared by a newer version, is no error."""

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


class Shelf:
    """Where one state of the application keeps what it compiled: a folder for each language."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, language: str, root: str | None) -> BytecodeCache | None:
        """For pages in ``language`` of an application that begins at the top of its address.

        ``None`` for others: a browser must not fill the disk with beginnings of its own invention.
        """
        if root != "":
            return None
        place = self.folder / language
        with suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
        return _Place(str(place))


def shelf(settings: Settings, folders: Iterable[Path]) -> Shelf | None:
    """The shelf for the files of ``folders`` as they are; older ones are cleared. ``None`` on a disk kept from us."""
    above = settings.instance / "run" / "templates"
    folder = above / _state_of([*folders, settings.instance / "templates"], settings.plugins)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for other in above.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
    except OSError:
        return None
    return Shelf(folder)


def _state_of(folders: Iterable[Path], plugins: object) -> str:
    """What tells this state of the files from every other: their names and what is in them."""
    state = hashlib.sha256(repr((sys.implementation.cache_tag, plugins)).encode())
    for name in WRITES_CODE:
        state.update(f"{name} {version(name)}\n".encode())
    for path in sorted(path for folder in folders for path in _files(folder)):
        with suppress(OSError):  # an editor's lock that leads nowhere, a file just taken away
            content = path.read_bytes()
            state.update(f"{path} {len(content)}\n".encode())
            state.update(content)
    return state.hexdigest()[:32]


def _files(folder: Path) -> Iterator[Path]:
    for root, inside, names in os.walk(folder):
        inside[:] = [each for each in inside if each != "__pycache__"]
        yield from (Path(root, name) for name in names)
