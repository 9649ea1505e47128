"""Figures for Prometheus, summed over the server's processes.

``prepare`` must run before this module's figures are made when there are several processes: they then meet
in files of the instance folder, emptied at each start.
"""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


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
    folder.mkdir(parents=True)
    os.environ[VARIABLE] = str(folder)


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
    count, time = _of(endpoint, method, status)
    count.inc()
    time.observe(seconds)


@cache
def _of(endpoint: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """The two figures of one kind of answer: as many as there are endpoints, methods and codes."""
    figures = _figures()
    return figures.requests.labels(endpoint, method, str(status)), figures.seconds.labels(endpoint)


def forget_process(pid: int) -> None:
    """A server process ended: its gauges no longer count."""
    if VARIABLE in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def exposition() -> bytes:
    """The text Prometheus reads."""
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess

    if VARIABLE not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
