"""The commands of `./dev`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tooling import catalogues, checks, environment, frontend, lock
from tooling.machine import chromium
from tooling.shell import BIN, PYTHON, Failed, Terminated, become, run, say


def set_up(*, development: bool) -> None:
    environment.install(development=development)
    frontend.build()
    catalogues.compile_if_stale()


def setup(_: list[str]) -> None:
    """make .venv (development lock), the front end and the translations"""
    set_up(development=True)
    say("Ready.")


def demo(arguments: list[str]) -> None:
    """a working intranet with demonstration data, in one command"""
    set_up(development=False)
    become([BIN / "intranet", "demo", *arguments])


def serve(arguments: list[str]) -> None:
    """the server as in production (gunicorn)"""
    set_up(development=False)
    become([BIN / "intranet", "run", *arguments])


def test(arguments: list[str]) -> None:
    """everything, or one part: lint, sqlite, postgresql, e2e, then pytest arguments"""
    with ThreadPoolExecutor(max_workers=1) as meanwhile:
        machine = meanwhile.submit(checks.check_machine, arguments)
        set_up(development=True)
    machine.result()
    checks.test(arguments)


def lint(_: list[str]) -> None:
    """style, types, imports and templates"""
    set_up(development=True)
    checks.test(["lint"])


def bench(arguments: list[str]) -> None:
    """time the heavy pages"""
    set_up(development=True)
    become([PYTHON, "-m", "tests.bench", *arguments])


def shot(arguments: list[str]) -> None:
    """screenshots of every page, phone and desktop"""
    set_up(development=True)
    run([PYTHON, "-m", "tests.shot", *arguments], env={"CHROMIUM": chromium()})


def remake_locks(arguments: list[str]) -> None:
    """make the locks again (--upgrade: with the newest versions)"""
    environment.install_bootstrap()
    lock.remake(arguments)


def translate(_: list[str]) -> None:
    """extract, update and compile the translation catalogues"""
    set_up(development=True)
    catalogues.translate()


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "demo": demo,
    "test": test,
    "setup": setup,
    "run": serve,
    "lint": lint,
    "bench": bench,
    "shot": shot,
    "translate": translate,
    "lock": remake_locks,
}


def usage() -> str:
    lines = [f"  {name:<10} {command.__doc__}" for name, command in COMMANDS.items()]
    return "\n".join(["./dev COMMAND [arguments…]", "", *lines])


def _terminate(_signal: int, _frame: object) -> None:
    raise Terminated


def main(arguments: list[str]) -> int:
    """The exit status: 0 well, 1 failed, 2 not understood, 130 interrupted."""
    name, *rest = arguments or ["help"]
    if name in ("help", "-h", "--help"):
        print(usage())
        return 0
    if name not in COMMANDS:
        print(f"Unknown command: {name}\n\n{usage()}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _terminate)
    try:
        COMMANDS[name](rest)
    except Failed as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    return 0
