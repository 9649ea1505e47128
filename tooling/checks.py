"""`./dev test` and `./dev lint`: every part runs, then one line says what failed."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tooling.machine import chromium, postgresql_programs
from tooling.postgres import temporary_cluster
from tooling.shell import BIN, PYTHON, ROOT, Failed, run, say

BROWSER_TESTS = "tests/e2e"


def lint(_: list[str]) -> None:
    """Types, style, formatting, imports between layers, templates: all of them, two at a time, then the verdict."""
    tools: dict[str, list[str]] = {
        "mypy": ["mypy"],  # the longest
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "import-linter": ["lint-imports"],
        "djlint": ["djlint", "--lint", "--quiet", *_template_folders()],
    }
    with ThreadPoolExecutor(max_workers=2) as both_cores:
        failed = [name for name in both_cores.map(_failing, tools, tools.values()) if name]
    if failed:
        raise Failed(", ".join(failed))


def _failing(name: str, command: list[str]) -> str:
    """The tool's name if it found something, which is then shown; else nothing."""
    program, *arguments = command
    try:
        run([BIN / program, *arguments], quiet=True)
    except Failed:
        say(f"lint: {name} failed")
        return name
    say(f"lint: {name} found nothing")
    return ""


def _template_folders() -> list[str]:
    folders = [ROOT / "templates", *ROOT.glob("intranet/**/templates")]
    folders += [*ROOT.glob("portals/*/templates"), *ROOT.glob("plugins/*/templates")]
    return [str(folder.relative_to(ROOT)) for folder in folders if folder.is_dir()]


def _pytest(arguments: list[str], **env: str) -> None:
    run([PYTHON, "-m", "pytest", "-q", "-n", "2", *arguments], env=env)


def sqlite(arguments: list[str]) -> None:
    os.environ.pop("TEST_DATABASE_URL", None)
    _pytest([f"--ignore={BROWSER_TESTS}", *arguments])


def postgresql(arguments: list[str]) -> None:
    with temporary_cluster() as url:
        # The architecture's tests read sources, never a database: the first run said it all.
        _pytest(
            [f"--ignore={BROWSER_TESTS}", "--ignore=tests/architecture", *arguments], TEST_DATABASE_URL=url
        )


def e2e(arguments: list[str]) -> None:
    """Browser tests; options given on the command line are kept, other folders are not."""
    os.environ.pop("TEST_DATABASE_URL", None)
    given_paths = any(argument.startswith(BROWSER_TESTS) for argument in arguments)
    paths = [] if given_paths else [BROWSER_TESTS]
    # A process that has done its share takes over what is left of the other's: these tests are few and long.
    _pytest([*paths, "--dist", "worksteal", *arguments], CHROMIUM=chromium())


PARTS: dict[str, Callable[[list[str]], None]] = {
    "lint": lint,
    "sqlite": sqlite,
    "postgresql": postgresql,
    "e2e": e2e,
}


def test(arguments: list[str]) -> None:
    """`./dev test [lint|sqlite|postgresql|e2e] [pytest arguments…]`; without a part: all four."""
    chosen, rest = _understand(arguments)
    failures = {}
    for name in chosen:
        say(f"===== {name} =====")
        try:
            PARTS[name](rest)
        except Failed as problem:
            failures[name] = problem
    if failures:
        raise Failed("TESTS FAILED: " + "; ".join(f"{name}: {why}" for name, why in failures.items()))
    say("ALL PASSED: " + ", ".join(chosen))


def _understand(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The parts to run, and what pytest is told."""
    if not arguments or arguments[0] not in PARTS:
        if arguments:
            raise Failed(f"say which part the pytest arguments are for: {', '.join(PARTS)}")
        return list(PARTS), []
    return arguments[:1], arguments[1:]


def check_machine(arguments: list[str]) -> None:
    """What is missing for the parts to run is installed or said at once, not after ten minutes of tests."""
    chosen, _rest = _understand(arguments)
    if "postgresql" in chosen:
        postgresql_programs()
    if "e2e" in chosen:
        chromium()
