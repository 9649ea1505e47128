"""Database and files in one archive, and back again.

The archive is a tar with ``manifest.json`` (format, kind of database, SHA-256 of every member), the database
(a SQLite file, or the custom format of ``pg_dump``) and the instance's files. It holds the key of the sessions
too: keep it as you would keep the data.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import create_engine, inspect, make_url

from intranet.config import Settings

FORMAT = 1
MANIFEST = "manifest.json"
KEPT = ("secret_key", "seal", "files", "templates")
"""What of the instance folder goes along with the database."""


INCOMING = ".incoming"  # files that are being written: they have no row yet


class BackupFailed(Exception):
    """Nothing was changed; the message says why and what to do."""


def back_up(settings: Settings, target: Path) -> int:
    """Write the archive ``target``, whole or not at all; its size in bytes. The server may go on meanwhile."""
    if settings.storage_url.startswith("s3"):
        raise BackupFailed(
            "The files are in an S3 storage, which a local archive cannot hold: use its own replication, and "
            "back up the database with STORAGE_URL left empty."
        )
    target = target.resolve()
    with (
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder,
        tempfile.TemporaryDirectory(dir=settings.instance, prefix=".backup-") as held,
    ):
        database = Path(folder) / "database"
        # What is there before the database is read, and what came meanwhile: a row's file may go at any time.
        _hold(settings, Path(held))
        kind = _dump(settings, database)
        _hold(settings, Path(held))
        members = {"database": database, **dict(_members(Path(held)))}
        unfinished = Path(folder) / "archive"
        _write_archive(unfinished, kind, members)
        unfinished.chmod(0o600)
        unfinished.replace(target)
    return target.stat().st_size


def restore(settings: Settings, source: Path, *, force: bool = False) -> int:
    """Put an archive back and return the number of files. ``force`` replaces what is there.

    Stop the server first. Everything is unpacked and checked before anything is touched.
    """
    if not force and not _is_empty(settings):
        raise BackupFailed(
            "This installation already holds data. Add --force to replace them by the archive's."
        )
    with tempfile.TemporaryDirectory(dir=settings.instance, prefix=".restore-") as folder:
        unpacked = Path(folder)
        manifest = _unpack(source, unpacked)
        kind = _kind(settings)
        if manifest["database"] != kind:
            raise BackupFailed(
                f"The archive holds a {manifest['database']} database, this installation uses {kind}. "
                "Restore it into an installation of the same kind."
            )
        _load(settings, unpacked / "database")
        for name in KEPT:
            there, here = unpacked / "instance" / name, settings.instance / name
            if here.is_dir():
                shutil.rmtree(here)
            if there.exists():
                shutil.move(there, here)
    return len(manifest["members"])


def _kind(settings: Settings) -> str:
    return make_url(settings.database_url).get_backend_name()


def _hold(settings: Settings, held: Path) -> None:
    """Have every file of the instance under ``held`` too, so that none can vanish while it is saved.

    A stored file never changes: a second name for it is enough. The others are few, and copied.
    """
    for name in KEPT:
        root = settings.instance / name
        for path in [root, *root.rglob("*")]:
            here = held / path.relative_to(settings.instance)
            if INCOMING in path.parts or here.exists() or not path.is_file():
                continue
            here.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # deleted this very moment: no row names it any more
                _take(path, here, same=name == "files")


def _take(path: Path, here: Path, *, same: bool) -> None:
    if same:
        with suppress(OSError):  # a file system without second names
            os.link(path, here)
            return
    shutil.copyfile(path, here)


def _members(held: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(held.rglob("*")):
        if path.is_file():
            yield f"instance/{path.relative_to(held).as_posix()}", path


def _write_archive(target: Path, kind: str, members: dict[str, Path]) -> None:
    manifest = {
        "format": FORMAT,
        "database": kind,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "members": {name: _digest(path) for name, path in members.items()},
    }
    text = target.with_suffix(".json")
    text.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    with tarfile.open(target, "w") as archive:
        archive.add(text, MANIFEST)
        for name, path in members.items():
            archive.add(path, name, recursive=False)


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack and check every digest. Nothing outside ``folder`` is ever written."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, tarfile.TarError, ValueError) as problem:
        raise BackupFailed(
            f"{source} is not an archive of this intranet, or is damaged: {problem}"
        ) from problem
    if manifest.get("format") != FORMAT:
        raise BackupFailed(f"The archive is of format {manifest.get('format')}; this version reads {FORMAT}.")
    for name, digest in manifest["members"].items():
        path = folder / PurePosixPath(name)
        if not path.is_file() or _digest(path) != digest:
            raise BackupFailed(f"The archive is damaged: {name} is missing or not what was saved.")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_empty(settings: Settings) -> bool:
    engine = create_engine(settings.database_url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _dump(settings: Settings, target: Path) -> str:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        source = sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)
        copy = sqlite3.connect(target)
        try:
            source.backup(copy)
        except sqlite3.Error as problem:
            raise BackupFailed(f"The database cannot be read: {problem}") from problem
        finally:
            copy.close()
            source.close()
    else:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={_libpq(settings)}")
    return url.get_backend_name()


def _load(settings: Settings, source: Path) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        target = Path(str(url.database))
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        shutil.move(source, target)
        return
    # A plugin's tables that the archive does not know would stay behind and refer to what is gone.
    _empty_schema(settings)
    _run(
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={_libpq(settings)}",
        str(source),
    )


def _empty_schema(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    finally:
        engine.dispose()


def _libpq(settings: Settings) -> str:
    return make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program) or _packaged(program)
    if found is None:
        raise BackupFailed(
            f"{program} is not on PATH. Install PostgreSQL's client programs (on Debian: "
            "apt-get install postgresql-client), of the server's version or newer."
        )
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BackupFailed(f"{program} failed: {done.stderr.strip()}")


def _packaged(program: str) -> str | None:
    """Debian keeps each version's programs in a folder of its own: the newest."""
    paths = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: path.parts[-3])
    return str(paths[-1]) if paths else None
