"""What the machine itself must have: found, else installed with apt-get, else named."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from threading import Lock

from tooling.shell import Failed, run, say

_one_at_a_time = Lock()
"""apt-get refuses to run beside itself."""


def provide(*packages: str, why: str) -> None:
    """Install Debian packages if root on Debian; else Failed, naming the one command that does."""
    command = "apt-get install --yes --no-install-recommends " + " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failed(f"{why} is missing. On Debian or Ubuntu: sudo {command}")
    with _one_at_a_time:
        say(f"{why} is missing: {command}")
        _refresh_package_lists()
        run(command.split(), env={"DEBIAN_FRONTEND": "noninteractive"}, quiet=True)


@cache
def _refresh_package_lists() -> None:
    run(["apt-get", "update"], quiet=True)


def chromium() -> str:
    """The path of a Chromium or Chrome, installed if need be."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        provide("chromium", "fonts-dejavu-core", why="Chromium (browser tests)")
        found = shutil.which("chromium")
    if found is None:
        raise Failed("Chromium was installed but is not on PATH")
    return found


def clamd() -> str:
    """The path of ClamAV's daemon, installed if need be; the tests give it a signature of their own."""
    if shutil.which("clamd") is None:
        provide("clamav-daemon", why="ClamAV (tests of the virus scan)")
    found = shutil.which("clamd")
    if found is None:
        raise Failed("clamav-daemon was installed but clamd is not on PATH")
    return found


def postgresql_programs() -> Path:
    """The folder that holds initdb and postgres, the newest version first."""
    found = _find_postgresql()
    if found is None:
        provide("postgresql", why="A PostgreSQL server (tests)")
        found = _find_postgresql()
    if found is None:
        raise Failed("PostgreSQL was installed but initdb was not found")
    return found


def _find_postgresql() -> Path | None:
    """Debian keeps the server's programs out of PATH, in one folder for each version."""
    packaged = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    packaged = [folder for folder in packaged if (folder / "postgres").exists()]
    if packaged:
        return max(packaged, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None
