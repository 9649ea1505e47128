"""The virtual environment, made from the hashed locks; free of charge when nothing changed."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tooling.machine import provide
from tooling.shell import BIN, PYTHON, ROOT, VENV, Failed, fingerprint, is_stamped, run, say

LOCKS = ROOT / "requirements"
STAMP = VENV / ".installed"
UV_INSTALL = (BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON)


def install(*, development: bool) -> None:
    """Bring `.venv` to the runtime lock, or to the development lock, which holds the other."""
    bootstrap, project = LOCKS / "bootstrap.txt", ROOT / "pyproject.toml"
    runtime = "runtime-" + fingerprint([bootstrap, LOCKS / "runtime.txt", project])
    everything = "dev-" + fingerprint([bootstrap, LOCKS / "dev.txt", LOCKS / "runtime.txt", project])
    if _works() and is_stamped(STAMP, everything if development else runtime):
        return
    install_bootstrap()
    say("Installing " + ("the development lock" if development else "the runtime lock"))
    fast_install("dev.txt" if development else "runtime.txt")
    run([*UV_INSTALL, "--offline", "--no-deps", "--no-build-isolation", "--editable", "."])
    STAMP.write_text(f"{runtime}\n{everything if development else ''}\n")


def install_bootstrap() -> None:
    """A virtual environment with uv and the build backend in it: enough to install or lock the rest."""
    if not _works():
        _create()
    pip_install("bootstrap.txt")


def pip_install(lock: str) -> None:
    run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCKS / lock])


def fast_install(lock: str) -> None:
    """With uv, several times faster; with pip where uv cannot (a mirror set in pip's own settings)."""
    try:
        run([*UV_INSTALL, "--require-hashes", "-r", LOCKS / lock])
    except Failed as problem:
        say(f"{problem}; trying with pip")
        pip_install(lock)


def _works() -> bool:
    """True if `.venv` answers and was made by a Python that is recent enough."""
    if not PYTHON.exists():
        return False
    question = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", question], capture_output=True).returncode == 0


def _create() -> None:
    say(f"Making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    if not _has_ensurepip():
        provide(f"python3.{sys.version_info.minor}-venv", why="Python's venv module")
    run([sys.executable, "-m", "venv", VENV])


def _has_ensurepip() -> bool:
    return subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True).returncode == 0
