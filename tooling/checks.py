"""`./dev test` and `./dev lint`: every part runs, then one line says what failed."""

from __future__ import annotations

import os
from collections.abc import Callable

from tooling.machine import chromium, postgresql_programs
from tooling.postgres import temporary_cluster
from tooling.shell import BIN, PYTHON, ROOT, Failed, run, say

BROWSER_TESTS = "tests/e2e"


def lint(_: list[str]) -> None:
    """Style, formatting, types, imports between layers, templates: all of them, then the verdict."""
    tools: dict[str, list[str]] = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
        "import-linter": ["lint-imports"],
        "djlint": ["djlint", "--lint", "--quiet", *_template_folders()],
    }
    failed = []
    for name, (program, *arguments) in tools.items():
        say(f"lint: {name}")
        try:
            run([BIN / program, *arguments])
        except Failed:
            failed.append(name)
    if failed:
        raise Failed(", ".join(failed))


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
    # Each file has its own installation: its tests stay in one process.
    _pytest([*paths, "--dist", "loadfile", *arguments], CHROMIUM=chromium())


PARTS: dict[str, Callable[[list[str]], None]] = {
    "lint": lint,
    "sqlite": sqlite,
    "postgresql": postgresql,
    "e2e": e2e,
}


def test(arguments: list[str]) -> None:
    """`./dev test [lint|sqlite|postgresql|e2e] [pytest arguments…]`; without a part: all four."""
    chosen = [arguments[0]] if arguments and arguments[0] in PARTS else list(PARTS)
    rest = arguments[1:] if arguments and arguments[0] in PARTS else arguments
    if rest and len(chosen) > 1:
        raise Failed(f"say which part the pytest arguments are for: {', '.join(PARTS)}")
    _check_machine(chosen)
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


def _check_machine(chosen: list[str]) -> None:
    """What is missing is said at once, not after ten minutes of tests."""
    if "postgresql" in chosen:
        postgresql_programs()
    if "e2e" in chosen:
        chromium()
