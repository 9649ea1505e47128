"""Where bytes live: all of a file or nothing, whatever happens to the writer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from intranet.clock import now
from intranet.database import writing
from intranet.documents.models import DocumentKind
from intranet.documents.retention import sweep_bytes
from intranet.documents.service import store_bytes
from intranet.documents.storage import DiskStorage, ObjectStorage, Storage, digest_of, key_of, storage
from intranet.extensions import db

DATA = b"bonjour"


@pytest.fixture(params=["disk", "object"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return DiskStorage(tmp_path / "files")
    (tmp_path / "bucket").mkdir()
    return ObjectStorage((tmp_path / "bucket").as_uri())


def test_what_is_put_is_found_by_its_digest(kept: Storage) -> None:
    digest = kept.put(DATA)
    assert digest == digest_of(DATA)
    with kept.open(digest) as file:
        assert file.read() == DATA


def test_putting_the_same_bytes_twice_is_harmless(kept: Storage) -> None:
    assert kept.put(DATA) == kept.put(DATA)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(kept: Storage) -> None:
    digest = kept.put(DATA)
    kept.delete(digest)
    kept.delete(digest)
    with pytest.raises(FileNotFoundError):
        kept.open(digest)


def test_a_storage_in_order_has_no_problem(kept: Storage) -> None:
    assert kept.problem() is None


def test_a_disk_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"")
    problem = DiskStorage(tmp_path / "files").problem()
    assert problem is not None
    assert "files" in problem


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "/" * 64, "é" * 64])
def test_only_a_digest_names_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        key_of(name)


def test_files_stand_in_the_instance_unless_a_bucket_is_named(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        digest = storage().put(DATA)
    assert (tmp_path / "instance" / "files" / digest[:2] / digest[2:4] / digest).read_bytes() == DATA


def test_a_writer_killed_in_the_middle_leaves_no_half_file(tmp_path: Path) -> None:
    """The writer is stopped by SIGKILL while it writes, again and again: a file under its name is whole."""
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from intranet.documents.storage import DiskStorage
        kept = DiskStorage(Path(sys.argv[1]))
        print("ready", flush=True)
        for number in range(10**6):
            kept.put(number.to_bytes(4, "big") * 500_000)
        """
    )
    for delay in (0.02, 0.05, 0.11):
        writer = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "files")], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(delay)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    named = [
        path for path in (tmp_path / "files").rglob("*") if path.is_file() and path.parent.name != ".incoming"
    ]
    assert named
    assert all(digest_of(path.read_bytes()) == path.name for path in named)


def test_what_was_put_before_an_instant_is_listed_and_putting_again_makes_it_new(kept: Storage) -> None:
    digest = kept.put(DATA)
    at = now()
    assert list(kept.put_before(at - timedelta(minutes=1))) == []
    assert list(kept.put_before(at + timedelta(minutes=1))) == [digest]


def test_bytes_without_a_row_are_swept_once_they_are_old_and_those_with_one_never(app: Flask) -> None:
    with app.app_context(), writing():
        document = store_bytes(
            b"named",
            name="named",
            media_type="text/plain",
            kind=DocumentKind.ATTACHMENT,
            dossier_id=None,
            audience=("alc",),
            actor=None,
        )
        document.thumbnail_digest = storage().put(b"its picture")
        db.session.commit()
        named = {document.digest, document.thumbnail_digest}
        stray = storage().put(b"cut off before its row")
        sweep_bytes({})
        assert storage().holds(stray), "its row may still be on its way"
        with time_machine.travel(now() + timedelta(days=3)):
            sweep_bytes({})
        assert not storage().holds(stray)
        assert all(storage().holds(digest) for digest in named)
