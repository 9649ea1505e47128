"""`./dev lock`: make the locks again from pyproject.toml and package.json."""

from __future__ import annotations

import json

from tooling.environment import LOCKS
from tooling.frontend import find_npm, npm_env
from tooling.shell import BIN, ROOT, run, say

# Hashes of every platform's files, and no address: the locks hold on any machine and any mirror.
COMPILE = (
    *("pip", "compile", "--universal", "--python-version=3.11", "--generate-hashes", "--no-header"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-config", "--quiet"),
)


def remake(arguments: list[str]) -> None:
    """Keep the pinned versions that still fit; `./dev lock --upgrade` takes the newest."""
    for name, source in (
        ("runtime", ["pyproject.toml"]),
        ("dev", ["pyproject.toml", "--group=dev", "--constraint=requirements/runtime.txt"]),
        ("bootstrap", ["--group=bootstrap"]),
        ("node", ["--group=node"]),
    ):
        say(f"Locking requirements/{name}.txt")
        run([BIN / "uv", *COMPILE, *source, *arguments, "--output-file", LOCKS / f"{name}.txt"])
    say("Locking package-lock.json")
    run([find_npm(), "install", "--ignore-scripts", "--package-lock-only"], env=npm_env(), quiet=True)
    _forget_addresses()


def _forget_addresses() -> None:
    """npm notes where each author takes donations; a lock needs no host at all."""
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
