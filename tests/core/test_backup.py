"""Database and files, saved together and put back whole, or not at all."""

from __future__ import annotations

import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from intranet.access import Role
from intranet.accounts.models import User
from intranet.config import Settings
from intranet.database import writing
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import remove, store_bytes
from intranet.documents.storage import digest_of, storage
from intranet.extensions import db
from intranet.operations.backup import BackupFailed, back_up, restore
from intranet.testing.contract import running
from intranet.testing.factories import make_user
from tests.conftest import build_settings, running_app
from tests.databases import Databases

MakeSettings = Callable[..., Settings]


@pytest.fixture
def archive(app: Flask, settings: Settings, tmp_path: Path) -> Path:
    """An installation with one person and one file, saved."""
    with app.app_context():
        make_user(Role.COORDINATOR, email="kept@alc.example")
        db.session.remove()
    folder = settings.instance / "files" / "ab"
    folder.mkdir(parents=True)
    (folder / "abcd").write_bytes(b"a picture")
    target = tmp_path / "saved.tar"
    assert back_up(settings, target) == target.stat().st_size
    return target


@pytest.fixture
def other(databases: Databases, tmp_path: Path) -> Iterator[Settings]:
    """Another installation, migrated and empty."""
    with databases.copy() as url:
        yield build_settings(url, tmp_path / "other")


def emails(settings: Settings) -> list[str]:
    with running_app(settings) as app, app.app_context():
        return list(db.session.scalars(select(User.email)))


def test_what_was_saved_comes_back(archive: Path, other: Settings) -> None:
    restore(other, archive, force=True)
    assert emails(other) == ["kept@alc.example"]
    assert (other.instance / "files" / "ab" / "abcd").read_bytes() == b"a picture"


def test_what_comes_back_can_go_on_being_written(archive: Path, other: Settings) -> None:
    restore(other, archive, force=True)
    with running(other) as app, app.app_context():
        make_user(Role.REFERENT, email="new@alc.example")
    assert sorted(emails(other)) == ["kept@alc.example", "new@alc.example"]


def test_restoring_over_data_needs_to_be_forced(archive: Path, other: Settings) -> None:
    with pytest.raises(BackupFailed, match="--force"):
        restore(other, archive)
    assert emails(other) == []


def test_files_that_were_not_saved_are_gone_after_a_restore(archive: Path, other: Settings) -> None:
    (other.instance / "files").mkdir()
    (other.instance / "files" / "stray").write_bytes(b"x")
    restore(other, archive, force=True)
    assert not (other.instance / "files" / "stray").exists()


def test_a_damaged_archive_changes_nothing(archive: Path, other: Settings, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    (unpacked / "instance" / "files" / "ab" / "abcd").write_bytes(b"something else")
    damaged = tmp_path / "damaged.tar"
    with tarfile.open(damaged, "w") as tar:
        for path in unpacked.rglob("*"):
            if path.is_file():
                tar.add(path, path.relative_to(unpacked).as_posix())
    with pytest.raises(BackupFailed, match="abcd is missing or not what was saved"):
        restore(other, damaged, force=True)
    assert emails(other) == []


def test_something_else_than_an_archive_is_refused(other: Settings, tmp_path: Path) -> None:
    stray = tmp_path / "stray.tar"
    stray.write_text("not a tar")
    with pytest.raises(BackupFailed, match="is not an archive of this intranet"):
        restore(other, stray, force=True)


@pytest.mark.sqlite_only
def test_an_archive_of_the_other_database_is_refused(archive: Path, other: Settings, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    manifest = unpacked / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"sqlite"', '"postgresql"'))
    changed = tmp_path / "changed.tar"
    with tarfile.open(changed, "w") as tar:
        for path in unpacked.rglob("*"):
            if path.is_file():
                tar.add(path, path.relative_to(unpacked).as_posix())
    with pytest.raises(BackupFailed, match="holds a postgresql database"):
        restore(other, changed, force=True)


def test_the_archive_is_for_its_owner_alone(archive: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0


@pytest.mark.postgresql_only
def test_without_the_clients_programs_the_message_names_them(
    app: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if list(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")):
        assert shutil.which("pg_dump") is None
        back_up(settings, tmp_path / "saved.tar")
    else:
        with pytest.raises(BackupFailed, match="postgresql-client"):
            back_up(settings, tmp_path / "saved.tar")


def test_files_in_an_s3_storage_are_not_silently_left_out(
    make_settings: MakeSettings, tmp_path: Path
) -> None:
    with pytest.raises(BackupFailed, match="S3"):
        back_up(make_settings(STORAGE_URL="s3://bucket/prefix"), tmp_path / "saved.tar")


def test_a_backup_taken_while_files_come_and_go_is_whole_and_holds_every_file_of_its_rows(
    app: Flask, settings: Settings, other: Settings, tmp_path: Path
) -> None:
    ending = threading.Event()
    failures: list[BaseException] = []

    def write() -> None:
        number = 0
        try:
            while not ending.is_set():
                number += 1
                with app.app_context(), writing():
                    kept, gone = (
                        store_bytes(
                            f"{name} {number}".encode(),
                            name=name,
                            media_type="text/plain",
                            kind=DocumentKind.ATTACHMENT,
                            dossier_id=None,
                            audience=("alc",),
                            actor=None,
                        )
                        for name in ("kept", "gone")
                    )
                    db.session.commit()
                    remove(gone)
                    db.session.commit()
                    storage().delete(gone_digest := gone_of(number))
                    assert gone_digest != kept.digest
        except BaseException as failure:
            failures.append(failure)

    def gone_of(number: int) -> str:
        return digest_of(f"gone {number}".encode())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(settings, tmp_path / f"{number}.tar")
    finally:
        ending.set()
        writer.join()
    assert failures == []
    restore(other, tmp_path / "2.tar", force=True)
    with running_app(other) as restored, restored.app_context():
        named = list(db.session.scalars(select(Document.digest).where(Document.name == "kept")))
        assert named
        for digest in named:
            storage().open(digest).close()
    assert not list(settings.instance.glob(".backup-*"))
