"""The production server: gunicorn with a few processes, and beside it the process that empties the outbox."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from intranet.access import registry
from intranet.app import PACKAGE, TEMPLATES
from intranet.config import settings
from intranet.extensions import db
from intranet.operations import metrics
from intranet.web.application import Application
from intranet.web.compiled import shelf

log = structlog.get_logger("intranet.server")
THREADS = 4  # a browser's idle connection must not hold up a whole process


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
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 20,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
            "loglevel": "warning",
            # A proxy passes on what a browser sends it: no browser says where the application begins.
            "forwarder_headers": "",
            "when_ready": self._when_ready,
            "on_exit": self._on_exit,
            "child_exit": self._child_exit,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        settle(self.app)
        return self.app

    def _when_ready(self, _arbiter: Any) -> None:
        log.info("listening", bind=self.bind, workers=self.workers)
        if self.jobs:
            self.jobs.start()

    def _on_exit(self, _arbiter: Any) -> None:
        if self.jobs:
            self.jobs.stop()

    def _child_exit(self, _arbiter: Any, worker: Any) -> None:
        metrics.forget_process(worker.pid)


class JobProcess:
    """``intranet worker``, started again when it dies, stopped with the server."""

    PAUSE = 2.0  # seconds before a dead one is replaced

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        threading.Thread(target=self._keep, name="jobs", daemon=True).start()

    def _keep(self) -> None:
        while not self.stopping.is_set():
            self.process = subprocess.Popen([sys.executable, "-m", "intranet.cli", "worker"])
            self.process.wait()
            if not self.stopping.wait(self.PAUSE):
                log.warning("worker_restarted")

    def stop(self) -> None:
        self.stopping.set()
        if self.process and self.process.poll() is None:
            self.process.terminate()
