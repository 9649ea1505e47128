"""A small HTTP load: a fixed number of clients, each sending its requests one after another."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Figures:
    """What one round measured; times in milliseconds, sizes in bytes."""

    per_second: float
    p50: float
    p95: float
    size: int


def send(port: int, request: bytes) -> bytes:
    """One request on its own connection; the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def request(path: str, *, cookie: str = "", body: str | None = None) -> bytes:
    """The bytes of a GET, or of a form POST when ``body`` is given."""
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if body is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join([*lines, "", ""]) + (body or "")).encode()


def run(port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> Figures:
    """Send ``requests`` in turn from ``clients`` threads for ``seconds``; every answer must be 200 or 303."""
    times: list[float] = []
    sizes: list[int] = []
    failures: list[bytes] = []
    until = time.perf_counter() + seconds

    def client(offset: int) -> None:
        index = offset
        while time.perf_counter() < until:
            started = time.perf_counter()
            answer = send(port, requests[index % len(requests)])
            times.append(time.perf_counter() - started)
            sizes.append(len(answer.partition(b"\r\n\r\n")[2]))
            if answer[9:12] not in (b"200", b"303"):
                failures.append(answer[:600])
                return
            index += clients

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    if failures:
        raise SystemExit(f"bench: an answer was not 200 or 303:\n{failures[0].decode(errors='replace')}")
    cuts = quantiles(times, n=20)
    return Figures(len(times) / elapsed, cuts[9] * 1_000, cuts[18] * 1_000, max(sizes))
