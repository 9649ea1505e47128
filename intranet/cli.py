"""The command ``intranet``. What each command does stands in its own package; here they are only named."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo, with_appcontext

from intranet.config import Settings, SettingsError, settings_table, write_settings_table
from intranet.current import this_app
from intranet.pluginsystem.errors import StartRefused

COMMAND_ERRORS = (SettingsError, StartRefused)


class Commands(click.Group):
    """Our commands, and those that the core's domains and the plugins register (``intranet <plugin> …``).

    The application is made only for a command that is not one of ours.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_registered(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _registered(ctx).get(cmd_name)


def _app(ctx: click.Context) -> Flask:
    return ctx.ensure_object(ScriptInfo).load_app()


def _registered(ctx: click.Context) -> dict[str, click.Command]:
    """The core's commands under their own names, a plugin's in a group of its name."""
    from intranet.pluginsystem.manager import CORE
    from intranet.pluginsystem.registry import Registry

    found: dict[str, click.Command] = {}
    registry: Registry = _app(ctx).extensions["intranet"]
    for owner, command in registry.commands:
        if owner == CORE:
            found[str(command.name)] = command
            continue
        group = found.setdefault(owner, click.Group(owner, help=str(registry.enabled[owner].label)))
        if isinstance(group, click.Group):
            group.add_command(command)
    return found


@click.group(cls=Commands)
def cli() -> None:
    """The intranet of the programme."""


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, envvar="PORT", default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="Server processes.")
@click.option("--jobs/--no-jobs", default=True, help="Also run the outbox's process.")
def run(host: str, port: int, workers: int, jobs: bool) -> None:
    """Serve with gunicorn, as in production."""
    _serve(host, port, workers, jobs, prepare=_refuse_old_database)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=int, envvar="PORT", default=8000, show_default=True)
@click.option("--load-only", is_flag=True, help="Load the demonstration data, then end.")
def demo(host: str, port: int, load_only: bool) -> None:
    """A working intranet with demonstration data; they are loaded once."""

    def prepare(app: Flask) -> None:
        from intranet.operations.demonstration import describe_accounts, load_once
        from intranet.revisions import pending

        if pending(app):
            from intranet.migrate import upgrade_all

            upgrade_all(app)
        if load_once(app):
            click.echo("Demonstration data loaded.")
        if not load_only:
            with app.app_context():
                click.echo(describe_accounts(f"http://{host}:{port}/"))

    if load_only:
        from intranet.app import create_app

        prepare(create_app())
        return
    os.environ.setdefault("BASE_URL", f"http://{host}:{port}")
    _serve(host, port, workers=2, jobs=True, prepare=prepare)


def _serve(host: str, port: int, workers: int, jobs: bool, prepare: Callable[[Flask], None]) -> None:
    from intranet.operations import metrics

    settings = Settings.from_env(os.environ)
    metrics.prepare(settings.instance)
    from intranet.app import create_app
    from intranet.operations.server import Server

    app = create_app(settings)
    prepare(app)
    Server(app, bind=f"{host}:{port}", workers=workers, with_jobs=jobs).run()


def _refuse_old_database(app: Flask) -> None:
    from intranet.revisions import pending

    owners = pending(app)
    if owners:
        raise StartRefused(f"The database is not up to date ({', '.join(owners)}). Run: intranet db upgrade")


@cli.group()
def db() -> None:
    """The tables: one history of migrations for each owner."""


@db.command("upgrade")
@with_appcontext
def db_upgrade() -> None:
    """Bring every enabled owner to its newest revision."""
    from intranet import migrate, revisions

    migrate.upgrade_all(this_app())
    for each in revisions.status(this_app()):
        click.echo(f"{each.owner:<16} {each.current}")


@db.command("status")
@with_appcontext
def db_status() -> None:
    """Where each owner stands."""
    from intranet import revisions

    for each in revisions.status(this_app()):
        behind = "" if each.up_to_date else f"  → {each.head}: run intranet db upgrade"
        click.echo(f"{each.owner:<16} {each.current or 'nothing yet'}{behind}")


@db.command("check")
@with_appcontext
def db_check() -> None:
    """Fail if the models say what the migrated database does not."""
    from intranet import migrate

    differences = migrate.check(this_app())
    for difference in differences:
        click.echo(difference)
    if differences:
        raise click.ClickException("Write what is missing with: intranet db revision OWNER")
    click.echo("Models and database agree.")


