"""What somebody sends is searched for viruses where the installation has a scanner: a real clamd, our own signature."""

from __future__ import annotations

import io
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from intranet.config import Settings, SettingsError
from intranet.documents import clamav
from intranet.documents.intake import Upload, prepare
from intranet.documents.models import DocumentKind
from intranet.errors import Refused
from intranet.testing.files import jpeg
from tests.conftest import build_settings, running_app
from tooling.machine import clamd

SIGNATURE = b"CanaryVirusOfOurOwn"


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a clamd that knows one virus."""
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "ours.ndb").write_text(f"Canary:0:*:{SIGNATURE.hex()}\n", encoding="ascii")
    lines = (
        f"LocalSocket {folder}/clamd.ctl",
        f"DatabaseDirectory {folder}",
        "Foreground yes",
        "StreamMaxLength 30M",
    )
    (folder / "clamd.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
    daemon = subprocess.Popen([clamd(), "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while not (folder / "clamd.ctl").exists() and time.monotonic() < until:
            assert daemon.poll() is None
            time.sleep(0.05)
        yield f"unix://{folder}/clamd.ctl"
    finally:
        daemon.kill()
        daemon.wait()


def with_virus() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 40)).save(file, "JPEG", comment=SIGNATURE)
    return file.getvalue()


def test_a_virus_is_found_and_named_and_a_sound_file_is_not(scanner: str) -> None:
    assert clamav.find_virus(scanner, with_virus()) == "Canary.UNOFFICIAL"
    assert clamav.find_virus(scanner, jpeg().getvalue()) == ""
    assert clamav.find_virus(scanner, bytes(20_000_000)) == ""


def test_a_file_with_a_virus_is_refused_where_there_is_a_scanner(
    scanner: str, database_url: str, tmp_path: Path
) -> None:
    def send(url: str) -> str:
        settings = build_settings(database_url, tmp_path / "instance", CLAMD_URL=url)
        with running_app(settings) as app, app.test_request_context():
            try:
                return prepare(Upload(io.BytesIO(with_virus()), "a.jpg"), DocumentKind.PHOTO).media_type
            except Refused as refused:
                return refused.rule

    assert send(scanner) == "documents.virus"
    assert send(f"unix://{tmp_path}/nobody.ctl") == "documents.scanner"
    assert send("tcp://127.0.0.1:9") == "documents.scanner"
    assert send("") == "image/jpeg"


def test_an_address_that_is_none_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CLAMD_URL"):
        Settings.from_env({"INTRANET_INSTANCE": str(tmp_path), "CLAMD_URL": "localhost:3310"})
