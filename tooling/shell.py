"""Paths, progress lines, and running other programs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"

STARTED = time.monotonic()


class Failed(Exception):
    """A step that cannot go on; its text tells the reader what to do."""


class Terminated(KeyboardInterrupt):
    """SIGTERM was received: what was started must be stopped."""


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, quiet: bool = False) -> None:
    """Run from the root of the repository; Failed if it does not end well.

    `quiet` holds the output back and shows it only on failure.
    """
    child = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
    )
    try:
        output, _ = child.communicate()
    except Terminated:
        child.terminate()
        child.wait()
        raise
    except KeyboardInterrupt:
        # The terminal told the child too: let it end in its own way.
        child.wait()
        raise
    if child.returncode:
        sys.stderr.write(output or "")
        name = " ".join([Path(command[0]).name, *map(str, command[1:4])])
        raise Failed(f"`{name}…` ended with status {child.returncode}")


def become(command: Sequence[str | Path]) -> None:
    """Replace this process, so that signals reach the server itself."""
    sys.stdout.flush()
    arguments = [str(part) for part in command]
    os.execv(arguments[0], arguments)


def fingerprint(paths: Iterable[Path]) -> str:
    """One short hash over the contents of files; a file that is absent counts as empty."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    return digest.hexdigest()[:24]


def is_stamped(stamp: Path, value: str) -> bool:
    return stamp.exists() and value in stamp.read_text().split()
