"""What the works domain offers to the application."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from intranet.database import writing
from intranet.plugin_api import Job
from intranet.works.catalogue import load_catalogue
from intranet.works.contract import render
from intranet.works.service import sweep_silence


@click.command("load-catalogue")
@click.option("--replace", is_flag=True, help="Also write the file's values over what was changed on screen.")
@with_appcontext
def load_catalogue_command(replace: bool) -> None:
    """Bring the 72 kinds of works into the database. Harmless when run again."""
    with writing():
        added, changed = load_catalogue(replace=replace)
    click.echo(f"{added} added, {changed} changed")


@click.group("works", help="The catalogue of works.")
def works_commands() -> None:
    """Commands of the works domain."""


works_commands.add_command(load_catalogue_command)

JOBS = (
    Job("contract.render", render),
    Job("works.sweep_silence", sweep_silence, every_seconds=3600),
)
COMMANDS = (works_commands,)
