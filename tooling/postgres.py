"""A PostgreSQL cluster of its own for one test run: in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tooling.machine import postgresql_programs
from tooling.shell import Failed

# Nothing here must survive a power cut.
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal")
SETTINGS = (*SPEED, "max_wal_senders=0", "autovacuum=off", "shared_buffers=128MB", "listen_addresses=")

MEMORY = Path("/dev/shm")  # noqa: S108 (mkdtemp makes a folder of its own in it)
ROOM = 2 << 30


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Yield a SQLAlchemy URL; the server listens on a Unix socket only, so no port can clash."""
    programs = postgresql_programs()
    account = _unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="intranet-pg-", dir=_memory()))
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        _initialise(programs, folder, account)
        server = _start(programs, folder, account)
        try:
            _wait_until_ready(server, folder)
            yield f"postgresql+psycopg://tester@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """A folder in memory that is large enough, where a database is copied in half the time; else the usual one."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return None


def _unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then its own account, or nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _options(folder: Path, account: pwd.struct_passwd | None) -> dict[str, Any]:
    """A session of its own, so that Ctrl-C reaches the tests first and the server is stopped last."""
    options: dict[str, Any] = {"cwd": folder, "start_new_session": True, "stderr": subprocess.STDOUT}
    if account:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def _initialise(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    command: list[str | Path] = [
        programs / "initdb",
        "--pgdata",
        folder / "data",
        "--username=tester",
        "--auth=trust",
    ]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, **_options(folder, account))
    if done.returncode:
        raise Failed(f"initdb failed:\n{done.stdout}")


def _start(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[Any]:
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-k", folder]
    command += [part for setting in SETTINGS for part in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, **_options(folder, account))


def _wait_until_ready(server: subprocess.Popen[Any], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while b"ready to accept connections" not in (folder / "log").read_bytes():
        if server.poll() is not None or time.monotonic() > deadline:
            raise Failed("PostgreSQL did not start:\n" + (folder / "log").read_text())
        time.sleep(0.05)
