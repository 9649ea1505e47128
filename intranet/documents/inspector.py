"""Reading files apart: a process of its own decodes what people send, with little memory, little time and no secret.

A picture or a PDF may be made to take gigabytes or minutes, or to break the library that reads it. So no server
decodes one: it asks a small process, started by its first file and gone when none came for a while. That process runs
no thread; for each file it forks a child under the limits below, so that a child that dies takes nothing with it.
One file at a time is read in the whole installation, by a lock on a file of the instance.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from intranet.documents.verdicts import Fit, NotFit, Unfit

PATIENCE_SECONDS = 8.5
"""How long a sender waits for her turn and for the reading, together."""
READING_SECONDS = 6
"""How long one file may be read."""
MEMORY_BYTES = 900 * 1024 * 1024
IDLE_SECONDS = 60.0
LOCK = ".reading"
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")
"""What the process is told of our environment: no key, no address of a database."""


class Busy(Exception):
    """Others' files are being read, and the sender waited long enough."""


class Inspector:
    """The server's end: one for each process, which its threads share."""

    def __init__(self, reading_seconds: int = READING_SECONDS) -> None:
        self._seconds = reading_seconds
        self._alone = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    def inspect(self, instance: Path, data: bytes, **how: Any) -> Fit:
        """``inspection.inspect``, apart. Raises ``NotFit`` as it does, and ``Busy`` when there was no turn."""
        until = time.monotonic() + PATIENCE_SECONDS
        with _turn(instance / LOCK, until), self._alone:
            answer = self._ask(json.dumps(how).encode(), data, until)
        if answer is None:
            raise NotFit(Unfit.HEAVY)
        head, kept = answer
        if "unfit" in head:
            raise NotFit(Unfit(head["unfit"]))
        return Fit(kept, **head)

    def _ask(self, how: bytes, data: bytes, until: float) -> tuple[Mapping[str, Any], bytes] | None:
        """The answer; ``None`` when there was none in time. A process that had just gone is started again once."""
        for _attempt in range(2):
            line = self._connected()
            try:
                line.send_bytes(how)
                line.send_bytes(data)
                if line.poll(max(1.0, min(until - time.monotonic(), self._seconds + 1))):
                    return json.loads(line.recv_bytes()), line.recv_bytes()
            except (EOFError, OSError):
                self._end()
                continue
            self._end()
            return None
        return None

    def _connected(self) -> Connection:
        if self._line is None or self._process is None or self._process.poll() is not None:
            self._end()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - ourselves
                    [
                        sys.executable,
                        "-m",
                        "intranet.documents.inspector",
                        str(theirs.fileno()),
                        str(self._seconds),
                    ],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env={name: os.environ[name] for name in _KEPT if name in os.environ},
                    start_new_session=True,
                )
            self._line = Connection(ours.detach())
        return self._line

    def _end(self) -> None:
        """End the process and the child it may have."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._line = self._process = None


@contextmanager
def _turn(path: Path, until: float) -> Iterator[None]:
    """Hold the installation's lock on reading files. ``Busy`` when a second before ``until`` it is not free yet."""
    with path.open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until - 1:
                    raise Busy from None
                time.sleep(0.02)
        yield


def serve(line: Connection, seconds: int) -> None:
    """The process's end: read each file in a child, until nothing came for a while or the server is gone."""
    from intranet.documents import inspection  # loaded here once, for every child

    while line.poll(IDLE_SECONDS):
        try:
            how, data = json.loads(line.recv_bytes()), line.recv_bytes()
        except EOFError:
            return
        head, kept = _apart(inspection, data, how, seconds)
        line.send_bytes(head)
        line.send_bytes(kept)


def _apart(inspection: Any, data: bytes, how: Mapping[str, Any], seconds: int) -> tuple[bytes, bytes]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _limit(seconds)
            with Connection(writing, readable=False) as out:
                for part in _inspected(inspection, data, how):
                    out.send_bytes(part)
        finally:
            os._exit(0)
    os.close(writing)
    unfit = json.dumps({"unfit": Unfit.HEAVY}).encode(), b""
    try:
        with Connection(reading, writable=False) as answer:
            return (answer.recv_bytes(), answer.recv_bytes()) if answer.poll(seconds) else unfit
    except EOFError:  # killed for what it took, or by what it read
        return unfit
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _inspected(inspection: Any, data: bytes, how: Mapping[str, Any]) -> tuple[bytes, bytes]:
    try:
        fit = asdict(inspection.inspect(data, **how))
    except NotFit as error:
        return json.dumps({"unfit": error.why}).encode(), b""
    kept = fit.pop("data")
    return json.dumps(fit).encode(), kept


def _limit(seconds: int) -> None:
    """Of the child: memory, time, and no file of its own."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


inspector = Inspector()
"""Of this process. It starts nothing before a file is sent."""

if __name__ == "__main__":
    with Connection(int(sys.argv[1])) as connection:
        serve(connection, int(sys.argv[2]))
