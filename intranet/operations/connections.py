"""Receiving requests: a deadline on what is sent, and no work begun before all of it is there.

Many threads read, cheap ones that mostly wait; few work at a time. So somebody who sends slowly, or sends nothing,
holds up nobody, also where no proxy stands in front.
"""

from __future__ import annotations

import errno
import socket
import tempfile
from collections.abc import Iterable
from http import HTTPStatus
from threading import BoundedSemaphore
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

import structlog
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

READERS = 32
"""Threads of a process that read requests, made when they are needed."""

AT_WORK = 4
"""How many of them work at a time: more would only share one processor and the database."""

HEADER_SECONDS = 15.0
"""From the first byte of a request to the last of its headers, and the time its body may stand still besides."""

SLOWEST = 8 * 1024
"""Bytes a second below which a body is cut off: a telephone at the edge of its network sends more."""

ANSWER_SECONDS = 60.0
"""How long a browser may take none of what is sent to it."""

IN_MEMORY = 512 * 1024  # bytes of a body kept in memory before it goes to the temporary folder
log = structlog.get_logger("intranet.server")

SLOW = (
    HTTPStatus.REQUEST_TIMEOUT,
    "Votre envoi était trop lent et s’est arrêté. Rien n’a été enregistré : revenez en arrière et renvoyez. / "
    "What you sent came too slowly and was cut off. Nothing was saved: go back and send it again.",
)
FULL = (
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Le disque du serveur est plein. Rien n’a été enregistré ; la lecture continue. / "
    "The server’s disk is full. Nothing was saved; reading goes on.",
)


class TimedSocket:
    """A browser's connection: what it sends has a deadline, that grows with what has come."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.expect_request()

    def expect_request(self) -> None:
        """A new request begins: the clock starts again."""
        self._began, self._received = monotonic(), 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Raises ``ConnectionResetError`` for a sender too slow to be waited for."""
        left = self._began + HEADER_SECONDS + self._received / SLOWEST - monotonic()
        before = self._connection.gettimeout()
        self._connection.settimeout(max(left, 0.001) if before is None else min(max(left, 0.001), before))
        try:
            data = self._connection.recv(size, flags)
        except TimeoutError as late:
            raise ConnectionResetError(errno.ECONNRESET, "the sender is too slow") from late
        finally:
            self._connection.settimeout(before)
        self._received += len(data)
        return data

    def setblocking(self, wait: bool) -> None:
        """Wait for a browser to take its answer, but not for ever."""
        self._connection.settimeout(ANSWER_SECONDS if wait else 0.0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Reader(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, each request of which is read within its deadline."""

    def handle(self, conn: TConn) -> Any:
        if isinstance(conn.sock, TimedSocket):
            conn.sock.expect_request()
        else:
            conn.sock = TimedSocket(conn.sock)
        return super().handle(conn)


class Received:
    """The application behind its threads: called once all of a request is here, by a few at a time.

    A body longer than ``longest`` bytes is not read: the application refuses it by its announced length.
    """

    def __init__(self, application: WSGIApplication, longest: int) -> None:
        self.application = application
        self.longest = longest
        self.turns = BoundedSemaphore(AT_WORK)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        announced = environ.get("CONTENT_LENGTH") or ""
        length = int(announced) if announced.isdigit() else None
        if (length or "HTTP_TRANSFER_ENCODING" in environ) and (length or 0) <= self.longest:
            try:
                environ["wsgi.input"] = self._read(environ["wsgi.input"])
            except ConnectionError:
                return _say(start_response, *SLOW)
            except OSError as problem:
                log.warning("a request could not be kept", reason=problem.strerror)
                return _say(start_response, *FULL)
        with self.turns:
            return self.application(environ, start_response)

    def _read(self, stream: Any) -> IO[bytes]:
        body = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed with its last reader)
        room = self.longest + 1  # of a body without a length, enough to be seen as too long
        while room and (piece := stream.read(min(64 * 1024, room))):
            body.write(piece)
            room -= len(piece)
        body.seek(0)
        return body


def _say(start_response: StartResponse, status: HTTPStatus, sentence: str) -> Iterable[bytes]:
    """A sentence without a page: the application was not reached. The connection ends with it."""
    start_response(
        f"{status.value} {status.phrase}",
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Retry-After", "30"),
            ("Connection", "close"),
        ],
    )
    return [sentence.encode()]
