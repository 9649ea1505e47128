"""The process that lays documents out for one of ours (``typesetting_process``): the compiler, no application.

A request is eight bytes of length and JSON, an answer eight bytes of length and ``=`` with the PDF or ``!`` with
the compiler's message.
"""

from __future__ import annotations

import base64
import json
import resource
import select
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from intranet.works.typesetting import TypstError, typeset

IDLE_SECONDS = 60.0
MEMORY = 2 * 1024**3  # bytes of addresses: a template that grows without end fails before the machine does


def serve() -> None:
    """One request after the other, until the parent has gone or nothing was asked for a while."""
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    while select.select([incoming], [], [], IDLE_SECONDS)[0]:
        size = incoming.read(8)
        if len(size) < 8:
            return
        answer = _answer(json.loads(incoming.read(int.from_bytes(size))))
        outgoing.write(len(answer).to_bytes(8) + answer)
        outgoing.flush()


def _answer(asked: dict[str, Any]) -> bytes:
    template = Path(asked["path"]) if asked["path"] else base64.b64decode(asked["source"])
    made_at = datetime.fromisoformat(asked["made_at"])
    try:
        return b"=" + typeset(template, asked["name"], asked["values"], made_at, note=asked["note"])
    except TypstError as error:
        return b"!" + str(error).encode()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    serve()
