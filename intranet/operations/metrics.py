"""Figures for Prometheus, summed over the server's processes.

``prepare`` must run before this module's figures are made when there are several processes: they then meet
in files of the instance folder, emptied at each start. A process writes to its files through its memory: where the
disk has no room for a page of them the system kills it. So all the room they may need is taken before the first
figure, and without that room there are no figures, and the pages go on.
"""

from __future__ import annotations

import errno
import os
import shutil
import struct
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
KINDS = ("counter", "histogram")
"""The kinds of figures below: a process has one file for each."""

LEAST_ROOM = 256 * 1024  # bytes
ROOM_EACH = 4096  # bytes of one kind for an endpoint, with all its codes and buckets
LOOK_AGAIN = 60.0  # seconds after which a process without room looks for it again

_making = Lock()


class Figures(NamedTuple):
    requests: Counter
    seconds: Histogram


def prepare(instance: Path) -> None:
    """Have the processes of the server about to start share their figures."""
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prepare() must run before prometheus_client is imported")
    folder = instance / "run" / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)


class Room:
    """The files of this process, whole on the disk before they are used."""

    def __init__(self) -> None:
        self.size = LEAST_ROOM
        self._process = 0  # for which the room was taken
        self._next_look = 0.0

    def is_there(self) -> bool:
        """Whether figures may be kept: always where a process keeps them to itself."""
        if VARIABLE not in os.environ or self._process == os.getpid():
            return True
        if monotonic() < self._next_look:
            return False
        self._next_look = monotonic() + LOOK_AGAIN
        try:
            for kind in KINDS:
                self._take(_file(kind, os.getpid()))
        except OSError:
            return False
        self._process = os.getpid()
        return True

    def _take(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.pwrite(handle, bytes(self.size), 0) < self.size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            os.truncate(handle, 0)
            raise
        finally:
            os.close(handle)


_room = Room()


def begin_process(endpoints: int) -> None:
    """Take room for the figures of so many endpoints; called where a process of the server begins."""
    _room.size = max(LEAST_ROOM, endpoints * ROOM_EACH)
    _room.is_there()


def _file(kind: str, pid: int) -> Path:
    """As the library names it."""
    return Path(os.environ[VARIABLE]) / f"{kind}_{pid}.db"


@cache
def _make_figures() -> Figures:
    from prometheus_client import Counter, Histogram

    return Figures(
        Counter("intranet_requests", "Requests answered.", ("endpoint", "method", "status")),
        Histogram("intranet_request_seconds", "Time to answer.", ("endpoint",), buckets=BUCKETS),
    )


def _figures() -> Figures:
    """The figures, made by the first answer; two first answers at once must not both make them."""
    with _making:
        return _make_figures()


def observe(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    if not _room.is_there():
        return
    # Who asks may invent a method; the figures must not grow with it.
    count, time = _of(endpoint, method if method in METHODS else "other", status)
    count.inc()
    time.observe(seconds)


@cache
def _of(endpoint: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """The two figures of one kind of answer: as many as there are endpoints, methods and codes."""
    figures = _figures()
    return figures.requests.labels(endpoint, method, str(status)), figures.seconds.labels(endpoint)


def forget_process(pid: int) -> None:
    """A server process ended: its figures stay, the room they did not need is given back."""
    if VARIABLE not in os.environ:
        return
    for kind in KINDS:
        path = _file(kind, pid)
        with suppress(OSError, struct.error), path.open("r+b") as file:
            # The library's files begin with how many of their bytes say something.
            used = struct.unpack("i", file.read(4))[0]
            if used:
                file.truncate(used)
            else:
                path.unlink()


def exposition() -> bytes:
    """The text Prometheus reads."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess

    if VARIABLE not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