@db.command("revision")
@click.argument("owner")
@click.option("--message", "-m", default="", help="What it does, in one line.")
@with_appcontext
def db_revision(owner: str, message: str) -> None:
    """Write the next revision of OWNER (core or a plugin) from its models. Read it before keeping it."""
    from intranet import migrate, revisions

    behind = revisions.pending(this_app())
    if behind:
        raise click.ClickException(
            f"The database is not up to date ({', '.join(behind)}): the revision would hold again what is already "
            "written. Run first: intranet db upgrade"
        )
    click.echo(migrate.revision(this_app(), owner, message or f"Tables of {owner}"))


@cli.group()
def plugins() -> None:
    """Portals and plugins."""


@plugins.command("list")
def plugins_list() -> None:
    """Those enabled, disabled, missing, or orphan (tables without code)."""
    from intranet.app import create_app
    from intranet.pluginsystem.discovery import discover
    from intranet.pluginsystem.lifecycle import plugin_statuses

    settings = Settings.from_env(os.environ)
    found = discover()
    missing = [name for name in settings.plugins or () if name not in found]
    if missing and settings.plugins is not None:
        present = tuple(name for name in settings.plugins if name in found)
        settings = dataclasses.replace(settings, plugins=present)
    with create_app(settings).app_context():
        for each in plugin_statuses(missing):
            kind = "portal" if each.portal else "plugin"
            click.echo(
                f"{each.name:<16} {kind:<7} {each.state:<9} {each.tables:>3} tables  {each.source}".rstrip()
            )


@plugins.command("new")
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("plugins"), show_default=True)
def plugins_new(name: str, folder: Path) -> None:
    """Write a plugin that already passes the contract."""
    from intranet.pluginsystem.skeleton import write_skeleton

    for path in write_skeleton(name, folder):
        click.echo(path)
    click.echo(f"Now: intranet db upgrade, then open /{name}/")


@plugins.command("purge")
@click.argument("name")
@click.option("--confirm", prompt="Its data will be gone for good. Type the plugin's name to go on")
@click.option("--export", type=click.Path(path_type=Path), help="Where its data are written first (JSON).")
@with_appcontext
def plugins_purge(name: str, confirm: str, export: Path | None) -> None:
    """Drop the tables of a plugin that is not in service, after exporting them."""
    from intranet.pluginsystem.lifecycle import default_export, purge

    if confirm != name:
        raise click.ClickException("That is not its name: nothing was changed.")
    target = export or default_export(name)
    tables = purge(name, target)
    click.echo(f"Exported to {target}. Dropped: {', '.join(tables)}")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Save database and files together in the archive FILE; the server may go on."""
    from intranet.operations.backup import BackupFailed, back_up

    try:
        size = back_up(Settings.from_env(os.environ), file)
    except BackupFailed as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{file}: {size / 1_000_000:.1f} MB")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the data this installation holds.")
def restore(file: Path, force: bool) -> None:
    """Put back what `backup` saved. Stop the server first."""
    from intranet.operations.backup import BackupFailed
    from intranet.operations.backup import restore as put_back

    try:
        members = put_back(Settings.from_env(os.environ), file, force=force)
    except BackupFailed as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{members} files restored. Now: intranet db upgrade")


@cli.group()
def settings() -> None:
    """The settings read from the environment."""


@settings.command("table")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option(
    "--write",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Put the tables of both languages between the marks of this file instead.",
)
def settings_print(language: str, write: Path | None) -> None:
    """Print them as the table of the README."""
    if write is None:
        click.echo(settings_table(language))
        return
    write.write_text(write_settings_table(write.read_text(encoding="utf-8")), encoding="utf-8")


@cli.group()
def user() -> None:
    """People."""


@user.command("create")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--organisation", prompt="Name of the association", help="Made if there is none of that name.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_appcontext
def user_create(email: str, name: str, organisation: str, password: str) -> None:
    """Make the first administrator; the others are invited from the screen."""
    from intranet.errors import Refused
    from intranet.operations.first_admin import create_first_admin

    try:
        create_first_admin(email=email, name=name, organisation=organisation, password=password)
    except Refused as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo(f"{email} may sign in.")


def _make_app() -> Flask:
    from intranet.app import create_app

    return create_app()


def main(arguments: list[str] | None = None) -> Any:
    """Entry point. What keeps the application from starting is told in words, without a traceback.

    Whatever is written from here on, database, files, backups, is for its owner alone.
    """
    os.umask(0o077)
    try:
        return cli.main(args=arguments, prog_name="intranet", obj=ScriptInfo(create_app=_make_app))
    except COMMAND_ERRORS as problem:
        click.echo(f"intranet: {problem}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
