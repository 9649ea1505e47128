"""What the core registers for the search."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from intranet.database import writing
from intranet.plugin_api import Job
from intranet.search.service import merge, rebuild, rebuild_job
from intranet.search.views import bp


@click.group("search")
def search() -> None:
    """The index of the search."""


@search.command("rebuild")
@with_appcontext
def rebuild_command() -> None:
    """Make the index again from the data."""
    with writing():
        counts = rebuild()
    for kind, count in sorted(counts.items()):
        click.echo(f"{kind}: {count}")


BLUEPRINTS = (bp,)
JOBS = (
    Job("search.merge", merge, every_seconds=24 * 3600),
    Job("search.rebuild", rebuild_job),
)
COMMANDS = (search,)
