"""Looking through a file for viruses, by a ``clamd`` beside us: its ``INSTREAM`` command, on a socket of its own."""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from urllib.parse import urlsplit

PORT = 3310
PATIENCE_SECONDS = 5.0
PIECE = 256 * 1024


class Away(Exception):
    """The scanner did not answer, or not that it looked through the whole file."""


def find_virus(url: str, data: bytes) -> str:
    """The name of the virus found, empty when there is none. ``Away`` when nobody can tell.

    ``url`` is ``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``.
    """
    try:
        with closing(_connect(url)) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            answer = _line(line)
    except OSError as error:
        raise Away(type(error).__name__) from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise Away(answer[:200])


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname, parts.port or PORT), PATIENCE_SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(PATIENCE_SECONDS)
    try:
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line


def _line(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096 and (more := line.recv(1024)):
        answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
