"""Laying out in a process of its own: the compiler's threads never stand in ours, and a layout that does not end is
killed at its deadline.

The child is started by the first document, answers one request after the other, and ends by itself when nothing was
asked of it for a minute. A process of ours has one child at most; who would wait behind two others is told at once.
``intranet.works.typesetting_child`` is what it runs.
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any

from intranet.errors import NotNow
from intranet.translation import gettext as _

PAGE_SECONDS = 10.0
"""How long somebody who looks at a page waits for its PDF, her turn included."""

JOB_SECONDS = 120.0
"""How long a document may take that nobody waits for."""

AT_ONCE = 2
"""The one being laid out and the one that waits: a server's process keeps half its threads for other pages."""
CHILD = "intranet.works.typesetting_child"


class TypesettingFailed(Exception):
    """The template makes no document of these values; the message is the compiler's."""


class TypesettingLate(NotNow):
    """No document within the time given: a template without end, or a machine that has too much to do."""

    def __init__(self) -> None:
        super().__init__(_("Ce document met trop longtemps à se faire. Réessayez dans une minute."))


def typeset(
    template: bytes | Path,
    name: str,
    values: Any,
    made_at: datetime,
    *,
    note: str = "",
    seconds: float = PAGE_SECONDS,
) -> bytes:
    """``typesetting.typeset``, in the child, within ``seconds``.

    Raises ``TypesettingFailed``, and ``TypesettingLate`` when the time is over or too many wait already.
    """
    asked = {
        "source": base64.b64encode(template).decode() if isinstance(template, bytes) else None,
        "path": None if isinstance(template, bytes) else str(template),
        "name": name,
        "values": values,
        "made_at": made_at.isoformat(),
        "note": note,
    }
    return _typesetter.ask(json.dumps(asked, ensure_ascii=False).encode(), monotonic() + seconds)


class Typesetter:
    """The child of this process, and whose turn it is to ask it."""

    def __init__(self) -> None:
        self._waiting = BoundedSemaphore(AT_ONCE)
        self._turn = Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, request: bytes, deadline: float) -> bytes:
        """The document, or what kept it from being made."""
        if not self._waiting.acquire(blocking=False):
            raise TypesettingLate
        try:
            if not self._turn.acquire(timeout=max(deadline - monotonic(), 0.0)):
                raise TypesettingLate
            try:
                answer = self._exchange(request, deadline)
            finally:
                self._turn.release()
        finally:
            self._waiting.release()
        if answer[:1] != b"=":
            raise TypesettingFailed(answer[1:].decode())
        return answer[1:]

    def _exchange(self, request: bytes, deadline: float) -> bytes:
        """One request and its answer; a child that had just ended of idleness is replaced once."""
        for fresh in (False, True):
            child = self._running(fresh=fresh)
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                child.stdin.write(len(request).to_bytes(8) + request)
                child.stdin.flush()
                size = _read(child.stdout.fileno(), 8, deadline)
                return _read(child.stdout.fileno(), int.from_bytes(size), deadline)
            except TimeoutError:
                self.stop()
                raise TypesettingLate from None
            except (BrokenPipeError, EOFError):
                self.stop()
        raise TypesettingFailed("the compiler stopped")

    def _running(self, *, fresh: bool) -> subprocess.Popen[bytes]:
        """The child of this very process: one that was forked leaves its parent's alone."""
        if fresh or self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
            self._owner = os.getpid()
            self._child = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
                start_new_session=True,  # Ctrl-C is for us: the child ends when we do
            )
        return self._child

    def stop(self) -> None:
        """End the child, whatever it is at."""
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):  # what was not yet written to it goes nowhere
                if pipe is not None:
                    pipe.close()


_typesetter = Typesetter()


def _read(pipe: int, size: int, deadline: float) -> bytes:
    """Exactly ``size`` bytes. Raises ``TimeoutError`` at the deadline, ``EOFError`` when the child has ended."""
    ready = select.poll()
    ready.register(pipe, select.POLLIN)
    found = bytearray()
    while len(found) < size:
        if not ready.poll(max(deadline - monotonic(), 0.0) * 1000):
            raise TimeoutError
        piece = os.read(pipe, size - len(found))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)
