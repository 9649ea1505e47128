"""The production server: gunicorn with a few processes, and beside it the process that empties the outbox."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]

from intranet.access import registry
from intranet.app import PACKAGE, TEMPLATES
from intranet.config import settings
from intranet.documents.uploads import PATIENCE
from intranet.extensions import db
from intranet.operations import metrics
from intranet.operations.connections import READERS, Reader, Received
from intranet.pluginsystem.errors import StartRefused
from intranet.web.application import Application
from intranet.web.compiled import shelf

log = structlog.get_logger("intranet.server")

M_MMAP_THRESHOLD = -3
LARGE_BLOCK = 1 << 20  # bytes
COLLECT_AFTER = 10_000  # objects made and not yet freed; Python's own 700 is for small programs


def settle(app: Application) -> None:
    """Before the first page: what an earlier start compiled is at hand, and what this one loaded stays."""
    with app.app_context():
        folders = [found.folder for found in registry().plugins.enabled.values()]
        app.shelf = shelf(settings(), [PACKAGE, TEMPLATES, *folders])
    _settle_memory()


def _settle_memory() -> None:
    """What the start left in memory stays for good: the collector looks through it no more.

    Otherwise it does so every few hundred answers, and one of them waits a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 10, 10)
    _give_large_blocks_back()


def _give_large_blocks_back() -> None:
    """Checking a password takes tens of megabytes for a moment: they go back to the system, not into a reserve.

    glibc keeps blocks as large as the largest ever freed unless it is told once how large is large.
    """
    with suppress(OSError, AttributeError):  # another C library has no such call, and no such reserve
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)


def threads_beside_main() -> list[str]:
    """The threads of this process, Python's and libraries', but for the first.

    A process that is forked has none of them, and for ever the locks they held: whoever starts one before the fork
    stops a server's process at its first need of it.
    """
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        own = str(threading.main_thread().native_id)
        return [(each / "comm").read_text().strip() for each in tasks.iterdir() if each.name != own]
    return [each.name for each in threading.enumerate() if each is not threading.main_thread()]


class Server(BaseApplication):  # type: ignore[misc]
    """``app`` was made before the fork: the processes share its memory, never its connections."""

    def __init__(self, app: Application, *, bind: str, workers: int, with_jobs: bool) -> None:
        self.app = app
        self.bind = bind
        self.workers = workers
        self.jobs = JobProcess() if with_jobs else None
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.bind,
            "workers": self.workers,
            "worker_class": Reader,
            "threads": READERS,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 20,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
            "loglevel": "warning",
            # Its socket for commands is served by a thread of the process that forks.
            "control_socket_disable": True,
            # A proxy passes on what a browser sends it: no browser says where the application begins.
            "forwarder_headers": "",
            "when_ready": self._when_ready,
            "post_fork": self._post_fork,
            "on_exit": self._on_exit,
            "child_exit": self._child_exit,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Received:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
            longest = settings().max_upload_mb * 1024 * 1024 * PATIENCE
        settle(self.app)
        return Received(self.app, longest)

    def run(self) -> None:
        """Serve until told to stop."""
        Keeper(self).run()

    def _when_ready(self, _arbiter: Any) -> None:
        others = threads_beside_main()
        if others:
            raise StartRefused(
                f"Threads were started before the server's processes ({', '.join(others)}): a process forked now "
                "could stop at any lock they hold. Start them in the process that needs them."
            )
        log.info("listening", bind=self.bind, workers=self.workers)

    def _post_fork(self, _arbiter: Any, _worker: Any) -> None:
        metrics.begin_process(len(self.app.view_functions))

    def _on_exit(self, _arbiter: Any) -> None:
        if self.jobs:
            self.jobs.stop()

    def _child_exit(self, _arbiter: Any, worker: Any) -> None:
        metrics.forget_process(worker.pid)


class Keeper(Arbiter):  # type: ignore[misc]
    """gunicorn's parent of the server's processes, which keeps the outbox's process beside them."""

    def manage_workers(self) -> None:
        """Called every second: replace what has died."""
        super().manage_workers()
        if self.app.jobs:
            self.app.jobs.keep()


class JobProcess:
    """``intranet worker``, started again when it dies, stopped with the server."""

    PAUSE = 2.0  # seconds before a dead one is replaced

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    def keep(self) -> None:
        """Start it, or replace a dead one once a pause is over. No thread: the server forks."""
        if self.process is not None and self.process.poll() is not None:
            self.process = None
            self._not_before = monotonic() + self.PAUSE
            log.warning("worker_restarted")
        if self.process is None and monotonic() >= self._not_before:
            self.process = subprocess.Popen([sys.executable, "-m", "intranet.cli", "worker"])

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
