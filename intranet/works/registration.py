"""What the works domain offers to the application."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from intranet.database import writing
from intranet.plugin_api import Job, Setting
from intranet.translation import lazy_gettext as _l
from intranet.works.catalogue import load_catalogue
from intranet.works.contract import render
from intranet.works.contract_party import ADDRESS, NAME, SUPPORT
from intranet.works.matrix import written
from intranet.works.service import sweep_silence


@click.command("load-catalogue")
@click.option("--replace", is_flag=True, help="Also write the file's values over what was changed on screen.")
@with_appcontext
def load_catalogue_command(replace: bool) -> None:
    """Bring the 72 kinds of works into the database. Harmless when run again."""
    with writing():
        added, changed = load_catalogue(replace=replace)
    click.echo(f"{added} added, {changed} changed")


@click.group("works", help="The catalogue of works; who may do what.")
def works_commands() -> None:
    """Commands of the works domain."""


@click.command("matrix")
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="The file to write it into.")
def matrix_command(write: Path | None) -> None:
    """Say who may do what in which state of a split and of a contract, as Markdown."""
    if write is None:
        click.echo(written())
    else:
        write.write_text(written(), encoding="utf-8")


works_commands.add_command(load_catalogue_command)
works_commands.add_command(matrix_command)

JOBS = (
    Job("contract.render", render),
    Job("works.sweep_silence", sweep_silence, every_seconds=3600),
)
COMMANDS = (works_commands,)
SETTINGS = (
    Setting(
        NAME,
        _l("Nom complet de l’association, dans les contrats"),
        "",
        str,
        _l("Par exemple : Association …, dite ALC. Vide : le nom de l’organisme."),
    ),
    Setting(
        ADDRESS,
        _l("Adresse de l’association, dans les contrats"),
        "",
        str,
        _l("Le siège, tel qu’il s’écrit dans un acte. Vide : l’adresse de l’organisme."),
    ),
    Setting(
        SUPPORT["support_technical"],
        _l("Accompagnement technique habituel"),
        "",
        str,
        _l("Proposé quand un contrat s’établit ; il se change dans chaque contrat."),
    ),
    Setting(
        SUPPORT["support_social"],
        _l("Accompagnement social habituel"),
        "",
        str,
        _l("Proposé quand un contrat s’établit ; il se change dans chaque contrat."),
    ),
    Setting(
        SUPPORT["support_volunteers"],
        _l("Bénévoles et entraide habituels"),
        "",
        str,
        _l("Proposé quand un contrat s’établit ; il se change dans chaque contrat."),
    ),
)
