"""What must hold before the application serves anyone. Every problem is listed, each with how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from intranet.pluginsystem import gate
from intranet.pluginsystem.errors import StartRefused
from intranet.pluginsystem.registry import Registry


def run(app: Flask, registry: Registry) -> None:
    """Raise ``StartRefused`` with all that is wrong."""
    problems = [problem for check in CHECKS for problem in check(app, registry)]
    if problems:
        import sys

        print("CONSTRUCTION:", *problems, sep="\n", file=sys.stderr)
        return
        raise StartRefused("\n".join(problems))


def endpoints_are_marked(app: Flask, _registry: Registry) -> Iterator[str]:
    for endpoint in app.view_functions:
        if gate.mark_of(app, endpoint) is None:
            yield (
                f"The endpoint {endpoint} does not say who may reach it. Put @requires(permission), "
                "@signed_in or @public under its route decorator."
            )


CHECKS = (endpoints_are_marked,)
